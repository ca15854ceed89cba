//! What a correlation's document says, and every mistake in one.

use tripline_diag::render;
use tripline_ir::{CorrelationCondition, CorrelationKind, CorrelationTest, InputCondition};
use tripline_sigma::correlation::{CorrelationRule, read};

/// A correlation with these keys, two blanks before each line.
fn of(keys: &str) -> String {
    let lines: Vec<&str> = keys.trim_matches('\n').lines().collect();
    format!("title: t\ncorrelation:\n  {}\n", lines.join("\n  "))
}

fn good(keys: &str) -> CorrelationRule {
    let text = of(keys);
    let documents = tripline_sigma::read(&text).documents;
    let (rule, diagnostics) = read(&documents[0]);
    assert_eq!(diagnostics, [], "{text}");
    rule.unwrap()
}

/// What is said, with the code and the text under the caret.
fn said(keys: &str) -> Vec<(String, String)> {
    let text = of(keys);
    let documents = tripline_sigma::read(&text).documents;
    let (rule, diagnostics) = read(&documents[0]);
    assert_eq!(rule.is_none(), diagnostics.iter().any(tripline_diag::Diagnostic::is_error));
    let place = |d: &tripline_diag::Diagnostic| d.span.unwrap().of(&text).to_owned();
    diagnostics.iter().map(|d| (format!("{} {}", d.code.id, d.message), place(d))).collect()
}

const COUNT: &str = "type: event_count\nrules: [a]\ngroup-by: [u]\ntimespan: 5m\n";

#[test]
fn all_types() {
    for (word, kind, more) in [
        ("event_count", CorrelationKind::EventCount, ""),
        ("EVENT_COUNT", CorrelationKind::EventCount, ""),
        ("value_count", CorrelationKind::ValueCount, ", field: [f, g]"),
        ("temporal", CorrelationKind::Temporal, ""),
        ("temporal_ordered", CorrelationKind::TemporalOrdered, ""),
        ("value_sum", CorrelationKind::ValueSum, ", field: f"),
        ("value_avg", CorrelationKind::ValueAvg, ", field: f"),
        (
            "value_percentile",
            CorrelationKind::ValuePercentile(95.5),
            ", field: f, percentile: 95.5",
        ),
        ("value_median", CorrelationKind::ValueMedian, ", field: f"),
    ] {
        let rule = good(&format!(
            "type: {word}\nrules: a\ntimespan: 1h\ncondition: {{gte: 2{more}}}\ngroup-by: u\n"
        ));
        assert_eq!(rule.kind, kind);
        assert_eq!(rule.condition, CorrelationCondition::Number(vec![(CorrelationTest::Gte, 2.0)]));
        let fields = if more.contains('[') { 2 } else { usize::from(!more.is_empty()) };
        assert_eq!(rule.fields.len(), fields);
        assert!(!rule.generate);
    }
}

#[test]
fn comparisons_add_up() {
    let rule =
        good(&format!("{COUNT}condition: {{gt: 1, lte: 9, neq: 5, lt: 8.5, eq: 3, gte: 0}}"));
    let CorrelationCondition::Number(tests) = rule.condition else { panic!() };
    assert_eq!(tests.len(), 6);
    assert_eq!(tests[3], (CorrelationTest::Lt, 8.5));
}

#[test]
fn temporal_correlations_ask_for_all_rules() {
    let rule = good("type: temporal\nrules: [a, b, c]\ntimespan: 5m\n");
    assert_eq!(rule.condition, CorrelationCondition::Number(vec![(CorrelationTest::Gte, 3.0)]));
    assert!(rule.group_by.is_empty());
}

#[test]
fn expressions_over_rules() {
    use InputCondition::{And, Input, Not, Or};
    let rules = "type: temporal\nrules: [a, b, c-d]\ntimespan: 5m\ncondition: ";
    for (text, expected) in [
        ("a and b and c-d", And(vec![Input(0), Input(1), Input(2)])),
        ("a or b and c-d", Or(vec![Input(0), And(vec![Input(1), Input(2)])])),
        ("(a or b) and not c-d", And(vec![Or(vec![Input(0), Input(1)]), Not(Box::new(Input(2)))])),
        ("'a AND(b)OR c-d'", Or(vec![And(vec![Input(0), Input(1)]), Input(2)])),
        (
            "not not a and b and c-d",
            And(vec![Not(Box::new(Not(Box::new(Input(0))))), Input(1), Input(2)]),
        ),
    ] {
        let rule = good(&format!("{rules}{text}"));
        assert_eq!(rule.condition, CorrelationCondition::Inputs(expected), "{text}");
    }
    // Without a list, the expression names the rules.
    let rule = good("type: temporal_ordered\ntimespan: 5m\ncondition: b and (a or b)");
    let names: Vec<&str> = rule.rules.iter().map(|rule| &*rule.name).collect();
    assert_eq!(names, ["b", "a"]);
}

#[test]
fn expressions_that_cannot_be_read() {
    let rules = "type: temporal\nrules: [a, b]\ntimespan: 5m\ncondition: ";
    for (text, message, place) in [
        ("a and", "the condition ends where a rule's name should be", "a and"),
        ("a and and b", "`and` stands where a rule's name should be", "and"),
        ("(a or b", "this parenthesis is not closed", "("),
        ("a or b)", "`)` is one word too many", ")"),
        ("a b", "`b` is one word too many", "b"),
        ("a or bb or b", "`bb` is none of the correlation's rules", "bb"),
        ("a", "the condition leaves out `b`", "a"),
    ] {
        let found = said(&format!("{rules}{text}"));
        assert_eq!(found, [(format!("SIG104 {message}"), place.to_owned())], "{text}");
    }
    let deep = format!("{}a{} or b", "(".repeat(500), ")".repeat(500));
    assert!(said(&format!("{rules}{deep}"))[0].0.contains("nested more than 64 deep"));
}

#[test]
fn mistakes() {
    for (keys, expected) in [
        (
            "type: event_count",
            vec![
                "SIG101 the correlation has no `timespan`",
                "SIG101 the correlation has no `condition`",
            ],
        ),
        ("rules: a\ntimespan: 5m", vec!["SIG101 the correlation has no `type`"]),
        ("type: temporal\ntimespan: 5m", vec!["SIG101 the correlation has no `rules`"]),
        (
            "type: evnt_count\nrules: a\ntimespan: 5m\ncondition: {gte: 1}",
            vec!["SIG102 there are no correlations of type `evnt_count`"],
        ),
        (
            "type: temporal\nrules: {a: b}\ntimespan: 5m",
            vec!["SIG102 `rules` is a name or a list of names, this is a map"],
        ),
        (
            "type: temporal\nrules: [a, [b]]\ntimespan: 5m",
            vec!["SIG102 an entry of `rules` is a list, not a name"],
        ),
        ("type: temporal\nrules: [a, b, a]\ntimespan: 5m", vec!["SIG106 `a` is listed twice"]),
        ("type: temporal\nrules: [a]\ntimespan: 5", vec!["SIG102 `5` is no timespan"]),
        ("type: temporal\nrules: [a]\ntimespan: 0s", vec!["SIG102 `0s` is no timespan"]),
        ("type: temporal\nrules: [a]\ntimespan: 5 m", vec!["SIG102 `5 m` is no timespan"]),
        (
            "type: temporal\nrules: [a]\ntimespan: 5m\ngroupby: u",
            vec!["SIG103 a correlation has no key `groupby`"],
        ),
        (
            "type: temporal\nrules: [a]\ntimespan: 5m\ngenerate: yes",
            vec!["SIG102 `generate` is `true` or `false`"],
        ),
        (
            "type: temporal\nrules: [a]\ntimespan: 5m\ncondition: [a]",
            vec!["SIG102 a condition is a map or a text, this is a list"],
        ),
        (
            "type: temporal\nrules: [a]\ntimespan: 5m\ngroup-by: u\naliases: {u: x}",
            vec!["SIG102 the alias `u` does not say which field it is of which rule"],
        ),
        (
            "type: temporal\nrules: [a]\ntimespan: 5m\naliases: {u: {a: x}}",
            vec!["SIG105 nothing uses the alias `u`"],
        ),
    ] {
        let found = said(keys);
        let found: Vec<&str> = found.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(found, expected, "{keys}");
    }
    for (condition, expected) in [
        ("{}", vec!["SIG101 the condition compares with no number"]),
        ("{gte: ten}", vec!["SIG102 `gte` compares with a number, this is `ten`"]),
        ("{gte: '10'}", vec!["SIG102 `gte` compares with a number, this is `10`"]),
        (
            "{get: 10}",
            vec![
                "SIG101 the condition compares with no number",
                "SIG103 a condition has no key `get`",
            ],
        ),
        (
            "a and b",
            vec!["SIG102 only temporal correlations have a condition on which rules occur"],
        ),
        (
            "{gte: 1, field: f}",
            vec!["SIG102 a `event_count` looks at no values: `field` does nothing"],
        ),
        (
            "{gte: 1, percentile: 5}",
            vec!["SIG102 a `event_count` has no percentile: `percentile` does nothing"],
        ),
    ] {
        let found = said(&format!("{COUNT}condition: {condition}"));
        let found: Vec<&str> = found.iter().map(|(message, _)| message.as_str()).collect();
        assert_eq!(found, expected, "{condition}");
    }
    for (kind, condition, expected) in [
        ("value_count", "{gte: 1}", "SIG101 the condition of a `value_count` names no `field`"),
        ("value_sum", "{gte: 1, field: [f, g]}", "SIG102 a `value_sum` reckons with one field"),
        (
            "value_percentile",
            "{gte: 1, field: f}",
            "SIG101 the condition does not say which percentile",
        ),
        (
            "value_percentile",
            "{gte: 1, field: f, percentile: 101}",
            "SIG102 a percentile is a number from 0 to 100, this is `101`",
        ),
    ] {
        let found = said(&format!("type: {kind}\nrules: a\ntimespan: 5m\ncondition: {condition}"));
        assert_eq!(found[0].0, expected, "{kind} {condition}");
    }
}

#[test]
fn a_mistake_is_shown_at_its_place() {
    let text = of("type: temporal_orderd\nrules:\n  - a\ntimespan: 90min\n");
    let documents = tripline_sigma::read(&text).documents;
    let source = tripline_diag::SourceText::new("c.yml", text.as_str());
    let shown: String = read(&documents[0]).1.iter().map(|d| render(d, &source, false)).collect();
    assert_eq!(
        shown,
        "\
error[SIG102]: there are no correlations of type `temporal_orderd`
  --> c.yml:3:9
  |
3 |   type: temporal_orderd
  |         ^^^^^^^^^^^^^^^
  = help: did you mean `temporal_ordered`?
error[SIG102]: `90min` is no timespan
  --> c.yml:6:13
  |
6 |   timespan: 90min
  |             ^^^^^
  = help: write a whole number above 0 and a unit: `30s`, `90m`, `12h`, `7d`, `1w`, `1M`, `1y`
"
    );
}
