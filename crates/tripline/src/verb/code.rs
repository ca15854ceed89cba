//! `tripline code`: the page of a diagnostic code.

use crate::cli::{Failure, Outcome};
use clap::Args as ClapArgs;
use std::io::{self, BufWriter, Write};
use tripline_diag::{Code, did_you_mean};

/// Options of `code`.
#[derive(Debug, ClapArgs)]
pub struct Args {
    /// The code, for example KQL003; all codes with their pages when left out.
    code: Option<String>,
}

/// Every code that any part of the system reports.
fn all() -> impl Iterator<Item = &'static Code> {
    tripline_kql::CODES
        .iter()
        .chain(tripline_lucene::CODES)
        .chain(tripline_sigma::CODES)
        .chain(tripline_sigma::correlation::CODES)
        .chain(tripline_sigma::filter::CODES)
        .chain(tripline_sigma::pipeline::CODES)
        .chain(tripline_eql::CODES)
        .chain(tripline_spl::CODES)
        .chain(tripline_rules::CODES)
        .chain(tripline_pipeline::CODES)
        .chain(tripline_detect::CODES)
        .copied()
}

/// Runs it.
pub fn run(args: &Args) -> Result<Outcome, Failure> {
    let mut out = BufWriter::new(io::stdout().lock());
    if let Some(wanted) = &args.code {
        let Some(code) = all().find(|c| c.id.eq_ignore_ascii_case(wanted)) else {
            let help = did_you_mean(wanted, all().map(|c| c.id));
            let help = help.map(|h| format!("; {h}")).unwrap_or_default();
            return Err(Failure::user(format!("no code `{wanted}`{help}")));
        };
        writeln!(out, "{}: {}\n\n{}", code.id, code.title, code.page.trim())?;
    } else {
        writeln!(out, "# Diagnostic codes\n")?;
        writeln!(out, "Printed by `tripline code`; one page with `tripline code ID`.")?;
        for code in all() {
            writeln!(out, "\n## {}: {}\n\n{}", code.id, code.title, code.page.trim())?;
        }
    }
    out.flush()?;
    Ok(Outcome::Done)
}
