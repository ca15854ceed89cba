//! What Enterprise Security writes for a rule's result rows: notable events and risk events
//! (`spec/splunk.md` 5.2, 5.3).

use super::event::lookup;
use tripline_rules::Rule;

type Fields = [(String, Vec<String>)];

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
            .map(|name| (name.clone(), lookup(row, name).to_vec()))
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
            lookup(row, field).iter().map(move |value| Some((value.clone(), kind.clone())))
        })
        .collect();
    if threats.is_empty() {
        threats.push(None);
    }
    let mut events = Vec::new();
    for object in &risk.objects {
        for value in lookup(row, &object.field) {
            for threat in &threats {
                events.push(RiskEvent {
                    risk_object: value.clone(),
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
        let values = lookup(row, name);
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

    #[test]
    fn tokens_are_filled_and_unknown_ones_stay() {
        let row = [
            ("dest_ip".to_owned(), vec!["a".to_owned(), "b".to_owned()]),
            ("x".to_owned(), vec![]),
        ];
        assert_eq!(fill("to $dest_ip$ by $user$ for $5", &row), "to a, b by $user$ for $5");
        assert_eq!(fill("$user$dest_ip$", &row), "$usera, b");
    }
}
