//! Options, exit codes, and what all verbs share.

mod failure;
mod logs;
mod packs;
mod progress;

pub use failure::{Failure, io_reason};
pub use logs::{LogArgs, instant, schema_with, zone};
pub use packs::{Given, PackArgs, exist, find, has_version, load_with, report_problems};
pub use progress::Bar;

use crate::verb;
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Parser, Subcommand};
use std::io::IsTerminal;
use std::process::ExitCode;

/// Runs Elastic's and Splunk's detection rules, as they are, over your logs.
#[derive(Debug, Parser)]
#[command(name = "tripline", version, max_term_width = 100, after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Run rules over logs and print the alerts.
    Hunt(verb::hunt::Args),
    /// Say why a rule fires or does not: the nearest events, test by test.
    Explain(verb::explain::Args),
    /// Run the tests that rules bring, and say which rules do not do what theirs ask for.
    Test(verb::test::Args),
    /// Look at rules: list, show, lint.
    #[command(subcommand)]
    Rules(verb::rules::Verb),
    /// Run one query over logs and print what it finds.
    Query(verb::query::Args),
    /// Print a stage of a query: tokens, ast, ir, bound, physical.
    Debug(verb::debug::Args),
    /// Explain a diagnostic code, or all of them.
    Code(verb::code::Args),
}

const EXIT_CODES: &str = "\
Results go to standard output, everything else to standard error.
Exit codes: 0 done; 1 done, and --fail-on was met, a test failed or `rules lint` found an error; 2 something to fix.

Start with: tripline hunt examples/outbound-smb/logs --rules rules/outbound-smb";

const LOGS_FIRST: &str = "no logs are named; --rules takes all paths that follow it, so name the \
logs before it: `LOGS --rules DIR`";

/// What a verb ends with.
pub enum Outcome {
    /// It did what it was asked for.
    Done,
    /// It did, and found what `--fail-on` asks to fail on, a test that fails, or an error of `lint`.
    Found,
}

/// Reads the command line and runs the verb. Exit codes: 0 done, 1 done and `--fail-on` was met,
/// 2 the user must fix something.
pub fn run() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) if takes_logs_for_rules(&error) => {
            Failure::user(LOGS_FIRST).print();
            return ExitCode::from(2);
        }
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            let _ = error.print();
            return ExitCode::from(code);
        }
    };
    let result = match arguments.verb {
        Verb::Hunt(args) => verb::hunt::run(&args),
        Verb::Explain(args) => verb::explain::run(&args),
        Verb::Test(args) => verb::test::run(&args),
        Verb::Rules(verb) => verb::rules::run(&verb),
        Verb::Query(args) => verb::query::run(&args),
        Verb::Debug(args) => verb::debug::run(&args),
        Verb::Code(args) => verb::code::run(&args),
    };
    match result {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::Found) => ExitCode::from(1),
        Err(failure) if failure.is_broken_pipe() => ExitCode::SUCCESS,
        Err(failure) => {
            failure.print();
            ExitCode::from(2)
        }
    }
}

/// Whether logs alone are missing and `--rules` is there, which may have taken them.
fn takes_logs_for_rules(error: &clap::Error) -> bool {
    let missing = match error.get(ContextKind::InvalidArg) {
        Some(ContextValue::Strings(names)) => names.as_slice(),
        _ => return false,
    };
    let rules = std::env::args_os().any(|arg| arg.to_string_lossy().starts_with("--rules"));
    error.kind() == ErrorKind::MissingRequiredArgument
        && matches!(missing, [name] if name.starts_with("<LOGS>"))
        && rules
}

/// Whether standard error takes colours.
pub fn color_err() -> bool {
    std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}

/// Whether standard output takes colours.
pub fn color_out() -> bool {
    std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none()
}
