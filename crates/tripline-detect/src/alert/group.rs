//! The document that stands for a group of events: the product makes one up, with an id of its
//! own, and then an alert on it like on any other (`spec/elastic.md` 7.5).

use super::identity::hash_of;
use jiff::Timestamp;
use tripline_rules::Rule;
use uuid::{Uuid, uuid};

/// The product's namespace of such ids.
const NAMESPACE: Uuid = uuid!("0684ec03-7201-4ee0-8ee0-3a3f6b2479b2");

/// The id and the index of the document: a name-based UUID of the rule, the instant of its run
/// (nanoseconds since 1970), its fields and the values that the events share; the index patterns
/// of the rule.
pub(crate) fn threshold_document(
    rule: &Rule,
    run: i64,
    terms: &[(String, String)],
) -> (String, String) {
    let fields: Vec<&str> = terms.iter().map(|(field, _)| field.as_str()).collect();
    let mut values: Vec<&str> = terms.iter().map(|(_, value)| value.as_str()).collect();
    // As JavaScript sorts: by UTF-16 units.
    values.sort_by(|a, b| a.encode_utf16().cmp(b.encode_utf16()));
    (name_based(&rule.id, run, &fields.join(","), &values.join(",")), rule.indices.join(","))
}

fn name_based(rule: &str, run: i64, fields: &str, values: &str) -> String {
    let run = Timestamp::from_nanosecond(i128::from(run)).unwrap_or_default();
    let name = format!("{rule}{}{fields}{values}", run.strftime("%Y-%m-%dT%H:%M:%S%.3fZ"));
    Uuid::new_v5(&NAMESPACE, name.as_bytes()).to_string()
}

/// The id of the alert on a group. The document has no version, and the product writes that out.
pub(crate) fn threshold_id(rule: &Rule, run: i64, terms: &[(String, String)]) -> String {
    let (id, index) = threshold_document(rule, run, terms);
    hash_of(&[&index, &id, "undefined", "default:", &rule.id])
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_rules::Language;

    /// The ids that the product's own tests state.
    #[test]
    fn ids_as_the_product_makes_them() {
        let at = |text: &str| tripline_events::parse_time(text).unwrap();
        assert_eq!(
            name_based("abcd", at("2020-12-17T16:27:00Z"), "agent.name", ""),
            "a4832768-a379-583a-b1a2-e2ce2ad9e6e9"
        );
        assert_eq!(
            name_based("abcd", at("2019-11-18T13:32:00Z"), "host.ip", "1.2.3.4"),
            "ee8870dc-45ff-5e6c-a2f9-80886651ce03"
        );
    }

    #[test]
    fn a_group_is_its_values_and_its_run() {
        let rule = Rule {
            id: "r".into(),
            indices: vec!["a-*".into(), "b-*".into()],
            ..Rule::ad_hoc(Language::Kql, "*")
        };
        let term = |field: &str, value: &str| (field.to_owned(), value.to_owned());
        let (one, index) = threshold_document(&rule, 0, &[term("a", "x"), term("b", "y")]);
        assert_eq!(index, "a-*,b-*");
        // The product sorts the values, so that it cannot tell these two groups apart.
        assert_eq!(one, threshold_document(&rule, 0, &[term("a", "y"), term("b", "x")]).0);
        assert_ne!(one, threshold_document(&rule, 1_000_000, &[term("a", "x"), term("b", "y")]).0);
        assert_ne!(
            threshold_id(&rule, 0, &[term("a", "x")]),
            threshold_id(&rule, 0, &[term("a", "y")])
        );
    }
}
