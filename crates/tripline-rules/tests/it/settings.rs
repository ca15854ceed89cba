//! What an Elastic rule's file says beside its query: overrides, suppression, times.

use crate::pack::{Pack, elastic};
use tripline_rules::{Overrides, Rule, Schedule, Severity, Suppression};
use tripline_schema::Schema;

const MINUTE: i64 = 60_000_000_000;
const DAY: i64 = 1440 * MINUTE;

/// The rule with these lines more, and what is said about them, without where.
fn load(more: &str) -> (Rule, String) {
    load_text(&elastic("a", more))
}

fn load_text(text: &str) -> (Rule, String) {
    let pack = Pack::new(&[("a.toml", text)]);
    let set = pack.load();
    let said: Vec<String> = set
        .problems
        .iter()
        .map(|p| {
            let span = p.diagnostic.span.map_or("", |s| s.of(&p.source.text));
            format!("{}: {} at `{span}`", p.diagnostic.code.id, p.diagnostic.message)
        })
        .collect();
    assert_eq!(set.rules.len(), 1, "{said:?}");
    (Rule::clone(&set.rules[0]), said.join("\n"))
}

#[test]
fn overrides_are_sorted_as_the_product_applies_them() {
    let (rule, said) = load(
        r#"
rule_name_override = "message"
[[rule.risk_score_mapping]]
field = "event.risk_score"
operator = "equals"
value = ""
[[rule.severity_mapping]]
field = "event.severity"
operator = "equals"
severity = "critical"
value = "99"
[[rule.severity_mapping]]
field = "event.severity"
severity = "low"
value = 21
[[rule.severity_mapping]]
field = ""
operator = "equals"
severity = "low"
value = ""
"#,
    );
    assert_eq!(said, "");
    let expected = Overrides {
        severity: vec![
            ("event.severity".into(), "21".to_owned(), Severity::Low),
            ("event.severity".into(), "99".to_owned(), Severity::Critical),
        ],
        risk: vec!["event.risk_score".into()],
        name: Some("message".into()),
    };
    assert_eq!(rule.overrides, expected);
    assert_eq!(load("").0.overrides, Overrides::default());
}

#[test]
fn bad_overrides_are_said_and_left_out() {
    let (rule, said) = load(
        r#"
rule_name_override = ["message"]
severity_mapping = [
  { field = "f", operator = "equals", value = "1", severity = "hihg" },
  { field = "f", operator = "matches", value = "1", severity = "high" },
  { field = "f", operator = "equals", severity = "high" },
  { field = "f", operator = "equals", value = [], severity = "high" },
  { field = "f", operator = "equals", value = "1" },
  { field = "f", opertor = "equals", value = "7", severity = "high" },
  "f",
]
risk_score_mapping = [{ field = "a" }, { field = "b" }]
"#,
    );
    assert_eq!(rule.overrides.severity, [("f".into(), "7".to_owned(), Severity::High)]);
    assert_eq!((rule.overrides.risk, rule.overrides.name), (vec!["a".into()], None));
    assert_eq!(
        said,
        "\
RUL007: `rule_name_override` is not a text at `[\"message\"]`
RUL007: `hihg` is no severity at `\"hihg\"`
RUL007: `matches` is no operator here at `\"matches\"`
RUL005: the entry of `severity_mapping` has no `value` at `{ field = \"f\", operator = \"equals\", severity = \"high\" }`
RUL007: `value` is neither a text nor a number at `[]`
RUL005: there is no `severity` here at `{ field = \"f\", operator = \"equals\", value = \"1\" }`
RUL006: `severity_mapping` has no key `opertor` at `opertor`
RUL007: an entry of `severity_mapping` is not a table at `\"f\"`
RUL007: the product reads the first entry of `risk_score_mapping` only at `{ field = \"b\" }`"
    );
}

#[test]
fn suppression_of_both_forms() {
    let group = |duration, group_missing| {
        let group_by = vec!["host.id".into(), "user.id".into()];
        Some(Suppression { group_by, duration, group_missing })
    };
    let form = |more: &str| {
        format!("[rule.alert_suppression]\ngroup_by = [\"host.id\", \"user.id\"]\n{more}")
    };
    let cases = [
        ("", group(None, true)),
        ("missing_fields_strategy = \"suppress\"", group(None, true)),
        ("missing_fields_strategy = \"doNotSuppress\"", group(None, false)),
        ("duration = { value = 90, unit = \"s\" }", group(Some(MINUTE * 3 / 2), true)),
        ("duration = { value = 5, unit = \"m\" }", group(Some(5 * MINUTE), true)),
        ("duration = { value = 24, unit = \"h\" }", group(Some(DAY), true)),
    ];
    for (more, expected) in cases {
        let (rule, said) = load(&form(more));
        assert_eq!((rule.suppression, said.as_str()), (expected, ""), "{more}");
    }
    let threshold = elastic(
        "a",
        "[rule.threshold]\nvalue = 5\n[rule.alert_suppression.duration]\nvalue = 1\nunit = \"h\"",
    )
    .replace("\"query\"", "\"threshold\"");
    let (rule, said) = load_text(&threshold);
    assert_eq!(said, "");
    let expected =
        Suppression { group_by: vec![], duration: Some(60 * MINUTE), group_missing: true };
    assert_eq!(rule.suppression, Some(expected));
}

#[test]
fn bad_suppression_is_said() {
    for (more, expected) in [
        ("alert_suppression = 5", "RUL007: `alert_suppression` is not a table at `5`"),
        (
            "alert_suppression = { group_by = [] }",
            "RUL007: alerts are grouped by one to three fields; they are not suppressed at `[]`",
        ),
        (
            "alert_suppression = { group_by = [\"a\",\"b\",\"c\",\"d\"] }",
            "RUL007: alerts are grouped by one to three fields; they are not suppressed at \
             `[\"a\",\"b\",\"c\",\"d\"]`",
        ),
        (
            "alert_suppression = { group_by = \"a\", duration = { value = 0, unit = \"m\" } }",
            "RUL007: `value` is less than 1, or too large at `0`",
        ),
        (
            "alert_suppression = { group_by = \"a\", duration = { value = 1, unit = \"d\" } }",
            "RUL007: `d` is no unit of a duration at `\"d\"`",
        ),
        (
            "alert_suppression = { group_by = \"a\", duration = { value = 1 } }",
            "RUL005: `duration` needs a `value` and a `unit` at `{ value = 1 }`",
        ),
        (
            "alert_suppression = { group_by = \"a\", missing_fields_strategy = \"donotsuppress\" }",
            "RUL007: `donotsuppress` is no strategy for missing fields at `\"donotsuppress\"`",
        ),
        (
            "alert_suppression = { group_by = \"a\", durration = {} }",
            "RUL006: `alert_suppression` has no key `durration` at `durration`",
        ),
    ] {
        assert_eq!(load(more).1, expected);
    }
}

#[test]
fn fields_for_the_time_and_the_order_of_events() {
    let text = elastic(
        "a",
        "timestamp_override = \"event.ingested\"\ntimestamp_override_fallback_disabled = true\n\
         timestamp_field = \"event.created\"\ntiebreaker_field = \"event.sequence\"\n\
         event_category_override = \"event.type\"",
    )
    .replace("\"query\"", "\"eql\"");
    let (rule, said) = load_text(&text);
    assert_eq!(said, "");
    assert_eq!(rule.timestamp_override.as_deref(), Some("event.ingested"));
    assert!(rule.timestamp_fallback_disabled);
    assert_eq!(rule.timestamp_field.as_deref(), Some("event.created"));
    assert_eq!(rule.tiebreaker_field.as_deref(), Some("event.sequence"));
    assert_eq!(rule.event_category_override.as_deref(), Some("event.type"));
    let (rule, said) = load("timestamp_override_fallback_disabled = \"yes\"");
    assert!(!rule.timestamp_fallback_disabled);
    assert_eq!(
        said,
        "RUL007: `timestamp_override_fallback_disabled` is not true or false at `\"yes\"`"
    );
}

#[test]
fn a_key_of_another_type_of_rule_does_nothing_and_is_said() {
    let (_, said) = load("tiebreaker_field = \"event.sequence\"\nanomaly_threshold = 5");
    assert_eq!(
        said,
        "RUL016: `tiebreaker_field` is a key of rules of type `eql`, and does nothing here at \
         `tiebreaker_field`\n\
         RUL016: `anomaly_threshold` is a key of rules of type `machine_learning`, and does nothing \
         here at `anomaly_threshold`"
    );
}

#[test]
fn windows() {
    let window = |from, to| Schedule::Interval { every: 5 * MINUTE, from, to };
    for (more, expected, said) in [
        ("from = \"now-9m\"", window(9 * MINUTE, 0), ""),
        ("from = \"now-1d-12h\"\nto = \"now-1d\"", window(DAY * 3 / 2, DAY), ""),
        // Yesterday and today so far: taken as two whole days.
        (
            "from = \"now-1d/d\"",
            window(2 * DAY, 0),
            "RUL018: `now-1d/d` reaches further back at some times than at others at `\"now-1d/d\"`",
        ),
        // The end is as late as it can be, the start as early.
        (
            "from = \"now-1d\"\nto = \"now/d\"",
            window(DAY, 0),
            "RUL018: `now/d` reaches further back at some times than at others at `\"now/d\"`",
        ),
        (
            "from = \"now\"",
            window(6 * MINUTE, 0),
            "RUL007: the window ends before it starts; that from `now-6m` to `now` is used at \
             `\"now\"`",
        ),
        (
            "from = \"2024-01-01\"",
            window(6 * MINUTE, 0),
            "RUL007: `2024-01-01` is not a time before now at `\"2024-01-01\"`",
        ),
        (
            "interval = \"0m\"",
            window(6 * MINUTE, 0),
            "RUL007: an interval of no length at `\"0m\"`",
        ),
    ] {
        let (rule, found) = load(more);
        assert_eq!((rule.schedule, found.as_str()), (expected, said), "{more}");
    }
}

#[test]
fn the_history_of_new_terms_starts_before_the_window() {
    for (history, runs) in [("now-7d", true), ("now-9m", false), ("now-5m", false)] {
        let text = elastic(
            "a",
            &format!(
                "from = \"now-9m\"\n[rule.new_terms]\nfield = \"new_terms_fields\"\nvalue = [\"a\"]\n\
                 [[rule.new_terms.history_window_start]]\nfield = \"history_window_start\"\n\
                 value = \"{history}\""
            ),
        )
        .replace("\"query\"", "\"new_terms\"");
        let set = Pack::new(&[("a.toml", &text)]).load();
        let compiled = set.compile(&set.rules[0], None, Schema::builtin());
        assert_eq!(compiled.plan.is_some(), runs, "{history}");
        if !runs {
            assert_eq!(compiled.diagnostics[0].code.id, "RUL019");
        }
    }
}
