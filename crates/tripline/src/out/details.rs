//! The evidence of each alert: its events, with the fields that the rule tested marked.

use super::{Chosen, plain, table};
use std::io::{self, Write};
use tripline_detect::{Alert, AlertKind, Detail, Error, EventView, Fields, iso};
use tripline_rules::Schedule;

/// Prints alerts one after the other with all they rest on. Fields that the rule tests are marked
/// with `*` and come first.
pub fn details(out: &mut dyn Write, alerts: &Chosen<'_>) -> Result<(), Error> {
    let first = alerts.which.first().and_then(|at| alerts.found.heads().nth(*at));
    let first = first.map(|head| head.id.to_owned());
    alerts.write(out, Detail::Everything, |alert, out| {
        if first.as_ref() != Some(&alert.id) {
            writeln!(out)?;
        }
        one(out, alert)
    })
}

fn one(out: &mut dyn Write, alert: &Alert) -> io::Result<()> {
    writeln!(
        out,
        "{}  {}  [{} {}]",
        iso(alert.time),
        plain(&alert.name),
        alert.severity.word(),
        alert.risk_score
    )?;
    writeln!(out, "  {}", plain(&table::why(alert)))?;
    writeln!(out, "  alert    {}", alert.id)?;
    let renamed = if alert.name == alert.rule.name { "" } else { &*alert.rule.name };
    writeln!(out, "  rule     {}", format!("{} {renamed}", alert.rule.id).trim_end())?;
    if !matches!(alert.rule.schedule, Schedule::Continuous) {
        writeln!(out, "  found by the run of {}", iso(alert.detected))?;
    }
    more(out, alert)?;
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
    Ok(())
}

/// What only some alerts have: other alerts folded into them, groups, indicators.
fn more(out: &mut dyn Write, alert: &Alert) -> io::Result<()> {
    if alert.rule.building_block {
        writeln!(out, "  a building block for other rules")?;
    }
    if let AlertKind::Threshold(result) = &alert.kind {
        writeln!(out, "  group    {} events since {}", result.count, iso(result.from))?;
        for (field, value) in &result.terms {
            writeln!(out, "           {}: {}", plain(field), plain(value))?;
        }
        for (field, number) in &result.cardinality {
            writeln!(out, "           {}: {number} different", plain(field))?;
        }
    }
    if let AlertKind::Correlation(result) = &alert.kind {
        let (count, from) = (result.count, iso(result.from));
        writeln!(out, "  group    {count} events since {from}, {} {}", result.kind, result.value)?;
        for (field, value) in &result.terms {
            writeln!(out, "           {}: {}", plain(field), plain(value))?;
        }
        for (rule, number) in &result.inputs {
            writeln!(out, "           {number} of {}", plain(rule))?;
        }
    }
    if let Some(suppressed) = alert.suppressed.as_ref().filter(|s| s.docs_count > 0) {
        let (count, from, to) = (suppressed.docs_count, suppressed.start, suppressed.end);
        writeln!(out, "  stands   for {count} more from {} to {}", iso(from), iso(to))?;
        for (field, values) in &suppressed.terms {
            let text = if values.is_empty() { "(absent)".to_owned() } else { values.join(", ") };
            writeln!(out, "           {}: {}", plain(field), plain(&text))?;
        }
    }
    for enrichment in &alert.enrichments {
        let feed = enrichment.feed.as_ref().map_or(String::new(), |feed| format!(" of {feed}"));
        writeln!(
            out,
            "  matches  {} {} is the indicator {}{}",
            plain(&enrichment.field),
            plain(&enrichment.atomic),
            plain(&enrichment.id),
            plain(&feed)
        )?;
        for (field, values) in &enrichment.indicator {
            writeln!(out, "           {}: {}", plain(field), plain(&values.join(", ")))?;
        }
    }
    if !alert.new_terms.is_empty() && alert.history_partial {
        writeln!(out, "  history  partial: what the rule looks back on starts before the data")?;
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

fn fields(out: &mut dyn Write, list: &Fields, matched: &[String], pad: &str) -> io::Result<()> {
    let tested = |name: &str| matched.iter().position(|m| m == name);
    let mut sorted: Vec<_> = list.iter().collect();
    sorted.sort_by_key(|(name, _)| (tested(name).unwrap_or(usize::MAX), *name));
    for (name, values) in sorted {
        let mark = if tested(name).is_some() { '*' } else { ' ' };
        writeln!(out, "{pad}{mark} {}: {}", plain(name), plain(&values.join(", ")))?;
    }
    Ok(())
}
