//! Splunk detections (`security_content`): YAML files of three generations.
//!
//! - A, "observable" (until 2024): `tags.observable`, `tags.message`, `tags.impact` and
//!   `tags.confidence`. The risk score is impact × confidence / 100; victims are risk objects,
//!   attackers threat objects.
//! - B, "rba" (2025): top-level `rba` with a message, risk objects that have scores of their own,
//!   and threat objects.
//! - C, "finding" (2026): a finding with an entity, intermediate findings, threat objects.
//!
//! Schedule and actions are not in the file but in the pack's `deployments/`, by the detection's
//! type; without that folder the pack's published defaults apply.

mod deployment;
mod keys;
mod locate;
mod risk;
mod unfold;
mod yaml_value;

use crate::codes::{BAD_VALUE, MISSING_KEY};
use crate::report::FileReport;
use crate::{
    Language, Named, Notable, Origin, Overrides, Rule, RuleKind, Schedule, Severity, Status,
    Threat, Vendor,
};
pub(crate) use deployment::{Deployment, Deployments};
use locate::{locate, query_line};
use serde_norway::Value;
use tripline_diag::{Diagnostic, SourceText, Span, did_you_mean};
use yaml_value::{one_or_many, text, whole};

/// Reads a detection. None: it lacks what it cannot do without; the report says what.
pub(crate) fn load(
    report: &mut FileReport,
    file: &Value,
    deployments: &Deployments,
    named: bool,
) -> Option<(Rule, Option<Span>)> {
    keys::check(report, file);
    let id = required(report, file, "id");
    let name = required(report, file, "name");
    let search = required(report, file, "search");
    let (id, name, search) = (id?, name?, search?);

    let tags = file.get("tags").unwrap_or(&Value::Null);
    let kind = text(file, "type").unwrap_or_else(|| "TTP".to_owned());
    if !deployment::TYPES.contains(&kind.as_str()) {
        report.add(
            Diagnostic::warning(&BAD_VALUE, format!("`{kind}` is no type of detection"))
                .at(locate(&report.source.text, &["type"]))
                .maybe_help(did_you_mean(&kind, deployment::TYPES.iter().copied())),
        );
    }
    let status = status(report, text(file, "status").as_deref());
    let inline = file.get("deployment").map(Deployment::read);
    let deployment = inline.unwrap_or_else(|| deployments.find(&report.path, &kind));
    let risk = risk::read(report, file, tags);
    let score = risk.as_ref().and_then(|r| r.objects.iter().map(|o| o.score).max());
    let score = score.or_else(|| risk::score(tags)).unwrap_or(0);
    let description = text(file, "description").unwrap_or_default();
    let domain = text(tags, "security_domain").unwrap_or_else(|| "threat".to_owned());
    let notable = deployment.notable.map(|n| Notable {
        title: n.title.replace("%name%", &name),
        description: n.description.replace("%description%", &description),
        fields: n.fields,
        security_domain: domain,
    });
    let (search, line) = unfold::unfold(&report.source.text, &search)
        .unwrap_or_else(|| (search.clone(), query_line(&report.source.text)));
    let name_of_file = report.source.name.clone();
    let query = SourceText { name: name_of_file, text: search.into(), first_line: line };
    let (schedule, writes_risk) = (deployment.schedule, deployment.risk);
    let loaded = Rule {
        id: id.into(),
        name: name.into(),
        vendor: Vendor::Splunk,
        origin: Origin { path: report.path.clone(), named },
        description,
        author: text(file, "author")
            .map(|a| a.split(',').map(|one| one.trim().to_owned()).collect())
            .unwrap_or_default(),
        license: None,
        references: one_or_many(file.get("references")),
        tags: tag_lines(&kind, tags),
        note: None,
        setup: text(file, "how_to_implement"),
        severity: band(score),
        risk_score: score,
        threat: threat(tags),
        false_positives: one_or_many(file.get("known_false_positives")),
        version: whole(file, "version").and_then(|v| u32::try_from(v).ok()),
        history: vec![],
        status,
        enabled: file.get("enabled_by_default").and_then(Value::as_bool).unwrap_or(false),
        schedule,
        kind: RuleKind::Search,
        language: Language::Spl,
        query,
        indices: vec![],
        max_signals: u64::MAX,
        timestamp_override: None,
        event_category_override: None,
        building_block: false,
        timestamp_fallback_disabled: false,
        timestamp_field: None,
        tiebreaker_field: None,
        overrides: Overrides::default(),
        suppression: None,
        notable,
        risk: risk.filter(|_| writes_risk),
        exceptions: vec![],
        event_exceptions: vec![],
        extra: keys::extra(file, tags, &kind),
        document: None,
        part_of: vec![],
    };
    let id_span = Some(locate(&report.source.text, &["id"]));
    Some((loaded, id_span))
}

fn required(report: &mut FileReport, file: &Value, key: &str) -> Option<String> {
    match file.get(key) {
        Some(Value::String(text)) if !text.trim().is_empty() => return Some(text.clone()),
        Some(_) => {
            let span = locate(&report.source.text, &[key]);
            let what = format!("`{key}` is empty or not a text");
            report.add(Diagnostic::error(&BAD_VALUE, what).at(span));
        }
        None => {
            let what = format!("the detection has no `{key}`");
            report.add(Diagnostic::error(&MISSING_KEY, what).at(Span::new(0, 0)));
        }
    }
    None
}

fn status(report: &mut FileReport, word: Option<&str>) -> Status {
    match word {
        Some("experimental") => Status::Experimental,
        Some("deprecated" | "removed") => Status::Deprecated,
        Some("production") | None => Status::Production,
        Some(other) => {
            let known = ["production", "experimental", "deprecated", "removed"];
            report.add(
                Diagnostic::warning(&BAD_VALUE, format!("`{other}` is no status"))
                    .at(locate(&report.source.text, &["status"]))
                    .maybe_help(did_you_mean(other, known)),
            );
            Status::Production
        }
    }
}

/// The severity that Enterprise Security shows for a risk score.
fn band(score: u32) -> Severity {
    match score {
        0..=20 => Severity::Informational,
        21..=40 => Severity::Low,
        41..=60 => Severity::Medium,
        61..=80 => Severity::High,
        _ => Severity::Critical,
    }
}

fn tag_lines(kind: &str, tags: &Value) -> Vec<String> {
    let mut lines = vec![format!("Type: {kind}")];
    for (key, title) in [
        ("analytic_story", "Analytic Story"),
        ("asset_type", "Asset Type"),
        ("security_domain", "Security Domain"),
        ("cve", "CVE"),
    ] {
        lines.extend(one_or_many(tags.get(key)).into_iter().map(|v| format!("{title}: {v}")));
    }
    lines
}

fn threat(tags: &Value) -> Vec<Threat> {
    let ids = one_or_many(tags.get("mitre_attack_id"));
    if ids.is_empty() {
        return vec![];
    }
    let techniques = ids.into_iter().map(|id| {
        let reference = format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"));
        Named { id, name: String::new(), reference }
    });
    let framework = "MITRE ATT&CK".to_owned();
    vec![Threat { framework, tactic: None, techniques: techniques.collect() }]
}

/// The schedule that all types but baselines have.
pub(crate) fn default_schedule() -> Schedule {
    Schedule::Cron { cron: "0 * * * *".into(), earliest: "-70m@m".into(), latest: "-10m@m".into() }
}
