//! Plans as text: what is one leaf, and what older rules become.

use crate::rule;
use tripline_sigma::{Document, Options, compile, read};

fn plan(detection: &str) -> String {
    let text = rule(detection);
    let compiled = compile(&read(&text).documents[0], &Options::default());
    let plan = compiled.plan.unwrap_or_else(|| panic!("{text}\n{:?}", compiled.diagnostics));
    tripline_ir::print(&plan)
}

fn pred(item: &str) -> String {
    let printed = plan(&format!("s:\n  {item}\ncondition: s"));
    let body = printed.split_once('\n').unwrap().1.strip_suffix("each []\n").unwrap();
    body.lines().map(|line| format!("{}\n", &line[2..])).collect::<Vec<_>>().concat()
}

#[test]
fn values_of_one_list_are_one_leaf() {
    assert_eq!(pred("f: [B, a]"), "f =~u [\"b\", \"a\"]\n");
    assert_eq!(pred("f|endswith: ['\\A', '\\B']"), "f glob~u [\"*\\\\a\", \"*\\\\b\"]\n");
    assert_eq!(
        pred("f: [a, 'b*', 1, null]"),
        "or\n  f =~u [\"a\"]\n  f glob~u [\"b*\"]\n  f =number [1.0]\n  not\n    f exists\n"
    );
    assert_eq!(pred("f|contains|all: [a, b]"), "and\n  f glob~u [\"*a*\"]\n  f glob~u [\"*b*\"]\n");
    assert_eq!(pred("f: [a, A]"), "f =~u [\"a\"]\n");
    assert_eq!(pred("f|re: [a, b]"), "f regex find [\"a\", \"b\"]\n");
    assert_eq!(pred("f|re|i|m: a"), "f regex~u find [\"(?m)a\"]\n");
    assert_eq!(pred("f|cidr: [10.0.0.0/8, '::1']"), "f in 10.0.0.0/8 ::1/128\n");
    assert_eq!(pred("f|gt: 5"), "f <5.. by Number\n");
    assert_eq!(pred("f: '*'"), "f exists\n");
    assert_eq!(pred("f: ''"), "f =~u [\"\"]\n");
    assert_eq!(pred("f: 0x10"), "or\n  f =~u [\"0x10\"]\n  f =number [16.0]\n");
    assert_eq!(
        pred("'|all': [a, b]"),
        "and\n  <anything> glob~u [\"*a*\"]\n  <anything> glob~u [\"*b*\"]\n"
    );
}

#[test]
fn the_log_source_is_the_scope() {
    let text = "logsource: {product: windows, service: security}\n\
                detection: {s: {a: b}, condition: s}\n";
    let compiled = compile(&read(text).documents[0], &Options::default());
    let printed = tripline_ir::print(&compiled.plan.unwrap());
    assert!(printed.starts_with(
        "filter 0 LogSource(LogSource { product: Some(\"windows\"), category: None, \
         service: Some(\"security\") })\n"
    ));
}

#[test]
fn older_aggregations_are_correlations() {
    let counted = plan("s: {a: 1}\ntimeframe: 5m\ncondition: s | count(b) by c, d >= 10");
    assert_eq!(
        counted.split_once("correlation").unwrap().1,
        " ValueCount by=[\"c\", \"d\"] timespan=300s Number([(Gte, 10.0)])\n  \
         input events keys=[\"c\", \"d\"] values=[\"b\"] filter=0\n"
    );
    let counted = plan("s: {a: 1}\ntimeframe: 1h\ncondition: s | count() > 10");
    assert!(counted.contains("EventCount by=[] timespan=3600s Number([(Gt, 10.0)])"), "{counted}");
    let near =
        plan("a: {a: 1}\nb: {b: 1}\nc: {c: 1}\ntimeframe: 30s\ncondition: a | near b and not c");
    assert_eq!(
        near.split_once("correlation").unwrap().1,
        " Temporal by=[] timespan=30s Inputs(And([Input(0), And([Input(1), Not(Input(2))])]))\n  \
         input events keys=[] values=[] filter=0\n  \
         input b keys=[] values=[] filter=1\n  \
         input c keys=[] values=[] filter=2\n"
    );
}

#[test]
fn leaves_stand_where_their_values_do() {
    let text = rule("s:\n  f:\n    - 'one'\n    - two\n  g|contains: three\ncondition: s");
    let compiled = compile(&read(&text).documents[0], &Options::default());
    let mut seen = Vec::new();
    let plan = compiled.plan.unwrap();
    plan.filters[0].pred.for_each_leaf(&mut |leaf| seen.push(leaf.span.of(&text).to_owned()));
    assert_eq!(seen, ["'one'\n      - two", "three"]);
    assert_eq!(plan.filters[0].span.of(&text), "s");
}

#[test]
fn a_filter_narrows_the_rule_and_takes_its_place() {
    let text = rule("s: {a: 1}\ncondition: s");
    let filter = "title: Ours\nlogsource: {product: test}\nfilter:\n  rules: [x]\n  \
                  ours: {u: admin}\n  condition: not ours\n";
    let filter: Document = read(filter).documents.remove(0);
    let options = Options { filters: vec![filter], ..Options::default() };
    let plan = compile(&read(&text).documents[0], &options).plan.unwrap();
    let printed = tripline_ir::print(&plan);
    assert!(
        printed.contains("  and\n    a =number [1.0]\n    not\n      u =~u [\"admin\"]\n"),
        "{printed}"
    );
    let broken = "title: Ours\nfilter:\n  ours: {u: admin}\n  condition: not our\n";
    let options = Options { filters: read(broken).documents, ..Options::default() };
    let compiled = compile(&read(&text).documents[0], &options);
    assert!(compiled.plan.is_none());
    assert_eq!(compiled.diagnostics[0].message, "filter `Ours`: there is no selection `our`");
}

#[test]
fn pipelines_change_a_rule_and_its_filters() {
    let text = rule("s: {a: 1}\ncondition: s");
    let pipeline = "name: P\ntransformations:\n  - type: field_name_mapping\n    \
                    mapping: {a: x.a, u: x.u}\n  - type: set_state\n    key: source\n    \
                    val: [our.*]\n";
    let (pipeline, diagnostics) = tripline_sigma::pipeline::read(pipeline);
    assert_eq!(diagnostics, []);
    let filter = "title: Ours\nfilter:\n  rules: any\n  ours: {u: admin}\n  condition: not ours\n";
    let options = Options {
        filters: read(filter).documents,
        pipelines: vec![pipeline.unwrap().into()],
        ..Options::default()
    };
    let plan = compile(&read(&text).documents[0], &options).plan.unwrap();
    assert_eq!(
        tripline_ir::print(&plan),
        "filter 0 Sources([\"our.*\"])\n  and\n    x.a =number [1.0]\n    not\n      \
         x.u =~u [\"admin\"]\neach []\n"
    );
}
