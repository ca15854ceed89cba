//! Settings of a rule that change its alerts: overrides and suppression.

use super::keys;
use super::reader::Reader;
use crate::codes::{BAD_VALUE, MISSING_KEY};
use crate::value::{Table, Value};
use crate::{Overrides, RuleKind, Severity, Suppression};
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};

const SECOND: i64 = 1_000_000_000;

/// `severity_mapping`, `risk_score_mapping` and `rule_name_override`. Entries without a field, which
/// the product's form leaves behind, mean nothing.
pub(super) fn overrides(read: &mut Reader<'_, '_>) -> Overrides {
    let mut severity = vec![];
    for (table, span) in tables(read, "severity_mapping") {
        let Some(field) = mapped_field(read, table, "severity_mapping") else { continue };
        let mut inner = Reader::inner(read.report, table);
        let Some(word) = inner.required_text("severity", span) else { continue };
        let named = Severity::named(&word).filter(|s| *s != Severity::Informational);
        let Some(named) = named else {
            let words = Severity::ALL[1..].iter().map(|s| s.word());
            inner.bad("severity", &format!("`{word}` is no severity"), did_you_mean(&word, words));
            continue;
        };
        let value = match table.get("value").map(|n| &n.value) {
            Some(Value::Text(text) | Value::Number(text)) => text.clone(),
            Some(Value::Flag(flag)) => flag.to_string(),
            Some(_) => {
                inner.bad("value", "`value` is neither a text nor a number", None);
                continue;
            }
            None => {
                let text = "the entry of `severity_mapping` has no `value`";
                inner.report.add(Diagnostic::warning(&MISSING_KEY, text).at(span));
                continue;
            }
        };
        severity.push((field, value, named));
    }
    // The product goes through them from low to critical, and the last that fits counts.
    severity.sort_by_key(|(_, _, severity)| *severity);

    let mut risk: Vec<Arc<str>> = vec![];
    for (table, span) in tables(read, "risk_score_mapping") {
        let Some(field) = mapped_field(read, table, "risk_score_mapping") else { continue };
        if risk.is_empty() {
            risk.push(field);
        } else {
            let text = "the product reads the first entry of `risk_score_mapping` only";
            read.report.add(Diagnostic::warning(&BAD_VALUE, text).at(span));
        }
    }
    let name = read.text("rule_name_override").filter(|f| !f.trim().is_empty()).map(Into::into);
    Overrides { severity, risk, name }
}

/// The field of an entry of a mapping, whose operator can only be `equals`.
fn mapped_field(read: &mut Reader<'_, '_>, table: &Table, place: &str) -> Option<Arc<str>> {
    keys::check_inner(read.report, table, keys::MAPPING, place);
    let mut inner = Reader::inner(read.report, table);
    let operator = inner.text("operator").unwrap_or_else(|| "equals".to_owned());
    if operator != "equals" {
        inner.bad(
            "operator",
            &format!("`{operator}` is no operator here"),
            did_you_mean(&operator, ["equals"]),
        );
        return None;
    }
    inner.text("field").filter(|field| !field.trim().is_empty()).map(Into::into)
}

/// The entries of a list of tables; what is none of both is said.
pub(super) fn tables<'t>(read: &mut Reader<'_, 't>, key: &str) -> Vec<(&'t Table, Span)> {
    let Some(node) = read.table.get(key) else { return vec![] };
    let Value::List(list) = &node.value else {
        read.bad(key, &format!("`{key}` is not a list of tables"), None);
        return vec![];
    };
    let mut found = vec![];
    for item in list {
        if let Value::Table(table) = &item.value {
            found.push((table, item.span));
        } else {
            let text = format!("an entry of `{key}` is not a table");
            read.report.add(Diagnostic::warning(&BAD_VALUE, text).at(item.span));
        }
    }
    found
}

/// `alert_suppression`. A threshold rule groups by its own fields, and has a duration only; any
/// other rule has one to three fields to group by.
pub(super) fn suppression(read: &mut Reader<'_, '_>, kind: &RuleKind) -> Option<Suppression> {
    let node = read.table.get("alert_suppression")?;
    let Value::Table(table) = &node.value else {
        read.bad("alert_suppression", "`alert_suppression` is not a table", None);
        return None;
    };
    keys::check_inner(read.report, table, keys::SUPPRESSION, "alert_suppression");
    let threshold = matches!(kind, RuleKind::Threshold { .. });
    let mut inner = Reader::inner(read.report, table);
    let duration = duration(&mut inner);
    if threshold {
        for key in ["group_by", "missing_fields_strategy"] {
            if table.has(key) {
                let text =
                    format!("`{key}` has no effect: a threshold rule groups by its own fields");
                inner.bad(key, &text, None);
            }
        }
        if duration.is_none() {
            let text = "`alert_suppression` of a threshold rule has no `duration`";
            inner.report.add(Diagnostic::warning(&MISSING_KEY, text).at(node.span));
            return None;
        }
        return Some(Suppression { group_by: vec![], duration, group_missing: true });
    }
    let group_by: Vec<Arc<str>> = inner.texts("group_by").into_iter().map(Into::into).collect();
    if group_by.is_empty() || group_by.len() > 3 {
        let text = "alerts are grouped by one to three fields; they are not suppressed";
        let span = table.get("group_by").map_or(node.span, |n| n.span);
        inner.report.add(Diagnostic::warning(&BAD_VALUE, text).at(span));
        return None;
    }
    let strategy = inner.text("missing_fields_strategy");
    let group_missing = match strategy.as_deref() {
        None | Some("suppress") => true,
        Some("doNotSuppress") => false,
        Some(other) => {
            let help = did_you_mean(other, ["suppress", "doNotSuppress"]);
            let text = format!("`{other}` is no strategy for missing fields");
            inner.bad("missing_fields_strategy", &text, help);
            true
        }
    };
    Some(Suppression { group_by, duration, group_missing })
}

/// `{ value = 5, unit = "h" }`.
fn duration(read: &mut Reader<'_, '_>) -> Option<i64> {
    let node = read.table.get("duration")?;
    let Value::Table(table) = &node.value else {
        read.bad("duration", "`duration` is not a table of `value` and `unit`", None);
        return None;
    };
    keys::check_inner(read.report, table, &["unit", "value"], "duration");
    let mut inner = Reader::inner(read.report, table);
    if !table.has("value") || !table.has("unit") {
        let text = "`duration` needs a `value` and a `unit`";
        inner.report.add(Diagnostic::warning(&MISSING_KEY, text).at(node.span));
        return None;
    }
    let value = inner.whole("value", 1..=i64::from(u32::MAX))?;
    let word = inner.text("unit")?;
    let unit = match word.as_str() {
        "s" => SECOND,
        "m" => 60 * SECOND,
        "h" => 3_600 * SECOND,
        _ => {
            let help = "units are s, m and h".to_owned();
            inner.bad("unit", &format!("`{word}` is no unit of a duration"), Some(help));
            return None;
        }
    };
    let nanoseconds = value.checked_mul(unit);
    if nanoseconds.is_none() {
        inner.bad("value", "the duration is too long", None);
    }
    nanoseconds
}
