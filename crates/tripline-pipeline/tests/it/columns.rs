//! Stages that make and change columns.

use super::*;
use tripline_ir::{Bin, Extract, Projection};

fn keep(columns: &[&str], create: bool, keep_internal: bool) -> StageKind {
    let columns = columns.iter().map(|name| (*name).into()).collect();
    StageKind::Project(Projection::Keep { columns, create, keep_internal })
}

#[test]
fn later_columns_see_earlier_ones() {
    check(
        r#"[{"a": ["1", "2"]}]"#,
        vec![StageKind::Extend(vec![
            extend("b", field("a")),
            extend("c", field("b")),
            extend("a", literal(Value::Float(2.50))),
            extend("d", field("a")),
            extend("e", field("nowhere")),
        ])],
        r#"[{"a": "2.5", "b": ["1", "2"], "c": ["1", "2"], "d": "2.5", "e": null}]"#,
    );
}

#[test]
fn an_unknown_function_is_the_querys_fault() {
    let call = Expr::call("no.such", vec![], Span { start: 5, end: 6 });
    let error = run(r#"[{"a": "1"}]"#, vec![StageKind::Extend(vec![extend("b", call)])]);
    let error = error.unwrap_err();
    assert_eq!(error.code().id, "PIPE001");
    assert_eq!(error.span(), Some(Span { start: 5, end: 6 }));
}

#[test]
fn keeps_in_order_with_patterns() {
    let input = r#"[{"_time": "1", "src": "a", "dest": "b", "dest_port": "c", "x": "d"}]"#;
    check(
        input,
        vec![keep(&["dest*", "src", "new", "dest"], false, false)],
        r#"[{"dest": "b", "dest_port": "c", "src": "a"}]"#,
    );
    check(input, vec![keep(&["src"], false, true)], r#"[{"src": "a", "_time": "1"}]"#);
    check(input, vec![keep(&["new", "src"], true, false)], r#"[{"new": null, "src": "a"}]"#);
    check(
        input,
        vec![keep(&["*"], false, false)],
        r#"[{"src": "a", "dest": "b", "dest_port": "c", "x": "d"}]"#,
    );
}

#[test]
fn drops_with_patterns_but_not_what_is_internal() {
    let drop = |patterns: &[&str]| {
        vec![StageKind::Project(Projection::Drop(patterns.iter().map(|p| (*p).into()).collect()))]
    };
    let input = r#"[{"_time": "1", "a": "2", "ab": "3"}]"#;
    check(input, drop(&["a*"]), r#"[{"_time": "1"}]"#);
    check(input, drop(&["*"]), r#"[{"_time": "1"}]"#);
    check(input, drop(&["_*", "a"]), r#"[{"ab": "3"}]"#);
}

/// Rows outlive their columns.
#[test]
fn rows_without_columns_can_be_counted() {
    check(
        r#"[{"a": "1"}, {"a": "2"}]"#,
        vec![
            StageKind::Project(Projection::Drop(vec!["a".into()])),
            stats(vec![aggregate("count", "", "count")], &[]),
        ],
        r#"[{"count": "2"}]"#,
    );
}

fn rename(pairs: &[(&str, &str)]) -> Vec<StageKind> {
    vec![StageKind::Rename(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect())]
}

#[test]
fn renames_and_overwrites() {
    let input = r#"[{"T.a": "1", "T.b.c": "2", "a": "3", "z": "4"}]"#;
    check(input, rename(&[("T.*", "*")]), r#"[{"a": "1", "b.c": "2", "z": "4"}]"#);
    check(
        input,
        rename(&[("z", "y"), ("y", "x y")]),
        r#"[{"T.a": "1", "T.b.c": "2", "a": "3", "x y": "4"}]"#,
    );
    // A field that is not there empties its target.
    check(
        input,
        rename(&[("nowhere", "z"), ("nowhere", "new")]),
        r#"[{"T.a": "1", "T.b.c": "2", "a": "3", "z": null}]"#,
    );
    // Names that look like the plan's own are only names.
    check(
        r###"[{"#row": "1", "##a": "2", "k": "x"}]"###,
        [rename(&[("k", "#a0")]), vec![sort(&["#row"], 0)]].concat(),
        r###"[{"#row": "1", "##a": "2", "#a0": "x"}]"###,
    );
}

#[test]
fn fills_nulls() {
    let fill = |columns: &[&str]| {
        let columns = columns.iter().map(|name| (*name).into()).collect();
        vec![StageKind::Fill { columns, value: "0".into() }]
    };
    let input = r#"[{"a": null, "b": "1"}, {"a": ["2", "3"], "b": null}]"#;
    check(input, fill(&[]), r#"[{"a": "0", "b": "1"}, {"a": ["2", "3"], "b": "0"}]"#);
    check(
        input,
        fill(&["b", "new"]),
        r#"[{"a": null, "b": "1", "new": "0"}, {"a": ["2", "3"], "b": "0", "new": "0"}]"#,
    );
}

#[test]
fn bins() {
    let bin = Bin { column: "_time".into(), span: 60.0, name: None };
    check(
        r#"[{"_time": "1700000123.456789"}, {"_time": "x"}, {"_time": ["61", "0"]}]"#,
        vec![StageKind::Bin(bin)],
        r#"[{"_time": "1700000100"}, {"_time": "x"}, {"_time": ["60", "0"]}]"#,
    );
    let bin = Bin { column: "n".into(), span: 10.0, name: Some("tens".into()) };
    check(r#"[{"n": "25"}]"#, vec![StageKind::Bin(bin)], r#"[{"n": "25", "tens": "20"}]"#);
    let bin = Bin { column: "n".into(), span: 0.0, name: None };
    assert_eq!(run("[]", vec![StageKind::Bin(bin)]).unwrap_err().code().id, "PIPE006");
}

#[test]
fn formats_times_value_by_value() {
    let format = |name: Option<&str>| StageKind::FormatTime {
        columns: vec![("*Time".into(), name.map(Into::into))],
        format: "%Y-%m-%dT%H:%M:%S.%3N".into(),
    };
    let input = r#"[{"firstTime": "0.5", "n": "1"}, {"firstTime": ["1700000000.123456", "no"]}]"#;
    check(
        input,
        vec![format(None)],
        r#"[{"firstTime": "1970-01-01T00:00:00.500", "n": "1"},
            {"firstTime": ["2023-11-14T22:13:20.123", "no"], "n": null}]"#,
    );
    check(
        r#"[{"firstTime": "0"}]"#,
        vec![format(Some("*_text"))],
        r#"[{"firstTime": "0", "first_text": "1970-01-01T00:00:00.000"}]"#,
    );
}

fn extract(pattern: &str, max_match: u64) -> Vec<StageKind> {
    let (column, pattern) = ("s".into(), pattern.into());
    vec![StageKind::Extract(Extract { column, pattern, max_match })]
}

#[test]
fn extracts_named_groups() {
    let input = r#"[{"s": "k=1 k=2", "k": "old"}, {"s": "nothing", "k": "old"}, {"k": "old"},
                    {"s": ["k=3", "k=4"]}]"#;
    let last = r#"{"s": ["k=3", "k=4"], "k": "#;
    let rest = r#"{"s": "nothing", "k": "old"}, {"s": null, "k": "old"},"#;
    check(
        input,
        extract(r"k=(?<k>\d)", 1),
        &format!(r#"[{{"s": "k=1 k=2", "k": "1"}}, {rest} {last} "3"}}]"#),
    );
    check(
        input,
        extract(r"k=(?P<k>\d)", 0),
        &format!(r#"[{{"s": "k=1 k=2", "k": ["1", "2"]}}, {rest} {last} ["3", "4"]}}]"#),
    );
}

/// A group that takes no part leaves its column alone.
#[test]
fn groups_of_other_alternatives_stay() {
    check(
        r#"[{"s": "a1", "b": "old"}, {"s": "b2"}]"#,
        extract(r"a(?<a>\d)|b(?<b>\d)", 1),
        r#"[{"s": "a1", "b": "old", "a": "1"}, {"s": "b2", "b": "2", "a": null}]"#,
    );
}

#[test]
fn expressions_that_extract_nothing_are_errors() {
    for pattern in ["(", "no groups", "(?<a>x{1000}{1000}{1000})", "(?=x)(?<a>y)"] {
        let error = run(r#"[{"s": "x"}]"#, extract(pattern, 1)).unwrap_err();
        assert_eq!(error.code().id, "PIPE003", "{pattern}");
    }
}
