//! For people: time, rule, severity, risk, entities and a line on why. A terminal that is too
//! narrow for the table gets each alert on a few lines instead.

use super::{Chosen, Fit, fitted, plain, severity_style, terminal_width, wrap};
use crate::cli::color_out;
use std::fmt::Write as _;
use std::io::{self, Write};
use tripline_detect::{Alert, AlertKind, Detail, Error, iso};
use tripline_schema::Schema;

/// At most so many entities a row; `--details` has all.
const ENTITIES: usize = 4;
const HEAD: [&str; 6] = ["TIME", "RULE", "SEVERITY", "RISK", "ENTITIES", "WHY"];
/// Below this, the line on why says too little to be of use.
const WHY: usize = 48;

pub fn print(out: &mut dyn Write, alerts: &Chosen<'_>, _: &Schema) -> Result<(), Error> {
    if alerts.which.is_empty() {
        return Ok(());
    }
    let mut rows: Vec<Vec<String>> = Vec::with_capacity(alerts.which.len());
    alerts.found.each(&alerts.which, Detail::Line, &mut |alert| {
        rows.push(vec![
            iso(alert.time),
            alert.name.to_string(),
            alert.severity.word().to_owned(),
            alert.risk_score.to_string(),
            entities(alert),
            why(alert),
        ]);
        Ok(())
    })?;
    lay_out(out, &rows, terminal_width(), color_out()).map_err(Error::Output)
}

fn lay_out(
    out: &mut dyn Write,
    rows: &[Vec<String>],
    width: Option<usize>,
    color: bool,
) -> io::Result<()> {
    let widest = |at: usize| {
        let cells = rows.iter().map(|row| row[at].chars().count());
        cells.chain([HEAD[at].len()]).max().unwrap_or(0)
    };
    let others: usize = (0..5).map(|at| widest(at) + 2).sum();
    match width {
        Some(width) if others + widest(5).min(WHY) > width => stacked(out, rows, width, color),
        _ => {
            let style: fn(usize, &str) -> anstyle::Style =
                |at, cell| if at == 2 { severity_style(cell) } else { anstyle::Style::new() };
            let style = color.then_some(style);
            fitted(out, &HEAD, rows, &Fit { width, spare: &[], flexible: 5, style })
        }
    }
}

/// Who and what is in the line on why, so entities have no line of their own here.
fn stacked(out: &mut dyn Write, rows: &[Vec<String>], width: usize, color: bool) -> io::Result<()> {
    let widest = rows.iter().map(|row| row[0].len()).max().unwrap_or(0);
    for row in rows {
        let style = if color { severity_style(&row[2]) } else { anstyle::Style::new() };
        let severity = format!("{} {}", row[2], row[3]);
        writeln!(out, "{:<widest$}  {style}{severity}{style:#}", row[0])?;
        for line in wrap(&plain(&row[1]), width.saturating_sub(2)) {
            writeln!(out, "  {line}")?;
        }
        for line in wrap(&plain(&row[5]), width.saturating_sub(4)) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// Values only: the names are in the line on why and in `--details`.
pub fn entities(alert: &Alert) -> String {
    let mut text: Vec<&str> =
        alert.entities.iter().take(ENTITIES).map(|(_, value)| value.as_str()).collect();
    if alert.entities.len() > ENTITIES {
        text.push("…");
    }
    text.join(" ")
}

/// The line on why.
pub fn why(alert: &Alert) -> String {
    let mut text = reason(alert);
    if let [first, others @ ..] = alert.enrichments.as_slice() {
        let _ = write!(text, "; {} is an indicator", first.atomic);
        if let Some(feed) = &first.feed {
            let _ = write!(text, " of {feed}");
        }
        if !others.is_empty() {
            let _ = write!(text, " (and {} more)", others.len());
        }
    }
    match alert.suppressed.as_ref().map_or(0, |s| s.docs_count) {
        0 => {}
        more => {
            let _ = write!(text, " (and {more} more like it)");
        }
    }
    text
}

fn reason(alert: &Alert) -> String {
    match &alert.kind {
        AlertKind::Sequence => {
            format!("sequence of {} events: {}", alert.events.len(), alert.reason)
        }
        AlertKind::Row { .. } => {
            alert.risks.first().map_or_else(|| alert.reason.clone(), |risk| risk.message.clone())
        }
        _ if !alert.new_terms.is_empty() => {
            let partial = if alert.history_partial { " (as far as the data goes)" } else { "" };
            format!("first seen{partial}: {}; {}", alert.new_terms.join(", "), alert.reason)
        }
        _ => alert.reason.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(width: Option<usize>) -> String {
        let row = [
            "2024-05-14T09:41:07.25Z",
            "SMB (Windows File Sharing) Activity to the Internet",
            "high",
            "73",
            "10.20.30.40 89.160.20.112",
            "network event from 10.20.30.40:51530 to 89.160.20.112:445",
        ];
        let mut out = Vec::new();
        lay_out(&mut out, &[row.map(str::to_owned).to_vec()], width, false).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_pipe_and_a_wide_terminal_have_one_line_an_alert() {
        assert_eq!(shown(None).lines().count(), 2);
        assert_eq!(shown(Some(200)).lines().count(), 2);
    }

    #[test]
    fn a_narrow_terminal_has_all_of_it_on_several_lines() {
        let text = shown(Some(60));
        assert!(text.lines().all(|line| line.chars().count() <= 60), "{text}");
        assert!(text.starts_with("2024-05-14T09:41:07.25Z  high 73\n  SMB (Windows"), "{text}");
        assert!(text.ends_with("89.160.20.112:445\n"), "{text}");
    }
}
