//! `tripline rules lint`.

use crate::cli::{Failure, Outcome, color_out, report_problems};
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tripline_diag::{render, to_json};
use tripline_rules::{LoadOptions, lint, load};
use tripline_schema::Schema;

/// Options of `rules lint`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// Rule files, or folders with rules.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// One JSON object a finding.
    #[arg(long)]
    json: bool,
}

/// Runs it: findings go to standard output; an error among them makes the exit code 1.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let set = load(&args.paths, &LoadOptions::default());
    report_problems(&set, true);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut errors = set.problems.iter().any(|p| p.diagnostic.is_error());
    let mut findings = 0;
    for rule in &set.rules {
        for diagnostic in lint(&set, rule, Schema::builtin()) {
            findings += 1;
            errors |= diagnostic.is_error();
            if args.json {
                writeln!(out, "{}", to_json(&diagnostic, &rule.query))?;
            } else {
                writeln!(out, "{}", render(&diagnostic, &rule.query, color_out()))?;
            }
        }
    }
    out.flush()?;
    writeln!(io::stderr(), "{findings} findings in {} rules", set.rules.len())?;
    Ok(if errors { Outcome::Found } else { Outcome::Done })
}
