//! `tripline hunt`: rules over logs.

use crate::cli::{Bar, Failure, LogArgs, Outcome, PackArgs, report_problems};
use crate::out;
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Instant;
use tripline_detect::{Silent, WindowMode, hunt};
use tripline_rules::Severity;

/// Options of `hunt`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    #[command(flatten)]
    logs: LogArgs,
    #[command(flatten)]
    packs: PackArgs,
    /// How to print alerts: a table on a terminal and NDJSON in a pipe by default.
    #[arg(short, long, value_name = "FORMAT", value_parser = out::names())]
    output: Option<String>,
    /// Print the evidence of each alert, with the fields that the rule tests marked.
    #[arg(long)]
    details: bool,
    /// Over which windows rules run: `schedule` replays each rule's own schedule over event time,
    /// `all` takes the data as one window.
    #[arg(long, value_name = "MODE", default_value = "schedule", value_parser = ["schedule", "all"])]
    window: String,
    /// Leave out rules that are disabled in their files.
    #[arg(long)]
    only_enabled: bool,
    /// Raise all alerts of a run, beyond the rule's own maximum.
    #[arg(long)]
    no_max_signals: bool,
    /// Leave out new-terms alerts whose history starts before the data.
    #[arg(long)]
    require_history: bool,
    /// Exit with 1 if an alert is at least this severe.
    #[arg(long, value_name = "SEVERITY", value_parser = ["informational", "low", "medium", "high", "critical"])]
    fail_on: Option<String>,
    /// Print no summary.
    #[arg(short, long)]
    quiet: bool,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let inputs = args.logs.inputs()?;
    let schema = args.logs.schema()?;
    let mut options = args.logs.options()?;
    options.window = if args.window == "all" { WindowMode::All } else { WindowMode::Schedule };
    options.max_signals = !args.no_max_signals;
    options.require_history = args.require_history;
    let set = args.packs.load()?;
    report_problems(&set, false);
    let mut selected = args.packs.select(&set)?;
    if args.only_enabled {
        selected.retain(|choice| choice.rule.enabled);
    }
    if selected.is_empty() {
        return Err(Failure::user("no rule to run: none was found in what --rules names"));
    }

    let start = Instant::now();
    let total: u64 = inputs.iter().map(|input| input.bytes).sum();
    let bar = Bar::new(total);
    let found = if args.quiet {
        hunt(&inputs, &set, &selected, &schema, &options, &Silent)
    } else {
        hunt(&inputs, &set, &selected, &schema, &options, &bar)
    };
    bar.finish();
    let found = found.map_err(Failure::user)?;

    let stdout = io::stdout();
    let shown = if stdout.is_terminal() { "table" } else { "ndjson" };
    let format = out::named(args.output.as_deref().unwrap_or(shown));
    let mut writer = BufWriter::new(stdout.lock());
    if args.details {
        out::details(&mut writer, &found.alerts)?;
    } else {
        (format.print)(&mut writer, &found.alerts, &schema)?;
    }
    writer.flush()?;

    let mut err = io::stderr().lock();
    out::failures(&mut err, &found.summary, 5)?;
    if !args.quiet {
        out::summary(&mut err, &found, start.elapsed())?;
    }
    let limit = args.fail_on.as_deref().and_then(Severity::named);
    let met = limit.is_some_and(|limit| found.alerts.iter().any(|a| a.severity >= limit));
    Ok(if met { Outcome::Found } else { Outcome::Done })
}
