//! Risk and threat objects of all generations.

use super::locate::locate;
use super::yaml_value::{one_or_many, text, whole};
use crate::codes::BAD_VALUE;
use crate::report::FileReport;
use crate::{Risk, RiskObject};
use serde_norway::Value;
use tripline_diag::Diagnostic;

/// The risk events of a detection. None: it names no risk object.
pub(super) fn read(report: &mut FileReport, file: &Value, tags: &Value) -> Option<Risk> {
    let risk = match (file.get("rba"), file.get("finding")) {
        (Some(rba), _) => from_rba(report, rba),
        (None, Some(finding)) => from_finding(report, file, finding),
        (None, None) => from_observables(report, tags),
    };
    (!risk.objects.is_empty()).then_some(risk)
}

/// Generation A's score: impact × confidence / 100, half to even as the pack's tool rounds it.
/// Where one of them is missing, the score that the file states.
pub(super) fn score(tags: &Value) -> Option<u32> {
    let computed = whole(tags, "impact")
        .zip(whole(tags, "confidence"))
        .and_then(|(impact, confidence)| impact.checked_mul(confidence))
        .map(|product| {
            let (whole, rest) = (product.div_euclid(100), product.rem_euclid(100));
            if rest > 50 || (rest == 50 && whole % 2 == 1) { whole + 1 } else { whole }
        });
    let score = computed.or_else(|| whole(tags, "risk_score"))?;
    u32::try_from(score.clamp(0, 100)).ok()
}

/// Generation C: one entity of the finding, more in `intermediate_findings`, which is a list of
/// entities or a table with such a list.
fn from_finding(report: &mut FileReport, file: &Value, finding: &Value) -> Risk {
    let more = file.get("intermediate_findings").unwrap_or(&Value::Null);
    let more = more.as_sequence().map_or_else(|| list(more, "entities"), Vec::as_slice);
    let mut risk = Risk {
        message: text(finding, "title").unwrap_or_default(),
        objects: vec![],
        threat_objects: vec![],
    };
    for entity in finding.get("entity").into_iter().chain(more) {
        risk.objects.extend(object(report, entity));
    }
    threats(report, file, &mut risk);
    risk
}

fn from_rba(report: &mut FileReport, rba: &Value) -> Risk {
    let mut risk = Risk {
        message: text(rba, "message").unwrap_or_default(),
        objects: vec![],
        threat_objects: vec![],
    };
    for entry in list(rba, "risk_objects") {
        risk.objects.extend(object(report, entry));
    }
    threats(report, rba, &mut risk);
    risk
}

fn object(report: &mut FileReport, entry: &Value) -> Option<RiskObject> {
    let (Some(field), Some(score)) = (text(entry, "field"), whole(entry, "score")) else {
        incomplete(report, "a risk object has no `field` or no `score`");
        return None;
    };
    let kind = text(entry, "type").unwrap_or_else(|| "other".to_owned());
    let score = u32::try_from(score.clamp(0, 100)).unwrap_or(0);
    Some(RiskObject { field, kind, score })
}

fn threats(report: &mut FileReport, map: &Value, risk: &mut Risk) {
    for entry in list(map, "threat_objects") {
        match (text(entry, "field"), text(entry, "type")) {
            (Some(field), Some(kind)) => risk.threat_objects.push((field, kind)),
            _ => incomplete(report, "a threat object has no `field` or no `type`"),
        }
    }
}

fn incomplete(report: &mut FileReport, what: &str) {
    let span = ["rba", "finding"].map(|key| locate(&report.source.text, &[key]));
    let span = if span[0].end > 0 { span[0] } else { span[1] };
    report.add(Diagnostic::warning(&BAD_VALUE, what).at(span));
}

fn from_observables(report: &mut FileReport, tags: &Value) -> Risk {
    let mut risk = Risk {
        message: text(tags, "message").unwrap_or_default(),
        objects: vec![],
        threat_objects: vec![],
    };
    let score = score(tags).unwrap_or(0);
    for observable in list(tags, "observable") {
        let Some(field) = text(observable, "name") else {
            let span = locate(&report.source.text, &["tags", "observable"]);
            report.add(Diagnostic::warning(&BAD_VALUE, "an observable has no `name`").at(span));
            continue;
        };
        let kind = text(observable, "type").unwrap_or_default().to_lowercase();
        let roles = one_or_many(observable.get("role"));
        let role = |name: &str| roles.iter().any(|r| r == name);
        match (role("Victim"), risk_type(&kind)) {
            (true, kind @ ("user" | "system")) => {
                risk.objects.push(RiskObject { field, kind: kind.to_owned(), score });
            }
            _ if role("Attacker") => risk.threat_objects.push((field, threat_type(&kind))),
            _ => risk.objects.push(RiskObject { field, kind: "other".to_owned(), score }),
        }
    }
    risk
}

/// The kind of risk object that contentctl makes of an observable's type.
fn risk_type(observable: &str) -> &'static str {
    match observable {
        "user" | "username" | "email address" => "user",
        "device" | "endpoint" | "hostname" | "ip address" => "system",
        _ => "other",
    }
}

/// The kind of threat object that contentctl makes of an observable's type.
fn threat_type(observable: &str) -> String {
    match observable {
        "process name" | "process" => "process",
        "file name" | "file" | "file hash" => "file_name",
        "url string" | "url" => "url",
        "ip address" => "ip_address",
        other => other,
    }
    .to_owned()
}

fn list<'v>(map: &'v Value, key: &str) -> &'v [Value] {
    map.get(key).and_then(Value::as_sequence).map_or(&[], |list| list)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_score_is_rounded_half_to_even() {
        for (impact, confidence, expected) in
            [(50, 50, 25), (50, 25, 12), (50, 75, 38), (75, 75, 56), (90, 90, 81), (100, 100, 100)]
        {
            let tags = serde_norway::from_str(&format!(
                "impact: {impact}\nconfidence: {confidence}\nrisk_score: 99"
            ))
            .unwrap();
            assert_eq!(score(&tags), Some(expected), "{impact} x {confidence}");
        }
        assert_eq!(score(&serde_norway::from_str("risk_score: 40.0").unwrap()), Some(40));
        assert_eq!(score(&Value::Null), None);
    }
}
