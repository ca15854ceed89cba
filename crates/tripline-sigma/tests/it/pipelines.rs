//! Processing pipelines: what is wrong with them, and what they cannot do to a rule. What they can is
//! in `spec/pipelines.md`.

use std::sync::Arc;
use tripline_diag::{SourceText, render};
use tripline_ir::print;
use tripline_sigma::pipeline::{self, Pipeline};
use tripline_sigma::{Options, compile, read};

/// A pipeline of these items.
fn of(items: &str) -> Arc<Pipeline> {
    let (pipeline, diagnostics) = pipeline::read(&format!("name: P\ntransformations:\n{items}"));
    assert_eq!(diagnostics, [], "{items}");
    Arc::new(pipeline.unwrap())
}

const RULE: &str = "\
title: R
logsource: {product: windows, category: process_creation}
detection:
  selection: {a: x, b|contains: y}
  condition: selection
";

/// The plan of [`RULE`], or what there is to say.
fn compiled(pipelines: &[Arc<Pipeline>], rule: &str) -> String {
    let options = Options { pipelines: pipelines.to_vec(), ..Options::default() };
    let compiled = compile(&read(rule).documents[0], &options);
    let source = SourceText::new("rule.yml", rule);
    let said: String = compiled.diagnostics.iter().map(|d| render(d, &source, false)).collect();
    match compiled.plan {
        Some(plan) => said + &print(&plan),
        None => said,
    }
}

/// What reading a pipeline says.
fn said(text: &str) -> String {
    let (pipeline, diagnostics) = pipeline::read(text);
    let source = SourceText::new("p.yml", text);
    assert_eq!(pipeline.is_none(), tripline_diag::has_errors(&diagnostics), "{text}");
    diagnostics.iter().map(|d| render(d, &source, false)).collect()
}

#[test]
fn a_failure_stands_where_the_rule_says_it() {
    let item = of("  - type: detection_item_failure
    message: our log has no b
    field_name_conditions: [{type: include_fields, fields: [b]}]
");
    assert_eq!(
        compiled(&[item], RULE),
        "error[SIG404]: pipeline `P`: our log has no b
  --> rule.yml:4:21
  |
4 |   selection: {a: x, b|contains: y}
  |                     ^^^^^^^^^^^^^
"
    );
    let rule = of("  - {type: rule_failure, message: no processes here}\n");
    assert!(compiled(&[rule], RULE).contains("SIG404]: pipeline `P`: no processes here"));
}

#[test]
fn a_rule_of_which_nothing_is_left_does_not_run() {
    let all = of("  - {type: drop_detection_item}\n");
    assert_eq!(
        compiled(&[all], RULE),
        "error[SIG405]: pipeline `P`: nothing is left of what the rule looks for\n  --> rule.yml\n"
    );
}

#[test]
fn priority_decides_and_then_the_order() {
    let named = |priority: i64, from: &str, to: &str| {
        let text = format!(
            "name: P\npriority: {priority}\ntransformations:\n  - type: field_name_mapping\n    \
             mapping: {{{from}: {to}}}\n"
        );
        Arc::new(pipeline::read(&text).0.unwrap())
    };
    let (first, second) = (named(10, "a", "c"), named(20, "c", "d"));
    for order in [[first.clone(), second.clone()], [second, first]] {
        assert!(compiled(&order, RULE).contains("    d =~u [\"x\"]"));
    }
    let (first, second) = (named(10, "a", "c"), named(10, "c", "d"));
    assert!(compiled(&[second, first], RULE).contains("    c =~u [\"x\"]"));
}

/// The name under which a field that no selection has is found, for correlations.
#[test]
fn fields_that_the_rule_does_not_name() {
    let pipeline = of("  - type: field_name_mapping
    mapping: {User: [account, login], Host: host}
    field_name_conditions: [{type: exclude_fields, fields: [Host]}]
  - {type: field_name_prefix, prefix: our.}
");
    let document = &read(RULE).documents[0];
    let (mut rule, _) = tripline_sigma::parse(document);
    let applied = pipeline::apply(&[pipeline], &mut rule, &document.root);
    assert_eq!([&*applied.field("User"), &*applied.field("Host")], ["our.account", "our.Host"]);
}

#[test]
fn types_of_values() {
    let pipeline = of("  - {type: convert_type, target_type: num}\n");
    let number = RULE.replace("a: x, b|contains: y", "a: '12'");
    assert!(compiled(std::slice::from_ref(&pipeline), &number).contains("a =number [12.0]"));
    let said = compiled(&[pipeline], RULE);
    assert!(said.starts_with("error[SIG406]: pipeline `P`: `x` is no number"), "{said}");
    let missing = of("  - {type: value_placeholders}\n");
    let rule = RULE.replace("a: x", "a|expand: '%x%'");
    let said = compiled(&[missing], &rule);
    assert!(said.contains("error[SIG406]: pipeline `P`: `vars` has no `x`"), "{said}");
}

#[test]
fn unknown_names_have_a_nearest_one() {
    assert_eq!(
        said("transformations:\n  - type: field_name_maping\n    mapping: {a: b}\n"),
        "error[SIG402]: `field_name_maping` is no transformation
  --> p.yml:2:11
  |
2 |   - type: field_name_maping
  |           ^^^^^^^^^^^^^^^^^
  = help: did you mean `field_name_mapping`?
"
    );
    for (text, expected) in [
        (
            "transformations:\n  - {type: set_value, value: 1, rule_conditions: [{type: logsorce}]}\n",
            "did you mean `logsource`?",
        ),
        ("transformations:\n  - {type: set_value, valeu: 1}\n", "did you mean `value`?"),
        ("transformations:\n  - {type: case, method: uper}\n", "did you mean `upper`?"),
        (
            "transformations:\n  - type: drop_detection_item\n    rule_conditions: {ab: {type: \
          is_sigma_rule}}\n    rule_cond_expr: ac\n",
            "did you mean `ab`?",
        ),
        ("priorty: 1\ntransformations: []\n", "did you mean `priority`?"),
    ] {
        assert!(said(text).contains(expected), "{}", said(text));
    }
}

#[test]
fn what_cannot_be_read_is_said() {
    for (text, code) in [
        ("- a\n", "SIG401"),
        ("name: x\n", "SIG401"),
        ("transformations: {type: case}\n", "SIG401"),
        ("transformations: [text]\n", "SIG401"),
        ("transformations:\n  - {type: field_name_mapping, mapping: [a]}\n", "SIG401"),
        ("transformations:\n  - {type: field_name_mapping, mapping: {a: {b: c}}}\n", "SIG401"),
        ("transformations:\n  - {type: replace_string, regex: '(', replacement: x}\n", "SIG401"),
        ("transformations:\n  - {type: change_logsource}\n", "SIG401"),
        ("transformations:\n  - {type: add_condition, conditions: {a|nonsense: 1}}\n", "SIG015"),
        ("transformations:\n  - {type: query_expression_placeholders}\n", "SIG403"),
        ("transformations: []\nfinalizers: [{type: concat}]\n", "SIG403"),
        ("a: [", "SIG001"),
    ] {
        let said = said(text);
        assert!(said.contains(code), "{text}{said}");
    }
}

/// The folder and the registry say the same: each file is read by a type that is known.
#[test]
fn the_registry_has_every_file() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/pipeline/transformations");
    let registry = std::fs::read_to_string(format!("{folder}/mod.rs")).unwrap();
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let name = name.trim_end_matches(".rs");
        assert!(name == "mod" || registry.contains(&format!(", {name}::make")), "{name}");
    }
    for line in registry.lines().filter(|line| line.starts_with("    (\"")) {
        let name = line.split('"').nth(1).unwrap();
        let text = format!("transformations:\n  - {{type: {name}}}\n");
        assert!(!said(&text).contains("SIG402"), "{name}");
    }
}
