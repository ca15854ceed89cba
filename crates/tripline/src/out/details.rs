//! The evidence of each alert: its events, with the fields that the rule tested marked.

use super::{plain, table};
use std::io::{self, Write};
use tripline_detect::{Alert, AlertKind, EventView, iso};

/// Prints alerts one after the other with all they rest on. Fields that the rule tests are marked
/// with `*` and come first.
pub fn details(out: &mut dyn Write, alerts: &[Alert]) -> io::Result<()> {
    for (at, alert) in alerts.iter().enumerate() {
        if at > 0 {
            writeln!(out)?;
        }
        writeln!(
            out,
            "{}  {}  [{} {}]",
            iso(alert.time),
            alert.rule.name,
            alert.severity.word(),
            alert.risk_score
        )?;
        writeln!(out, "  {}", plain(&table::why(alert)))?;
        writeln!(out, "  alert    {}", alert.id)?;
        writeln!(out, "  rule     {}", alert.rule.id)?;
        writeln!(out, "  found by the run of {}", iso(alert.detected))?;
        if let AlertKind::Row { from, to, .. } = alert.kind {
            writeln!(out, "  over     {} to {}", iso(from), iso(to))?;
            fields(out, &alert.fields, &alert.matched, "  ")?;
        }
        if let Some(notable) = &alert.notable {
            writeln!(out, "  notable  {} ({})", notable.title, notable.security_domain)?;
        }
        for risk in &alert.risks {
            write!(
                out,
                "  risk     {} on {} {}",
                risk.risk_score, risk.risk_object_type, risk.risk_object
            )?;
            match &risk.threat_object {
                Some((value, kind)) => writeln!(out, ", threat {kind} {value}")?,
                None => writeln!(out)?,
            }
        }
        for (number, event) in alert.events.iter().enumerate() {
            evidence(out, number, event, alert)?;
        }
    }
    Ok(())
}

fn evidence(
    out: &mut dyn Write,
    number: usize,
    event: &EventView,
    alert: &Alert,
) -> io::Result<()> {
    writeln!(
        out,
        "  event {}  {}  {}  {} record {}",
        number + 1,
        iso(event.time),
        event.source,
        event.input,
        event.record + 1
    )?;
    fields(out, &event.fields, &alert.matched, "    ")
}

fn fields(
    out: &mut dyn Write,
    list: &[(String, Vec<String>)],
    matched: &[String],
    pad: &str,
) -> io::Result<()> {
    let tested = |name: &String| matched.iter().position(|m| m == name);
    let mut sorted: Vec<&(String, Vec<String>)> = list.iter().collect();
    sorted.sort_by_key(|(name, _)| (tested(name).unwrap_or(usize::MAX), name.clone()));
    for (name, values) in sorted {
        let mark = if tested(name).is_some() { '*' } else { ' ' };
        writeln!(out, "{pad}{mark} {}: {}", plain(name), plain(&values.join(", ")))?;
    }
    Ok(())
}
