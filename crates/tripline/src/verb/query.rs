//! `tripline query`: one query over logs.

use crate::cli::{Bar, Failure, Given, LogArgs, Outcome, exist};
use crate::out::{self, Fit};
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;
use tripline_detect::{Alert, AlertKind, Hunt, RuleState, Silent, iso, query};
use tripline_rules::Language;

const EXAMPLES: &str = "\
Examples:
  tripline query 'destination.port: (139 or 445)' logs/ -l kql
  tripline query 'network where destination.port == 445' logs/ -l eql -o ndjson
  tripline query 'index=* | stats count by sourcetype' logs/ -l spl
  tripline query 'detection: {a: {DestinationPort: 445}, condition: a}' logs/ -l sigma";

/// Options of `query`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    /// The query, quoted for your shell.
    query: String,
    #[command(flatten)]
    logs: LogArgs,
    /// The language of the query. Of Sigma, the text of a rule, of which `detection` is enough.
    #[arg(short, long, value_parser = ["kql", "lucene", "eql", "spl", "sigma"])]
    language: String,
    /// Rule packs whose macros and lookups the query may use (spl), or rules that it correlates
    /// (sigma).
    #[arg(long = "rules", value_name = "PATH")]
    rules: Vec<PathBuf>,
    #[command(flatten)]
    given: Given,
    /// How to print: a table on a terminal and NDJSON in a pipe by default. NDJSON has the events
    /// as they were read, an array of them for each sequence, or the rows of a search.
    #[arg(short, long, value_name = "FORMAT", value_parser = ["table", "ndjson"], help_heading = "Output")]
    output: Option<String>,
    /// Print no progress and no summary; errors are still printed.
    #[arg(short, long, help_heading = "Output")]
    quiet: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let language = match args.language.as_str() {
        "eql" => Language::Eql,
        "lucene" => Language::Lucene,
        "spl" => Language::Spl,
        "sigma" => Language::Sigma,
        _ => Language::Kql,
    };
    let inputs = args.logs.inputs()?;
    let schema = args.logs.schema()?;
    let options = args.logs.options()?;
    exist(&args.rules)?;
    let set = args.given.load_any(&args.rules)?;
    let bar = Bar::new(inputs.iter().map(|input| input.bytes).sum());
    let start = std::time::Instant::now();
    let found = if args.quiet {
        query(&inputs, &set, language, &args.query, &schema, &options, &Silent)
    } else {
        query(&inputs, &set, language, &args.query, &schema, &options, &bar)
    };
    bar.finish();
    let found = found.map_err(Failure::user)?;
    let mut err = io::stderr().lock();
    out::failures(&mut err, &found.summary, args.quiet)?;
    if found.summary.rules.iter().any(|r| matches!(r.state, RuleState::NotRun { .. })) {
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
        summary(&mut err, &found, start.elapsed().as_secs_f64())?;
    }
    out::nothing_readable(&found.summary)?;
    Ok(Outcome::Done)
}

fn summary(err: &mut dyn Write, found: &Hunt, seconds: f64) -> io::Result<()> {
    let s = &found.summary;
    writeln!(
        err,
        "{} from {} in {seconds:.2} s",
        out::counted(found.alerts.len(), "result"),
        out::counted(s.event_count() as usize, "event"),
    )?;
    out::unread(err, s)?;
    out::set_aside(err, s)?;
    for rule in &s.rules {
        // A query that finds nothing because nothing has its field looks like one that is wrong.
        if let (RuleState::NotApplicable { reasons }, true) = (&rule.state, found.alerts.is_empty())
        {
            writeln!(err, "silent    this data cannot match")?;
            for reason in reasons.iter().take(5) {
                writeln!(err, "            {reason}")?;
            }
            if reasons.len() > 5 {
                writeln!(
                    err,
                    "            and {} more",
                    out::counted(reasons.len() - 5, "source")
                )?;
            }
        }
        for warning in &rule.warnings {
            writeln!(err, "warning   {warning}")?;
        }
    }
    Ok(())
}

/// Rows have the query's own columns; events have a line on what they are.
fn print_table(out: &mut dyn Write, found: &[Alert]) -> io::Result<()> {
    if found.is_empty() {
        return Ok(());
    }
    if !found.iter().all(|a| matches!(a.kind, AlertKind::Row { .. })) {
        let rows: Vec<Vec<String>> = found
            .iter()
            .map(|a| match a.kind {
                AlertKind::Sequence => {
                    vec![iso(a.time), format!("{} events, the last: {}", a.events.len(), a.reason)]
                }
                _ => vec![iso(a.time), a.reason.clone()],
            })
            .collect();
        return table(out, &["TIME", "EVENT"], &rows);
    }
    let names = columns_of(found);
    let rows: Vec<Vec<String>> = found
        .iter()
        .map(|a| names.iter().map(|name| a.fields.get(name).join(", ")).collect())
        .collect();
    table(out, &names, &rows)
}

fn table(out: &mut dyn Write, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
    let fit =
        Fit { width: out::terminal_width(), spare: &[], flexible: head.len() - 1, style: None };
    out::fitted(out, head, rows, &fit)
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
        let events = alert.events.iter().map(|e| &*e.raw);
        match alert.kind {
            AlertKind::Row { ref columns, .. } => {
                let entries = columns.iter().filter_map(|name| {
                    let values = alert.fields.get(name);
                    let values = (!values.is_empty()).then(|| values.to_vec())?;
                    Some((name.to_string(), out::values_json(&values)))
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
