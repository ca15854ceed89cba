//! `tripline explain`: why a rule fires or does not.

use crate::cli::{Failure, LogArgs, Outcome, PackArgs, report_problems};
use crate::out;
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use tripline_detect::{ExplainOptions, WindowMode, explain};
use tripline_events::{Input, InputKind};

const EXAMPLES: &str = "\
Examples:
  tripline explain logs/ --rules rules/ --rule 'Direct Outbound SMB Connection'
  tripline explain conn.log --rules rules/ --rule 27f92cc2 --event 12
  tripline explain logs/ --rules rules/ --rule my_rule -o json | jq .reasons";

/// Options of `explain`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXAMPLES)]
pub struct Args {
    #[command(flatten)]
    logs: LogArgs,
    #[command(flatten)]
    packs: PackArgs,
    /// Explain this event, by its number in its input, from 1; by default those that come nearest.
    #[arg(long, value_name = "N", help_heading = "Which events",
          value_parser = clap::value_parser!(u64).range(1..))]
    event: Option<u64>,
    /// The input that --event counts in, if there are several: its path or the end of it.
    #[arg(long, value_name = "NAME", requires = "event", help_heading = "Which events")]
    input: Option<String>,
    /// How many of the nearest kinds of events to show.
    #[arg(long, value_name = "N", default_value_t = 3, help_heading = "Which events",
          value_parser = clap::value_parser!(u16).range(1..=100))]
    nearest: u16,
    /// How to print.
    #[arg(short, long, value_name = "FORMAT", default_value = "text", value_parser = ["text", "json"], help_heading = "Output")]
    output: String,
    /// Over which windows the rule runs: `schedule` replays its own schedule over event time,
    /// `all` takes the data as one window.
    #[arg(long, value_name = "MODE", default_value = "schedule", value_parser = ["schedule", "all"], help_heading = "Running")]
    window: String,
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut options = args.logs.options()?;
    options.window = if args.window == "all" { WindowMode::All } else { WindowMode::Schedule };
    let schema = args.logs.schema()?;
    if args.packs.only.len() != 1 {
        return Err(Failure::user("name the rule to explain with exactly one --rule"));
    }
    let set = args.packs.load()?;
    report_problems(&set, false);
    let selected = args.packs.select(&set)?;
    let choice = selected.first().ok_or_else(|| Failure::user("no rule to explain"))?;
    let inputs = in_memory(args.logs.inputs()?)?;
    let wanted = ExplainOptions {
        event: args.event.map(|number| (args.input.clone(), number - 1)),
        nearest: usize::from(args.nearest),
    };
    let found =
        explain(&inputs, &set, choice, &schema, &options, &wanted).map_err(Failure::user)?;
    for (name, why) in &found.unread {
        writeln!(io::stderr(), "not read  {name}: {why}")?;
    }
    if found.errors.is_empty() {
        if found.events == 0 {
            return Err(Failure::user("there is no event to explain the rule with"));
        }
        if let Some(number) = args.event
            && found.filters.iter().all(|filter| filter.shown.is_empty())
        {
            let place = args.input.as_ref().map(|name| format!(" in `{name}`")).unwrap_or_default();
            return Err(Failure::user(format!("there is no event {number}{place}")));
        }
    }
    let stdout = io::stdout();
    let fancy = stdout.is_terminal() && utf8();
    let mut writer = BufWriter::new(stdout.lock());
    if args.output == "json" {
        writeln!(writer, "{}", out::explain_json(&found))?;
    } else {
        out::explain(&mut writer, &found, fancy, crate::cli::color_out())?;
    }
    writer.flush()?;
    Ok(Outcome::Done)
}

/// Standard input can be read once only.
fn in_memory(inputs: Vec<Input>) -> Result<Vec<Input>, Failure> {
    let mut kept = Vec::new();
    for input in inputs {
        if matches!(input.kind, InputKind::Stdin) {
            let mut bytes = Vec::new();
            io::stdin().lock().read_to_end(&mut bytes)?;
            kept.push(Input::from_bytes(input.name, bytes));
        } else {
            kept.push(input);
        }
    }
    Ok(kept)
}

/// Whether the terminal says that it shows more than ASCII.
fn utf8() -> bool {
    ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .is_some_and(|value| value.to_ascii_lowercase().replace('-', "").contains("utf8"))
}
