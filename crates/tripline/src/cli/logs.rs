//! Options about logs, the same for every verb that reads them.

use super::Failure;
use clap::Args;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use std::path::PathBuf;
use std::sync::Arc;
use tripline_detect::{AssetSource, GeoDatabase, HuntOptions, WindowMode};
use tripline_events::{Input, discover};
use tripline_schema::Schema;

/// What to read, and how.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Files, folders (read recursively) or `-` for standard input. Compressed files and archives
    /// (.gz, .zst, .bz2, .zip) are read as they are.
    #[arg(required = true)]
    pub logs: Vec<PathBuf>,
    /// Read only files of folders whose path matches, for example `*.evtx`.
    #[arg(long, value_name = "PATTERN")]
    pub glob: Option<String>,
    /// Take all records for this source type instead of recognising them.
    #[arg(long, value_name = "SOURCE")]
    pub source: Option<String>,
    /// Folder with mapping files of your own; they add to and replace the built-in ones.
    #[arg(long, value_name = "DIR")]
    pub mappings: Vec<PathBuf>,
    /// Table of networks and their categories (CSV: cidr,category); the longest prefix wins.
    #[arg(long, value_name = "FILE")]
    pub assets: Option<PathBuf>,
    /// MaxMind database of cities or countries, for `iplocation`.
    #[arg(long, value_name = "FILE")]
    pub geoip: Option<PathBuf>,
    /// Worker threads; all cores by default. Results do not depend on it.
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Events a batch. Results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 8192)]
    pub batch_rows: usize,
    /// Longest record in megabytes; longer ones are set aside.
    #[arg(long, value_name = "MB", default_value_t = 64)]
    pub max_record_mb: usize,
    /// The clock of the run (ISO 8601), `now` in date math; the present by default.
    #[arg(long, value_name = "TIME")]
    pub now: Option<Timestamp>,
    /// Time zone in which cron schedules are read and searches print times, for example
    /// Europe/Berlin.
    #[arg(long, value_name = "ZONE", default_value = "UTC")]
    pub timezone: String,
}

impl LogArgs {
    /// The inputs, in the order of their paths.
    pub fn inputs(&self) -> Result<Vec<Input>, Failure> {
        discover(&self.logs, self.glob.as_deref()).map_err(Failure::user)
    }

    /// The schema with the user's mapping files.
    pub fn schema(&self) -> Result<Schema, Failure> {
        let mut schema = Schema::builtin().clone();
        for folder in &self.mappings {
            add_mappings(&mut schema, folder)?;
        }
        Ok(schema)
    }

    /// The options of a run.
    pub fn options(&self) -> Result<HuntOptions, Failure> {
        let now = self.now.unwrap_or_else(Timestamp::now);
        let now = i64::try_from(now.as_nanosecond()).map_err(Failure::user)?;
        let zone = if self.timezone.eq_ignore_ascii_case("utc") {
            TimeZone::UTC
        } else {
            TimeZone::get(&self.timezone).map_err(|e| {
                Failure::user(format!("--timezone {}: no such time zone ({e})", self.timezone))
            })?
        };
        if self.threads == Some(0) || self.batch_rows == 0 {
            return Err(Failure::user("--threads and --batch-rows must be at least 1"));
        }
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut options = HuntOptions::at(now);
        options.threads = self.threads.unwrap_or(cores);
        options.batch_rows = self.batch_rows;
        options.max_record_bytes = self.max_record_mb << 20;
        options.zone = zone;
        options.source = self.source.as_deref().map(Into::into);
        options.window = WindowMode::Schedule;
        if let Some(path) = &self.assets {
            let table = tripline_rules::load_assets(path)
                .map_err(|problem| Failure::user(problem.render(super::color_err())))?;
            options.assets = Some(Arc::new(AssetSource(table)));
        }
        if let Some(path) = &self.geoip {
            options.geoip = Some(Arc::new(GeoDatabase::open(path).map_err(Failure::user)?));
        }
        Ok(options)
    }
}

fn add_mappings(schema: &mut Schema, folder: &PathBuf) -> Result<(), Failure> {
    let fail = |e: std::io::Error| Failure::user(format!("{}: {e}", folder.display()));
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(fail)? {
        let path = entry.map_err(fail)?.path();
        if path.extension().is_some_and(|e| e == "toml") {
            files.push(path);
        }
    }
    files.sort();
    for path in files {
        let text = std::fs::read_to_string(&path)
            .map_err(|e| Failure::user(format!("{}: {e}", path.display())))?;
        schema.add(&path.display().to_string(), &text).map_err(Failure::user)?;
    }
    Ok(())
}
