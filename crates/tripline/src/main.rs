//! The command line. One file a verb, one file an output.

mod cli;
mod out;
mod verb;

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::run()
}
