//! Options about logs, the same for every verb that reads them.

use super::{Failure, io_reason};
use clap::Args;
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_detect::{AssetSource, GeoDatabase, HuntOptions, WindowMode};
use tripline_diag::did_you_mean;
use tripline_events::{Input, discover};
use tripline_schema::Schema;

/// What to read, and how.
#[derive(Debug, Args)]
pub struct LogArgs {
    /// Files, folders (read recursively) or `-` for standard input. Compressed files and archives
    /// (.gz, .zst, .bz2, .zip) are read as they are.
    #[arg(required = true)]
    pub logs: Vec<PathBuf>,
    /// Read only files of folders whose name or path matches, for example `*.evtx`.
    #[arg(long, value_name = "PATTERN", help_heading = "Reading logs")]
    pub glob: Option<String>,
    /// Take all records for this source type, for example `zeek.conn`, instead of recognising them.
    #[arg(long, value_name = "SOURCE", help_heading = "Reading logs")]
    pub source: Option<String>,
    /// Folder with mapping files of your own; they add to and replace the built-in ones. May be
    /// given several times.
    #[arg(long, value_name = "DIR", help_heading = "Reading logs")]
    pub mappings: Vec<PathBuf>,
    /// Table of networks and their categories (CSV: cidr,category); the longest prefix wins.
    #[arg(long, value_name = "FILE", help_heading = "Reading logs")]
    pub assets: Option<PathBuf>,
    /// MaxMind database of cities or countries (.mmdb), for `iplocation`.
    #[arg(long, value_name = "FILE", help_heading = "Reading logs")]
    pub geoip: Option<PathBuf>,
    /// Longest record in megabytes; longer ones are set aside.
    #[arg(long, value_name = "MB", default_value_t = 64, help_heading = "Reading logs",
          value_parser = clap::value_parser!(u32).range(1..=4096))]
    pub max_record_mb: u32,
    /// The clock of the run, `now` in date math: a date or a time in ISO 8601, UTC unless it says
    /// otherwise. The present by default.
    #[arg(long, value_name = "TIME", value_parser = instant, help_heading = "Running")]
    pub now: Option<Timestamp>,
    /// Time zone in which cron schedules are read and searches print times, for example
    /// Europe/Berlin.
    #[arg(long, value_name = "ZONE", default_value = "UTC", value_parser = zone, help_heading = "Running")]
    pub timezone: TimeZone,
    /// Worker threads; all cores by default. Results do not depend on it.
    #[arg(long, value_name = "N", help_heading = "Running",
          value_parser = clap::value_parser!(u16).range(1..))]
    pub threads: Option<u16>,
    /// Events a batch. Results do not depend on it.
    #[arg(long, value_name = "N", default_value_t = 8192, help_heading = "Running",
          value_parser = clap::value_parser!(u32).range(1..=1_048_576))]
    pub batch_rows: u32,
}

/// An instant, or a date or local time that is taken as UTC.
pub fn instant(text: &str) -> Result<Timestamp, String> {
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .or_else(|_| text.parse::<DateTime>().and_then(utc))
        .map_err(|_| "not a time; write for example 2024-05-14 or 2024-05-14T09:30:00Z".to_owned())
}

/// A time zone by its name.
pub fn zone(text: &str) -> Result<TimeZone, String> {
    if text.eq_ignore_ascii_case("utc") {
        return Ok(TimeZone::UTC);
    }
    TimeZone::get(text).map_err(|_| {
        let known: Vec<String> = jiff::tz::db().available().map(|name| name.to_string()).collect();
        if known.is_empty() {
            return "this machine has no time zone database".to_owned();
        }
        // Most people know the city.
        let city = |name: &&String| {
            name.rsplit('/').next().is_some_and(|city| city.eq_ignore_ascii_case(text))
        };
        let help = known
            .iter()
            .find(city)
            .map(|name| format!("did you mean `{name}`?"))
            .or_else(|| did_you_mean(text, known.iter().map(String::as_str)))
            .unwrap_or_else(|| "write for example UTC or Europe/Berlin".to_owned());
        format!("no such time zone; {help}")
    })
}

impl LogArgs {
    /// The options of a verb that reads no logs of its own.
    pub fn without_logs() -> Self {
        Self {
            logs: vec![],
            glob: None,
            source: None,
            mappings: vec![],
            assets: None,
            geoip: None,
            max_record_mb: 64,
            now: None,
            timezone: TimeZone::UTC,
            threads: None,
            batch_rows: 8192,
        }
    }

    /// The inputs, in the order of their paths.
    pub fn inputs(&self) -> Result<Vec<Input>, Failure> {
        discover(&self.logs, self.glob.as_deref()).map_err(Failure::user)
    }

    /// The schema with the user's mapping files.
    pub fn schema(&self) -> Result<Schema, Failure> {
        schema_with(&self.mappings)
    }

    /// The options of a run.
    pub fn options(&self) -> Result<HuntOptions, Failure> {
        let now = self.now.unwrap_or_else(Timestamp::now);
        let now = i64::try_from(now.as_nanosecond())
            .map_err(|_| Failure::user("--now: the years 1678 to 2261 can be given"))?;
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let mut options = HuntOptions::at(now);
        options.threads = self.threads.map_or(cores, usize::from);
        options.batch_rows = self.batch_rows as usize;
        options.max_record_bytes = (self.max_record_mb as usize) << 20;
        options.zone = self.timezone.clone();
        options.source = self.source.as_deref().map(Into::into);
        options.window = WindowMode::Schedule;
        if let Some(path) = &self.assets {
            readable("--assets", path)?;
            let table = tripline_rules::load_assets(path)
                .map_err(|problem| Failure::Shown(problem.render(super::color_err())))?;
            options.assets = Some(Arc::new(AssetSource(table)));
        }
        if let Some(path) = &self.geoip {
            readable("--geoip", path)?;
            options.geoip = Some(Arc::new(GeoDatabase::open(path).map_err(Failure::user)?));
        }
        Ok(options)
    }
}

/// The built-in schema with the mapping files of these folders.
pub fn schema_with(folders: &[PathBuf]) -> Result<Schema, Failure> {
    let mut schema = Schema::builtin().clone();
    for folder in folders {
        add_mappings(&mut schema, folder)?;
    }
    Ok(schema)
}

/// Fails unless the path is a file that can be opened.
fn readable(option: &str, path: &Path) -> Result<(), Failure> {
    let fail = |reason: &str| Failure::user(format!("{option} {}: {reason}", path.display()));
    match std::fs::File::open(path).and_then(|file| file.metadata()) {
        Ok(meta) if meta.is_dir() => Err(fail("a folder, where a file is needed")),
        Ok(_) => Ok(()),
        Err(error) => Err(fail(&io_reason(&error))),
    }
}

fn add_mappings(schema: &mut Schema, folder: &Path) -> Result<(), Failure> {
    let fail = |path: &Path, e: &std::io::Error| {
        Failure::user(format!("--mappings {}: {}", path.display(), io_reason(e)))
    };
    let mut files = Vec::new();
    if folder.is_file() {
        files.push(folder.to_owned());
    } else {
        for entry in std::fs::read_dir(folder).map_err(|e| fail(folder, &e))? {
            let path = entry.map_err(|e| fail(folder, &e))?.path();
            if path.extension().is_some_and(|e| e == "toml") {
                files.push(path);
            }
        }
        if files.is_empty() {
            let text = format!("--mappings {}: no mapping file (.toml) in it", folder.display());
            return Err(Failure::user(text));
        }
    }
    files.sort();
    for path in files {
        let text = std::fs::read_to_string(&path).map_err(|e| fail(&path, &e))?;
        schema.add(&path.display().to_string(), &text).map_err(Failure::user)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        for (text, expected) in [
            ("2024-05-14", "2024-05-14T00:00:00Z"),
            ("2024-05-14T09:30", "2024-05-14T09:30:00Z"),
            ("2024-05-14T09:30:00Z", "2024-05-14T09:30:00Z"),
            ("2024-05-14T09:30:00+02:00", "2024-05-14T07:30:00Z"),
        ] {
            assert_eq!(instant(text).unwrap().to_string(), expected);
        }
        assert!(instant("yesterday").is_err());
    }
}
