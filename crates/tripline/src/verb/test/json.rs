//! Results of tests for machines: one JSON object a line.

use super::{Ran, Report};
use serde_json::{Value, json};
use std::io::{self, Write};

pub(super) fn print(out: &mut dyn Write, report: &Report<'_>) -> io::Result<()> {
    for ran in &report.ran {
        serde_json::to_writer(&mut *out, &object(ran))?;
        out.write_all(b"\n")?;
    }
    Ok(())
}

fn object(ran: &Ran<'_>) -> Value {
    let case = ran.case;
    let seconds = (ran.time.as_secs_f64() * 1e6).round() / 1e6;
    json!({
        "verdict": ran.result.verdict.word(),
        "rule": {
            "id": ran.rule.map(|rule| &*rule.id),
            "name": case.rule_name,
            "file": ran.rule.map(|rule| rule.origin.path.display().to_string()),
        },
        "test": case.name,
        "file": case.file.display().to_string(),
        "line": case.line,
        "negative": case.expected.is_negative(),
        "expected": case.expected.to_string(),
        "alerts": ran.result.alerts,
        "lines": ran.result.lines,
        "notes": ran.result.notes,
        "seconds": seconds,
    })
}
