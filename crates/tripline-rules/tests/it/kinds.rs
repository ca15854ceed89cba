//! Elastic's kinds of rules, as plans.

use crate::pack::{Pack, elastic};
use tripline_rules::RuleKind;
use tripline_schema::Schema;

fn of_type(kind: &str, more: &str) -> String {
    elastic("a", more).replace("\"query\"", &format!("\"{kind}\""))
}

/// The plan as text, or why there is none.
fn plan(text: &str) -> String {
    let pack = Pack::new(&[("a.toml", text)]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    let compiled = set.compile(&set.rules[0], None, Schema::builtin());
    if let Some(plan) = compiled.plan {
        return tripline_ir::print(&plan);
    }
    let d = &compiled.diagnostics[0];
    format!("{}: {}", d.code.id, d.message)
}

/// What is said about a file, without help and snippets.
fn said(text: &str) -> Vec<String> {
    let set = Pack::new(&[("a.toml", text)]).load();
    set.problems
        .iter()
        .map(|p| format!("{}: {}", p.diagnostic.code.id, p.diagnostic.message))
        .collect()
}

#[test]
fn threshold() {
    for (table, expected) in [
        ("field = [\"host.id\"]\nvalue = 15", "threshold [\"host.id\"] value=15"),
        ("field = \"host.id\"\nvalue = 15", "threshold [\"host.id\"] value=15"),
        ("field = []\nvalue = 1", "threshold [] value=1"),
        ("field = \"\"\nvalue = 1", "threshold [] value=1"),
        ("value = 1", "threshold [] value=1"),
        // The legacy alias of alerts is today's field.
        (
            "field = [\"host.id\", \"user.name\"]\nvalue = 2\n[[rule.threshold.cardinality]]\n\
             field = \"signal.rule.name\"\nvalue = 3",
            "threshold [\"host.id\", \"user.name\"] value=2\n  cardinality kibana.alert.rule.name value=3",
        ),
    ] {
        let printed = plan(&of_type("threshold", &format!("[rule.threshold]\n{table}")));
        assert_eq!(
            printed,
            format!("filter 0 Any\n  process.name = [\"a\"]\n{expected}\n"),
            "{table}"
        );
    }
}

#[test]
fn a_threshold_that_is_none() {
    for (table, expected) in [
        ("", "RUL005: the rule has no `threshold`"),
        ("[rule.threshold]\nfield = \"a\"", "RUL005: the threshold has no `value`"),
        (
            "[rule.threshold]\nvalue = 0",
            "RUL007: `value` is less than 1, or too large | RUL007: without a number of events there \
             is no threshold",
        ),
        (
            "[rule.threshold]\nvalue = 1\nfield = [\"a\",\"b\",\"c\",\"d\",\"e\",\"f\"]",
            "RUL007: a threshold is over at most 5 fields",
        ),
        (
            "[rule.threshold]\nvalue = 1\ncardinality = [{ value = 1 }]",
            "RUL005: there is no `field` here",
        ),
    ] {
        let text = of_type("threshold", table);
        assert_eq!(said(&text).join(" | "), expected);
        assert!(Pack::new(&[("a.toml", &text)]).load().rules.is_empty());
    }
}

const THREAT: &str = r#"
index = ["logs-*"]
threat_index = ["logs-ti_*"]
threat_query = '@timestamp >= "now-30d/d" and event.module:threatintel'
threat_language = "kuery"
[[rule.threat_filters]]
meta = { negate = true }
query = { match_phrase = { "event.kind" = "enrichment" } }
[[rule.filters]]
meta = { negate = false }
query = { exists = { field = "host.id" } }
[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "source.ip"
type = "mapping"
value = "threat.indicator.ip"
[[rule.threat_mapping]]
[[rule.threat_mapping.entries]]
field = "url.full"
type = "mapping"
value = "threat.indicator.url.full"
[[rule.threat_mapping.entries]]
field = "user.name"
type = "mapping"
value = "threat.indicator.name"
negate = true
"#;

#[test]
fn threat_match() {
    assert_eq!(
        plan(&of_type("threat_match", THREAT)),
        r#"filter 0 Indices(["logs-*"])
  and
    process.name = ["a"]
    host.id exists
    or
      source.ip exists
      url.full exists
filter 1 Indices(["logs-ti_*"])
  and
    @timestamp now-30d/d.. by Date
    event.module = ["threatintel"]
    not
      event.kind = ["enrichment"]
    or
      threat.indicator.ip exists
      threat.indicator.url.full exists
indicator_match path=threat.indicator
  group
    source.ip == threat.indicator.ip
  group
    url.full == threat.indicator.url.full
    user.name != threat.indicator.name
"#
    );
}

#[test]
fn threat_match_with_bad_parts() {
    let without = |line: &str| {
        let kept: Vec<&str> = THREAT.lines().filter(|l| !l.starts_with(line)).collect();
        said(&of_type("threat_match", &kept.join("\n"))).join(" | ")
    };
    assert_eq!(without("threat_index"), "RUL005: the rule has no `threat_index`");
    assert_eq!(without("threat_query"), "RUL005: the rule has no `threat_query`");
    assert_eq!(
        said(&of_type("threat_match", "threat_index = \"a\"\nthreat_query = \"*:*\"")),
        ["RUL005: the rule has no `threat_mapping`"]
    );
    let other = THREAT.replace("\"kuery\"", "\"eql\"").replace("\"mapping\"", "\"maping\"");
    assert_eq!(
        said(&of_type("threat_match", &other)),
        [
            "RUL007: `eql` is no language of indicators' queries",
            "RUL007: `maping` is no kind of mapping",
            "RUL007: `maping` is no kind of mapping",
            "RUL007: `maping` is no kind of mapping",
        ]
    );
    let all_negated =
        THREAT.replace("value = \"threat.indicator.url.full\"", "value = \"x\"\nnegate = true");
    assert_eq!(
        said(&of_type("threat_match", &all_negated)),
        ["RUL007: a group of `threat_mapping` needs an entry that is not negated"]
    );
    // The query of the indicators is read when the rule is compiled.
    let broken = THREAT.replace("event.module:threatintel", "event.module:(");
    let printed = plan(&of_type("threat_match", &broken));
    assert!(printed.contains("in `threat_query`: "), "{printed}");
}

#[test]
fn a_saved_query_runs_if_the_file_carries_it() {
    let text = of_type("saved_query", "saved_id = \"s\"");
    assert_eq!(plan(&text), "filter 0 Any\n  process.name = [\"a\"]\neach []\n");
    let text = "[rule]\nname=\"m\"\nrule_id=\"m\"\ntype=\"saved_query\"\nsaved_id=\"s\"\n";
    assert_eq!(plan(text), "RUL020: the saved query of this rule is not in its file");
}

#[test]
fn old_names_of_alerts_fields_are_todays_in_queries_too() {
    let kql =
        elastic("a", "").replace("process.name:a", "signal.rule.tags:x and not signal.status:y");
    assert_eq!(
        plan(&kql),
        "filter 0 Any\n  and\n    kibana.alert.rule.tags = [\"x\"]\n    not\n      \
         kibana.alert.workflow_status = [\"y\"]\neach []\n"
    );
    let eql = of_type("eql", "").replace(
        "process.name:a",
        "sequence by signal.group.id [any where length(signal.rule.name) > 3] [any where true]",
    );
    let printed = plan(&eql);
    assert!(!printed.contains("signal."), "{printed}");
    assert!(printed.contains("kibana.alert.group.id"), "{printed}");
}

#[test]
fn conditions_beside_the_query_hold_for_every_step() {
    let text =
        of_type("eql", "[[rule.filters]]\nmeta = {}\nquery = { exists = { field = \"host.id\" } }")
            .replace("process.name:a", "sequence [any where true] [process where true]");
    assert_eq!(plan(&text).matches("host.id exists").count(), 2);
}

#[test]
fn types_that_do_not_run() {
    for kind in ["esql", "machine_learning"] {
        let text = of_type(kind, if kind == "esql" { "language = \"esql\"" } else { "" });
        assert_eq!(plan(&text), format!("RUL009: rules of type `{kind}` are not run yet"));
        let set = Pack::new(&[("a.toml", &text)]).load();
        assert_eq!(set.rules[0].kind, RuleKind::Other(kind.into()));
    }
}
