//! `tripline query`: one query over logs.

use crate::cli::{Bar, Failure, LogArgs, Outcome};
use crate::out;
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use tripline_detect::{Alert, AlertKind, iso, query};
use tripline_rules::{Language, LoadOptions, load};

/// Options of `query`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The query.
    query: String,
    #[command(flatten)]
    logs: LogArgs,
    /// The language of the query.
    #[arg(short, long, value_parser = ["kql", "eql", "spl"])]
    language: String,
    /// Rule packs whose macros and lookups the query may use.
    #[arg(long = "rules", value_name = "PATH")]
    rules: Vec<PathBuf>,
    /// How to print: a table on a terminal and NDJSON in a pipe by default.
    #[arg(short, long, value_name = "FORMAT", value_parser = ["table", "ndjson"])]
    output: Option<String>,
    /// Print no summary.
    #[arg(short, long)]
    quiet: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let language = match args.language.as_str() {
        "eql" => Language::Eql,
        "spl" => Language::Spl,
        _ => Language::Kql,
    };
    let inputs = args.logs.inputs()?;
    let schema = args.logs.schema()?;
    let options = args.logs.options()?;
    let set = load(&args.rules, &LoadOptions::default());
    let bar = Bar::new(inputs.iter().map(|input| input.bytes).sum());
    let start = std::time::Instant::now();
    let found = query(&inputs, &set, language, &args.query, &schema, &options, &bar);
    bar.finish();
    let found = found.map_err(Failure::user)?;
    let mut err = io::stderr().lock();
    let before = found.summary.rules.iter().any(|r| {
        matches!(r.state, tripline_detect::RuleState::NotRun { .. })
    });
    out::failures(&mut err, &found.summary, 1)?;
    if before {
        return Err(Failure::user("the query was not run"));
    }
    let stdout = io::stdout();
    let table = args.output.as_deref().map_or(stdout.is_terminal(), |o| o == "table");
    let mut writer = BufWriter::new(stdout.lock());
    if table {
        print_table(&mut writer, &found.alerts)?;
    } else {
        print_ndjson(&mut writer, &found.alerts)?;
    }
    writer.flush()?;
    if !args.quiet {
        let results = out::count(found.alerts.len() as u64);
        writeln!(
            err,
            "{results} results from {} events in {:.2} s",
            out::count(found.summary.event_count()),
            start.elapsed().as_secs_f64()
        )?;
        for rule in &found.summary.rules {
            for warning in &rule.warnings {
                writeln!(err, "warning  {warning}")?;
            }
        }
    }
    Ok(Outcome::Done)
}

/// Rows have the query's own columns; events have a line on what they are.
fn print_table(out: &mut dyn Write, found: &[Alert]) -> io::Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    if !found.iter().all(|a| matches!(a.kind, AlertKind::Row { .. })) {
        let rows: Vec<Vec<String>> =
            found.iter().map(|a| vec![iso(a.time), a.reason.clone()]).collect();
        return out::columns(out, &["TIME", "EVENT"], &rows);
    }
    let names = columns_of(found);
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|a| {
            names
                .iter()
                .map(|name| {
                    let values = a.fields.iter().find(|(n, _)| n.as_str() == *name).map(|(_, v)| v.join(", "));
                    values.unwrap_or_default()
                })
                .collect()
        })
        .collect();
    out::columns(out, &names, &rows)
}

/// The columns of the rows that have a value somewhere, in the order of the query.
fn columns_of(found: &[Alert]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for alert in found {
        let AlertKind::Row { columns, .. } = &alert.kind else { continue };
        for name in columns.iter() {
            if !names.contains(&&**name) {
                names.push(name);
            }
        }
    }
    names
}

fn print_ndjson(out: &mut dyn Write, found: &[Alert]) -> io::Result<()> {
    for alert in found {
        let events = alert.events.iter().map(|e| e.raw.as_str());
        match alert.kind {
            AlertKind::Row { ref columns, .. } => {
                let entries = columns.iter().filter_map(|name| {
                    let (_, values) = alert.fields.iter().find(|(field, _)| **field == **name)?;
                    let value = match values.as_slice() {
                        [one] => one.as_str().into(),
                        several => serde_json::json!(several),
                    };
                    Some((name.to_string(), value))
                });
                let row: serde_json::Map<_, _> = entries.collect();
                serde_json::to_writer(&mut *out, &row)?;
                writeln!(out)?;
            }
            AlertKind::Sequence => writeln!(out, "[{}]", events.collect::<Vec<_>>().join(","))?,
            _ => {
                for event in events {
                    writeln!(out, "{event}")?;
                }
            }
        }
    }
    Ok(())
}
