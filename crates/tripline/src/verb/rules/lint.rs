//! `tripline rules lint`.

use crate::cli::{Failure, Given, Outcome, color_out, report_problems};
use crate::out;
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use tripline_diag::{Severity, render, to_json};
use tripline_rules::{lint, lint_filters};
use tripline_schema::Schema;

const EXIT: &str = "Exit code 1 if a finding is an error: a rule that cannot be read or run.";

/// Options of `rules lint`.
#[derive(Debug, ClapArgs)]
#[command(after_help = EXIT)]
pub struct Args {
    /// Rule files, or folders with rules.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    given: Given,
    /// Print findings about rules as NDJSON, one object a line: code, severity, message, file, line,
    /// column, help.
    #[arg(long)]
    json: bool,
}

/// Runs it: findings go to standard output; an error among them makes the exit code 1.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut set = args.given.load(&args.paths)?;
    let of_filters = lint_filters(&set);
    set.problems.extend(of_filters);
    report_problems(&set, true);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut errors = set.problems.iter().any(|p| p.diagnostic.is_error());
    let mut findings = [0; 3];
    for problem in &set.problems {
        findings[place(problem.diagnostic.severity)] += 1;
    }
    for rule in &set.rules {
        for diagnostic in lint(&set, rule, Schema::builtin()) {
            findings[place(diagnostic.severity)] += 1;
            errors |= diagnostic.is_error();
            if args.json {
                writeln!(out, "{}", to_json(&diagnostic, &rule.query))?;
            } else {
                writeln!(out, "{}", render(&diagnostic, &rule.query, color_out()))?;
            }
        }
    }
    out.flush()?;
    let counts = ["error", "warning", "note"].iter().zip(findings);
    let counts: Vec<String> =
        counts.filter(|(_, n)| *n > 0).map(|(word, n)| out::counted(n, word)).collect();
    let counts = if counts.is_empty() { "nothing to say".to_owned() } else { counts.join(", ") };
    writeln!(io::stderr(), "{counts} in {}", out::counted(set.rules.len(), "rule"))?;
    Ok(if errors { Outcome::Found } else { Outcome::Done })
}

fn place(severity: Severity) -> usize {
    match severity {
        Severity::Error => 0,
        Severity::Warning => 1,
        Severity::Note => 2,
    }
}
