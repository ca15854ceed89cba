//! Stages that choose and order rows.

use super::*;
use std::sync::Arc;
use tripline_ir::{Dedup, End, Pred, Test};

#[test]
fn filters() {
    let input = r#"[{"a": "1", "b": ["x", "y"]}, {"a": "2"}, {"b": "y"}]"#;
    let has = |name: &str, value: &str| {
        let values: Vec<Arc<str>> = vec![value.into()];
        let test = Test::Equals { values, case: tripline_ir::Case::Sensitive };
        Pred::leaf(FieldRef::row(name), test, SPAN)
    };
    let rows = |pred: Pred| {
        let table = run(input, vec![StageKind::Filter(pred)]).unwrap().table;
        (0..table.rows()).map(|row| table.cell(row, 0).to_string()).collect::<Vec<_>>()
    };
    assert_eq!(rows(has("b", "y")), ["1", ""]);
    assert_eq!(rows(has("b", "y").negate()), ["2"]);
    assert_eq!(rows(has("nowhere", "y")), [""; 0]);
    assert_eq!(rows(has("nowhere", "y").negate()), ["1", "2", ""]);
    assert_eq!(rows(Pred::Const(true)), ["1", "2", ""]);
    let anything = tripline_ir::Leaf {
        field: tripline_ir::FieldSet::Anything,
        test: Test::Equals { values: vec!["x".into()], case: tripline_ir::Case::Sensitive },
        span: SPAN,
    };
    assert_eq!(rows(Pred::Leaf(anything)), ["1"]);
}

#[test]
fn sorts_numbers_before_texts_and_nulls_last() {
    let input = r#"[{"v": "b"}, {"v": null}, {"v": "10"}, {"v": "9"}, {"v": "a"}, {"v": "-1.5"}]"#;
    check(
        input,
        vec![sort(&["v"], 0)],
        r#"[{"v": "-1.5"}, {"v": "9"}, {"v": "10"}, {"v": "a"}, {"v": "b"}, {"v": null}]"#,
    );
    check(input, vec![sort(&["-v"], 2)], r#"[{"v": "b"}, {"v": "a"}]"#);
    check(input, vec![sort(&["nowhere"], 1)], r#"[{"v": "b"}]"#);
}

#[test]
fn sorting_is_stable_and_by_several_columns() {
    check(
        r#"[{"a": "1", "b": "x", "n": "0"}, {"a": "2", "b": "y", "n": "1"},
            {"a": "1.0", "b": "x", "n": "2"}, {"a": "2", "b": "z", "n": "3"}]"#,
        vec![
            sort(&["-a", "b"], 0),
            StageKind::Project(tripline_ir::Projection::Keep {
                columns: vec!["n".into()],
                create: false,
                keep_internal: false,
            }),
        ],
        r#"[{"n": "1"}, {"n": "3"}, {"n": "0"}, {"n": "2"}]"#,
    );
}

#[test]
fn head_keeps_the_first_and_tail_the_last_in_reverse() {
    let input = r#"[{"a": "1"}, {"a": "2"}, {"a": "3"}]"#;
    let limit = |count, end| vec![StageKind::Limit { count, end }];
    check(input, limit(2, End::Head), r#"[{"a": "1"}, {"a": "2"}]"#);
    check(input, limit(2, End::Tail), r#"[{"a": "3"}, {"a": "2"}]"#);
    check(input, limit(0, End::Head), "[]");
    check(input, limit(0, End::Tail), "[]");
    check(input, limit(u64::MAX, End::Head), input);
    check(input, limit(u64::MAX, End::Tail), r#"[{"a": "3"}, {"a": "2"}, {"a": "1"}]"#);
}

#[test]
fn dedup_keeps_the_first_rows() {
    let input = r#"[{"a": "x", "n": "0"}, {"a": "y", "n": "1"}, {"a": "x", "n": "2"}, {"n": "3"},
                    {"a": "x", "n": "4"}, {"a": ["x", "y"], "n": "5"}]"#;
    let rows = |keep, keep_empty, consecutive| {
        let dedup = Dedup { columns: vec!["a".into()], keep, keep_empty, consecutive };
        let table = run(input, vec![StageKind::Dedup(dedup)]).unwrap().table;
        let at = table.names.iter().position(|n| &**n == "n").unwrap();
        (0..table.rows()).map(|row| table.cell(row, at).to_string()).collect::<String>()
    };
    assert_eq!(rows(1, false, false), "015");
    assert_eq!(rows(2, false, false), "0125");
    assert_eq!(rows(1, true, false), "0135");
    assert_eq!(rows(1, false, true), "0125");
}

#[test]
fn unnest_gives_one_row_a_value() {
    let input =
        r#"[{"a": "x", "b": ["1", "2", "3"]}, {"a": "y", "b": null}, {"a": "z", "b": "4"}]"#;
    let unnest = |limit| vec![StageKind::Unnest { column: "b".into(), limit }];
    check(
        input,
        unnest(0),
        r#"[{"a": "x", "b": "1"}, {"a": "x", "b": "2"}, {"a": "x", "b": "3"},
            {"a": "y", "b": null}, {"a": "z", "b": "4"}]"#,
    );
    check(
        input,
        unnest(2),
        r#"[{"a": "x", "b": "1"}, {"a": "x", "b": "2"}, {"a": "y", "b": null},
            {"a": "z", "b": "4"}]"#,
    );
}
