//! Grouping.

use super::*;
use tripline_pipeline::ErrorKind;

#[test]
fn counts_rows_and_values_by_key_in_the_order_of_keys() {
    check(
        r#"[{"port": 445, "user": "b"}, {"port": 80, "user": ["a", "c"]}, {"port": "x"},
            {"port": 445}, {"port": 139, "user": "a"}]"#,
        vec![stats(
            vec![aggregate("count", "", "count"), aggregate("count", "user", "users")],
            &["port"],
        )],
        r#"[{"port": "80", "count": "1", "users": "2"},
            {"port": "139", "count": "1", "users": "1"},
            {"port": "445", "count": "2", "users": "1"},
            {"port": "x", "count": "1", "users": "0"}]"#,
    );
}

#[test]
fn numbers_that_are_spelt_differently_are_different_keys() {
    check(
        r#"[{"n": "1.0"}, {"n": "1"}, {"n": "01"}]"#,
        vec![stats(vec![aggregate("count", "", "count")], &["n"])],
        r#"[{"n": "01", "count": "1"}, {"n": "1", "count": "1"}, {"n": "1.0", "count": "1"}]"#,
    );
}

/// `stats by` drops rows without a key; `fillnull_value` keeps them.
#[test]
fn rows_without_a_key_are_dropped_or_filled() {
    let input = r#"[{"a": "x", "b": "1"}, {"a": null, "b": "2"}, {"a": "x"}]"#;
    let count = || vec![aggregate("count", "", "count")];
    check(input, vec![stats(count(), &["a", "b"])], r#"[{"a": "x", "b": "1", "count": "1"}]"#);
    let by = ["a", "b"].map(|name| GroupKey { fill: Some("null".into()), ..key(name) });
    check(
        input,
        vec![StageKind::Aggregate { aggregates: count(), by: by.to_vec(), row_on_empty: true }],
        r#"[{"a": "null", "b": "2", "count": "1"}, {"a": "x", "b": "1", "count": "1"},
            {"a": "x", "b": "null", "count": "1"}]"#,
    );
}

/// Every combination of the values of multivalued keys is a group.
#[test]
fn multivalued_keys_count_for_each_combination() {
    check(
        r#"[{"a": ["x", "y"], "b": ["1", "2"], "c": "p"}, {"a": "y", "b": "2", "c": "q"}]"#,
        vec![stats(
            vec![aggregate("count", "", "count"), aggregate("list", "c", "c")],
            &["a", "b"],
        )],
        r#"[{"a": "x", "b": "1", "count": "1", "c": "p"},
            {"a": "x", "b": "2", "count": "1", "c": "p"},
            {"a": "y", "b": "1", "count": "1", "c": "p"},
            {"a": "y", "b": "2", "count": "2", "c": ["p", "q"]}]"#,
    );
}

#[test]
fn without_keys_an_empty_input_gives_one_row_or_none() {
    let none = r#"[{"a": "1"}]"#;
    let nothing = || StageKind::Filter(tripline_ir::Pred::Const(false));
    let aggregates = || vec![aggregate("count", "", "count"), aggregate("max", "a", "most")];
    check(none, vec![nothing(), stats(aggregates(), &[])], r#"[{"count": "0", "most": null}]"#);
    let stage = StageKind::Aggregate { aggregates: aggregates(), by: vec![], row_on_empty: false };
    check(none, vec![nothing(), stage.clone()], "[]");
    check(none, vec![stage], r#"[{"count": "1", "most": "1"}]"#);
    check(none, vec![nothing(), stats(aggregates(), &["a"])], "[]");
}

#[test]
fn every_function_runs_through_the_plan() {
    for function in tripline_kernels::aggregate::all() {
        let stage = stats(vec![aggregate(function.name, "v", "r")], &["k"]);
        let output =
            run(r#"[{"k": "a", "v": "1", "_time": "5"}, {"k": "a", "v": "2"}]"#, vec![stage]);
        let table = output.unwrap().table;
        assert!(!table.cell(0, 1).is_null(), "{}", function.name);
    }
}

#[test]
fn order_and_time_decide_first_and_latest() {
    check(
        r#"[{"_time": "30", "v": "c"}, {"_time": "10.5", "v": ["a", "A"]}, {"_time": "20", "v": "b"},
            {"_time": "40"}]"#,
        vec![stats(
            vec![
                aggregate("first", "v", "first"),
                aggregate("last", "v", "last"),
                aggregate("earliest", "v", "earliest"),
                aggregate("latest", "v", "latest"),
                aggregate("earliest_time", "v", "since"),
                aggregate("latest_time", "v", "until"),
                aggregate("min", "_time", "least"),
                aggregate("max", "_time", "most"),
            ],
            &[],
        )],
        r#"[{"first": "c", "last": "b", "earliest": ["a", "A"], "latest": "c", "since": "10.5",
             "until": "30", "least": "10.5", "most": "40"}]"#,
    );
}

/// `list` sees rows in the order that a sort before it made: no rule may take the sort away.
#[test]
fn a_sort_before_an_aggregation_counts() {
    check(
        r#"[{"v": "2"}, {"v": "10"}, {"v": "1"}]"#,
        vec![sort(&["-v"], 0), stats(vec![aggregate("list", "v", "v")], &[])],
        r#"[{"v": ["10", "2", "1"]}]"#,
    );
}

#[test]
fn time_buckets() {
    let by = vec![GroupKey { span_seconds: Some(300.0), ..key("_time") }];
    let aggregates = vec![aggregate("count", "", "count")];
    check(
        r#"[{"_time": "1700000399.9"}, {"_time": "1700000100.25"}, {"_time": "1700000400"}]"#,
        vec![StageKind::Aggregate { aggregates, by, row_on_empty: true }],
        r#"[{"_time": "1700000100", "count": "2"}, {"_time": "1700000400", "count": "1"}]"#,
    );
}

#[test]
fn patterns_aggregate_each_column_but_the_keys() {
    let each = Aggregate { pattern: Some("T.*".into()), ..aggregate("values", "", "v_*") };
    check(
        r#"[{"T.b": "2", "T.a": "1", "T.k": "x", "other": "9"}, {"T.b": "1", "T.k": "x"}]"#,
        vec![stats(vec![each], &["T.k"])],
        r#"[{"T.k": "x", "v_b": ["1", "2"], "v_a": "1"}]"#,
    );
}

/// `count(eval(condition))` counts how often the condition held.
#[test]
fn false_arguments_are_nothing() {
    let of = |value: Value| Aggregate {
        arg: Some(Expr::call(
            "mv.if",
            vec![literal(Value::Bool(true)), literal(value), literal(Value::Null)],
            SPAN,
        )),
        ..aggregate("count", "", "n")
    };
    if tripline_kernels::scalar::named("mv.if").is_none() {
        println!("skipped: there is no mv.if");
        return;
    }
    for (value, expected) in
        [(Value::Bool(true), "1"), (Value::Bool(false), "0"), (Value::Null, "0")]
    {
        let output = run(r#"[{"a": "1"}]"#, vec![stats(vec![of(value)], &[])]).unwrap();
        assert_eq!(output.table.cell(0, 0).to_string(), expected);
    }
}

#[test]
fn a_key_that_no_row_has_is_a_warning() {
    let stage = stats(vec![aggregate("count", "", "count")], &["nowhere"]);
    let output = run(r#"[{"a": "1"}]"#, vec![stage]).unwrap();
    assert_eq!(output.table.rows(), 0);
    assert_eq!(output.warnings.len(), 1);
    assert_eq!(output.warnings[0].code.id, "PIPE010");
    assert_eq!(output.warnings[0].span, SPAN);
}

#[test]
fn of_two_results_with_one_name_the_later_is_kept_and_said() {
    let stage = stats(vec![aggregate("min", "a", "x"), aggregate("max", "a", "x")], &[]);
    let output = run(r#"[{"a": "1"}, {"a": "2"}]"#, vec![stage]).unwrap();
    assert_eq!(output.table.cell(0, 0).to_string(), "2");
    assert_eq!(output.warnings[0].code.id, "PIPE011");
}

#[test]
fn an_unknown_function_is_the_querys_fault() {
    let error = run("[]", vec![stats(vec![aggregate("cuont", "", "n")], &[])]).unwrap_err();
    assert_eq!((error.kind(), error.code().id), (ErrorKind::Query, "PIPE002"));
    assert_eq!(error.span(), Some(SPAN));
    assert!(error.to_diagnostic().help.unwrap().contains("count"));
}
