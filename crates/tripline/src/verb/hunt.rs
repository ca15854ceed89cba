//! `tripline hunt`: rules over logs.

use crate::cli::{Bar, Failure, LogArgs, Outcome, PackArgs, report_problems};
use crate::out::{self, Chosen};
use clap::Args as ClapArgs;
use std::collections::HashMap;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::time::Instant;
use tripline_detect::{Error, Findings, Silent, WindowMode, search};
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
        search(&inputs, &set, &selected, &schema, &options, &Silent)
    } else {
        search(&inputs, &set, &selected, &schema, &options, &bar)
    };
    bar.finish();
    let mut found = found.map_err(Failure::user)?;

    let stdout = io::stdout();
    let stdout_is_terminal = stdout.is_terminal();
    let shown = if stdout_is_terminal { "table" } else { "ndjson" };
    let format = out::named(args.output.as_deref().unwrap_or(shown));
    let mut writer = BufWriter::new(stdout.lock());
    let people = args.details || matches!(format.name, "table" | "markdown");
    let mut which: Vec<usize> = (0..found.len()).collect();
    let mut notes = Vec::new();
    if people && !args.building_blocks {
        notes.extend(hide_building_blocks(&found, &mut which));
    }
    if people && stdout_is_terminal {
        notes.extend(first_of_each_rule(&found, &mut which));
    }
    let chosen = Chosen { found: &found, which };
    let printed = if args.details {
        out::details(&mut writer, &chosen)
    } else {
        (format.print)(&mut writer, &chosen, &schema)
    };
    printed.map_err(|error| match error {
        Error::Output(error) => error.into(),
        other => Failure::user(other),
    })?;
    writer.flush()?;
    found.summary.notes.extend(notes);

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
    let met = limit.is_some_and(|limit| found.heads().any(|a| a.severity >= limit));
    // The process ends: to give all that back piece by piece takes as long as thousands of events.
    std::mem::forget(found);
    std::mem::forget(set);
    Ok(if met { Outcome::Found } else { Outcome::Done })
}

/// Takes the alerts of building-block rules out: they are meant for other rules, not for people.
fn hide_building_blocks(found: &Findings<'_>, which: &mut Vec<usize>) -> Option<String> {
    let before = which.len();
    let blocks: Vec<bool> = found.heads().map(|head| head.rule.building_block).collect();
    which.retain(|at| !blocks[*at]);
    let hidden = before - which.len();
    (hidden > 0).then(|| {
        format!(
            "{} of building-block rules not shown; --building-blocks shows them",
            out::counted(hidden, "alert")
        )
    })
}

/// What a person reads on a terminal: all alerts, or of many the first ones of each rule.
const MANY: usize = 500;
const OF_EACH: usize = 10;

/// Of many alerts, leaves the first ones of each rule.
fn first_of_each_rule(found: &Findings<'_>, which: &mut Vec<usize>) -> Option<String> {
    if which.len() <= MANY {
        return None;
    }
    let rules: Vec<&str> = found.heads().map(|head| &*head.rule.id).collect();
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let before = which.len();
    which.retain(|at| {
        let seen = seen.entry(rules[*at]).or_default();
        *seen += 1;
        *seen <= OF_EACH
    });
    let rules = seen.values().filter(|seen| **seen > OF_EACH).count();
    (which.len() < before).then(|| {
        format!(
            "{} of {} not shown: of many alerts a terminal gets the first {OF_EACH} of each rule; \
             -o ndjson, -o csv or a pipe has all",
            out::counted(before - which.len(), "alert"),
            out::counted(rules, "rule")
        )
    })
}
