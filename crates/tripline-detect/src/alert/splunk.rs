//! What Enterprise Security writes for a rule's result rows: notable events and risk events
//! (`spec/splunk.md` 5.2, 5.3).

use super::Fields;
use tripline_rules::Rule;

/// A notable event: one per result row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotableEvent {
    /// Rendered title.
    pub title: String,
    /// Rendered description.
    pub description: String,
    /// `network`, `endpoint` …
    pub security_domain: String,
    /// The fields that identify it, as far as the row has them.
    pub fields: Vec<(String, Vec<String>)>,
}

/// A risk event: one per result row, value of a risk object and value of a threat object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RiskEvent {
    /// Who is at risk.
    pub risk_object: String,
    /// The row's field that says so.
    pub risk_object_field: String,
    /// `user`, `system`, `other`.
    pub risk_object_type: String,
    /// How much.
    pub risk_score: u32,
    /// The rule's message with the row's values. A field that the row does not have stays as it is
    /// written, `$field$`, as in the product.
    pub message: String,
    /// What threatens, if the rule names it and the row has it: value and type.
    pub threat_object: Option<(String, String)>,
}

/// The notable event of a row, if the rule writes one.
pub(crate) fn notable_of(rule: &Rule, row: &Fields) -> Option<NotableEvent> {
    let notable = rule.notable.as_ref()?;
    let text = |template: &str| {
        let of_rule = template
            .replace("%name%", &rule.name)
            .replace("%description%", rule.description.trim());
        fill(&of_rule, row)
    };
    Some(NotableEvent {
        title: text(&notable.title),
        description: text(&notable.description),
        security_domain: notable.security_domain.clone(),
        fields: notable
            .fields
            .iter()
            .map(|name| (name.clone(), row.get(name).to_vec()))
            .filter(|(_, values)| !values.is_empty())
            .collect(),
    })
}

/// The risk events of a row.
pub(crate) fn risks_of(rule: &Rule, row: &Fields) -> Vec<RiskEvent> {
    let Some(risk) = &rule.risk else { return vec![] };
    let message = fill(&risk.message, row);
    let mut threats: Vec<Option<(String, String)>> = risk
        .threat_objects
        .iter()
        .flat_map(|(field, kind)| {
            row.get(field).iter().map(move |value| Some((value.to_owned(), kind.clone())))
        })
        .collect();
    if threats.is_empty() {
        threats.push(None);
    }
    let mut events = Vec::new();
    for object in &risk.objects {
        for value in row.get(&object.field).iter() {
            for threat in &threats {
                events.push(RiskEvent {
                    risk_object: value.to_owned(),
                    risk_object_field: object.field.clone(),
                    risk_object_type: object.kind.clone(),
                    risk_score: object.score,
                    message: message.clone(),
                    threat_object: threat.clone(),
                });
            }
        }
    }
    events
}

/// Replaces `$field$` by the row's value; several values are joined by a comma.
fn fill(template: &str, row: &Fields) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some(start) = rest.find('$') {
        let after = &rest[start + 1..];
        let Some(end) = after.find('$') else { break };
        let name = &after[..end];
        let values = row.get(name);
        if values.is_empty() {
            out.push_str(&rest[..=start]);
            rest = after;
            continue;
        }
        out.push_str(&rest[..start]);
        out.push_str(&values.join(", "));
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    use tripline_rules::{Language, Notable, Risk, RiskObject};

    fn row(cells: &[(&str, &[&str])]) -> Fields {
        let row: Vec<(String, Vec<String>)> = cells
            .iter()
            .map(|(name, values)| {
                ((*name).to_owned(), values.iter().map(|v| (*v).to_owned()).collect())
            })
            .collect();
        row.into()
    }

    fn rule() -> Rule {
        let object = |field: &str, kind: &str, score| RiskObject {
            field: field.to_owned(),
            kind: kind.to_owned(),
            score,
        };
        Rule {
            name: "Outbound".into(),
            description: " It left. ".to_owned(),
            notable: Some(Notable {
                title: "%name% to $dest_ip$".to_owned(),
                description: "%description% $gone$".to_owned(),
                fields: vec!["user".to_owned(), "dest".to_owned()],
                security_domain: "network".to_owned(),
            }),
            risk: Some(Risk {
                message: "$src_ip$ spoke to $dest_ip$".to_owned(),
                objects: vec![object("src_ip", "system", 25), object("user", "user", 10)],
                threat_objects: vec![("dest_ip".to_owned(), "ip_address".to_owned())],
            }),
            ..Rule::ad_hoc(Language::Spl, "")
        }
    }

    /// One risk event for each value of a risk object and of a threat object.
    #[test]
    fn risk_events_fan_out() {
        let row = row(&[
            ("src_ip", &["10.0.0.1"]),
            ("user", &["ann", "bob"]),
            ("dest_ip", &["1.1.1.1", "2.2.2.2"]),
        ]);
        let events = risks_of(&rule(), &row);
        let brief: Vec<(&str, &str, u32, &str)> = events
            .iter()
            .map(|e| {
                let (threat, kind) = e.threat_object.as_ref().unwrap();
                assert_eq!(kind, "ip_address");
                (e.risk_object_type.as_str(), e.risk_object.as_str(), e.risk_score, threat.as_str())
            })
            .collect();
        assert_eq!(
            brief,
            [
                ("system", "10.0.0.1", 25, "1.1.1.1"),
                ("system", "10.0.0.1", 25, "2.2.2.2"),
                ("user", "ann", 10, "1.1.1.1"),
                ("user", "ann", 10, "2.2.2.2"),
                ("user", "bob", 10, "1.1.1.1"),
                ("user", "bob", 10, "2.2.2.2"),
            ]
        );
        assert_eq!(events[0].message, "10.0.0.1 spoke to 1.1.1.1, 2.2.2.2");
        assert_eq!(events[0].risk_object_field, "src_ip");
    }

    /// Without its risk object there is no risk event; without a threat object there is one.
    #[test]
    fn rows_that_lack_objects() {
        let events = risks_of(&rule(), &row(&[("src_ip", &["10.0.0.1"])]));
        assert_eq!(events.len(), 1);
        assert_eq!(events[0].threat_object, None);
        assert_eq!(events[0].message, "10.0.0.1 spoke to $dest_ip$");
        assert!(risks_of(&rule(), &row(&[("dest_ip", &["1.1.1.1"])])).is_empty());
    }

    #[test]
    fn a_notable_names_the_rule_and_has_the_fields_of_the_row() {
        let row = row(&[("user", &["ann"]), ("dest_ip", &["1.1.1.1"])]);
        let notable = notable_of(&rule(), &row).unwrap();
        assert_eq!(notable.title, "Outbound to 1.1.1.1");
        assert_eq!(notable.description, "It left. $gone$");
        assert_eq!(notable.security_domain, "network");
        assert_eq!(notable.fields, [("user".to_owned(), vec!["ann".to_owned()])]);
        assert_eq!(notable_of(&Rule { notable: None, ..rule() }, &row), None);
    }

    #[test]
    fn tokens_are_filled_and_unknown_ones_stay() {
        let row = row(&[("dest_ip", &["a", "b"]), ("x", &[])]);
        assert_eq!(fill("to $dest_ip$ by $user$ for $5", &row), "to a, b by $user$ for $5");
        assert_eq!(fill("$user$dest_ip$", &row), "$usera, b");
    }
}
