//! `tripline hunt`: rules over logs.

use crate::cli::{Bar, Failure, LogArgs, Outcome, PackArgs, report_problems};
use crate::out;
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Instant;
use tripline_detect::{Alert, Silent, WindowMode, hunt};
use tripline_rules::Severity;

const EXAMPLES: &str = "\
Examples:
  tripline hunt logs/ --rules rules/outbound-smb
  tripline hunt evidence.zip --rules rules/ --window all --details
  tripline hunt logs/ --glob '*.evtx' --rules rules/ --rule 'Direct Outbound SMB Connection'
  zcat conn.log.gz | tripline hunt - --rules rules/ -o csv > alerts.csv
  tripline hunt samples/ --rules rules/ --fail-on high --quiet";

/// Options of `hunt`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    logs: LogArgs,
    #[command(flatten)]
    packs: PackArgs,
    /// How to print alerts: a table on a terminal and NDJSON in a pipe by default.
    #[arg(short, long, value_name = "FORMAT", value_parser = out::names(), help_heading = "Output")]
    output: Option<String>,
    /// Print the evidence of each alert, with the fields that the rule tests marked.
    #[arg(long, conflicts_with = "output", help_heading = "Output")]
    details: bool,
    /// Also show the alerts of building-block rules to people (table, details, markdown). They are
    /// meant for other rules; formats for machines have them anyway, marked.
    #[arg(long, help_heading = "Output")]
    building_blocks: bool,
    /// Over which windows rules run: `schedule` replays each rule's own schedule over event time,
    /// `all` takes the data as one window.
    #[arg(long, value_name = "MODE", default_value = "schedule", value_parser = ["schedule", "all"], help_heading = "Running")]
    window: String,
    /// Leave out rules that are disabled in their files, unless --rule names them.
    #[arg(long, help_heading = "Choosing rules")]
    only_enabled: bool,
    /// Raise all alerts of a run, beyond the rule's own maximum.
    #[arg(long, help_heading = "Running")]
    no_max_signals: bool,
    /// Leave out new-terms alerts whose history starts before the data.
    #[arg(long, help_heading = "Running")]
    require_history: bool,
    /// Put events into windows by their own time even where a rule names another one, as nearly all
    /// of Elastic's do: event.ingested, which exported documents have.
    #[arg(long, help_heading = "Running")]
    event_time: bool,
    /// Exit with 1 if an alert is at least this severe.
    #[arg(long, value_name = "SEVERITY", value_parser = ["informational", "low", "medium", "high", "critical"], help_heading = "Output")]
    fail_on: Option<String>,
    /// Print no progress and no summary; errors are still printed.
    #[arg(short, long, help_heading = "Output")]
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
    options.timestamp_override = !args.event_time;
    let set = args.packs.load()?;
    report_problems(&set, false);
    let mut selected = args.packs.select(&set)?;
    if args.only_enabled {
        selected.retain(|choice| choice.rule.enabled || !args.packs.only.is_empty());
    }
    if selected.is_empty() {
        return Err(Failure::user(
            "no rule to run: all are disabled in their files, and --only-enabled leaves those out",
        ));
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
    let mut found = found.map_err(Failure::user)?;

    let stdout = io::stdout();
    let shown = if stdout.is_terminal() { "table" } else { "ndjson" };
    let format = out::named(args.output.as_deref().unwrap_or(shown));
    let mut writer = BufWriter::new(stdout.lock());
    let people = args.details || matches!(format.name, "table" | "markdown");
    let hidden = if people && !args.building_blocks { hide(&mut found.alerts) } else { vec![] };
    if args.details {
        out::details(&mut writer, &found.alerts)?;
    } else {
        (format.print)(&mut writer, &found.alerts, &schema)?;
    }
    writer.flush()?;
    if !hidden.is_empty() {
        found.summary.notes.push(format!(
            "{} of building-block rules not shown; --building-blocks shows them",
            out::counted(hidden.len(), "alert")
        ));
        found.alerts.extend(hidden);
    }

    let warnings = set.problems.iter().filter(|p| !args.packs.exceptions.contains(&p.path));
    let warnings =
        warnings.filter(|p| p.diagnostic.severity == tripline_diag::Severity::Warning).count();
    if warnings > 0 {
        found.summary.notes.push(format!(
            "{} about rule files; `tripline rules lint` prints them",
            out::counted(warnings, "warning")
        ));
    }
    let mut err = io::stderr().lock();
    out::failures(&mut err, &found.summary, args.quiet)?;
    if !args.quiet {
        out::summary(&mut err, &found, start.elapsed(), args.details)?;
    }
    out::nothing_readable(&found.summary)?;
    out::nothing_ran(&found.summary)?;
    let limit = args.fail_on.as_deref().and_then(Severity::named);
    let met = limit.is_some_and(|limit| found.alerts.iter().any(|a| a.severity >= limit));
    Ok(if met { Outcome::Found } else { Outcome::Done })
}

/// Takes the alerts of building-block rules out: they are meant for other rules, not for people.
fn hide(alerts: &mut Vec<Alert>) -> Vec<Alert> {
    let (hidden, shown) = std::mem::take(alerts).into_iter().partition(|a| a.rule.building_block);
    *alerts = shown;
    hidden
}
