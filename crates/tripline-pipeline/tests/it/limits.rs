//! Many rows, many stages, little memory, plans as text.

use super::*;
use tripline_pipeline::{ErrorKind, NoLookups, explain};

fn numbers(count: usize) -> Table {
    let mut builder = TableBuilder::new(vec!["n".into(), "k".into()]);
    for n in 0..count {
        builder.push(0, [n.to_string().as_str()]);
        builder.push(1, [(n % 1000).to_string().as_str()]);
        builder.end_row();
    }
    builder.finish()
}

#[test]
fn many_rows_keep_their_order() {
    let input = numbers(30_000);
    let output = run_with(
        input,
        vec![
            StageKind::Extend(vec![extend("m", field("n"))]),
            sort(&["-k"], 0),
            StageKind::Limit { count: 61, end: tripline_ir::End::Head },
        ],
        &Tables::default(),
        None,
    )
    .unwrap()
    .table;
    let column: Vec<String> = (0..61).map(|row| output.cell(row, 2).to_string()).collect();
    let expected: Vec<String> = (0..30)
        .map(|n| n * 1000 + 999)
        .chain((0..30).map(|n| n * 1000 + 998))
        .chain([997])
        .map(|n| n.to_string())
        .collect();
    assert_eq!(column, expected);
}

#[test]
fn many_groups_over_many_batches() {
    let stages =
        vec![stats(vec![aggregate("count", "", "count"), aggregate("list", "n", "n")], &["k"])];
    let output = run_with(numbers(30_000), stages, &Tables::default(), None).unwrap().table;
    assert_eq!(output.rows(), 1000);
    assert_eq!(output.cell(7, 0).to_string(), "7");
    assert_eq!(output.cell(7, 1).to_string(), "30");
    assert_eq!(output.cell(7, 2).items()[29].to_string(), "29007");
}

/// Plans are recursive, so a long pipeline is planned in parts.
#[test]
fn a_thousand_stages() {
    let stages = (0..1000).map(|n| {
        StageKind::Extend(vec![extend(
            "n",
            if n == 999 { literal(Value::Int(n)) } else { field("n") },
        )])
    });
    check(r#"[{"n": "0"}]"#, stages.collect(), r#"[{"n": "999"}]"#);
    let columns = (0..200).map(|n| extend(&format!("c{n}"), field(&format!("c{}", n - 1))));
    let output = run(r#"[{"c-1": "x"}]"#, vec![StageKind::Extend(columns.collect())]).unwrap();
    assert_eq!(output.table.cell(0, 200).to_string(), "x");
}

#[test]
fn nesting_beyond_reason_is_the_querys_fault() {
    let mut expr = field("a");
    for _ in 0..5000 {
        expr = Expr::call("mv.lower", vec![expr], SPAN);
    }
    let error = run(r#"[{"a": "1"}]"#, vec![StageKind::Extend(vec![extend("b", expr)])]);
    assert_eq!(error.unwrap_err().kind(), ErrorKind::Query);
    let mut pred = tripline_ir::Pred::exists(FieldRef::row("a"), SPAN);
    for _ in 0..5000 {
        pred = tripline_ir::Pred::Not(Box::new(pred));
    }
    let error = run(r#"[{"a": "1"}]"#, vec![StageKind::Filter(pred)]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Query);
}

#[test]
fn too_little_memory_is_said() {
    for stage in [stats(vec![aggregate("values", "n", "n")], &["k"]), sort(&["n"], 0)] {
        let context = Context {
            now: 0,
            zone: jiff::tz::TimeZone::UTC,
            lookups: &NoLookups,
            geoip: None,
            memory_limit: 100_000,
        };
        let error = tripline_pipeline::run(&pipeline(vec![stage]), numbers(30_000), &context);
        let error = error.unwrap_err();
        assert_eq!((error.kind(), error.code().id), (ErrorKind::Resources, "PIPE007"));
    }
}

#[test]
fn nothing_in_nothing_out() {
    let output = run_with(Table::default(), vec![], &Tables::default(), None).unwrap();
    assert_eq!((output.table.rows(), output.table.names.len()), (0, 0));
    let empty = TableBuilder::new(vec!["a".into(), "b".into()]).finish();
    let output = run_with(empty.clone(), vec![], &Tables::default(), None).unwrap();
    assert_eq!((output.table.rows(), output.table.names.len()), (0, 2));
    let every = vec![
        sort(&["a"], 1),
        StageKind::Unnest { column: "a".into(), limit: 0 },
        StageKind::GeoIp { column: "a".into(), prefix: "".into(), all_fields: true },
        stats(vec![aggregate("values", "b", "b")], &["a"]),
        StageKind::Limit { count: 1, end: tripline_ir::End::Tail },
    ];
    let output = run_with(empty, every, &Tables::default(), Some(&Dns)).unwrap();
    assert_eq!((output.table.rows(), output.table.names.len()), (0, 2));
}

/// Combinations of values are counted before they are made.
#[test]
fn multiplied_rows_count_as_memory() {
    let mut builder = TableBuilder::new(["a", "b", "c"].map(Arc::from).to_vec());
    let values: Vec<String> = (0..3000).map(|n| n.to_string()).collect();
    for column in 0..3 {
        builder.push(column, values.iter().map(String::as_str));
    }
    builder.end_row();
    let input = builder.finish();
    let count = stats(vec![aggregate("count", "", "count")], &["a", "b", "c"]);
    let unnest = |column: &str| StageKind::Unnest { column: column.into(), limit: 0 };
    for stages in [vec![count], vec![unnest("a"), unnest("b"), unnest("c")]] {
        let error = run_with(input.clone(), stages, &Tables::default(), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Resources, "{error}");
    }
    let one = stats(vec![aggregate("count", "", "count")], &["a"]);
    let output = run_with(input, vec![one], &Tables::default(), None).unwrap();
    assert_eq!(output.table.rows(), 3000);
}

#[test]
fn plans_as_text() {
    let stages = vec![
        StageKind::Filter(tripline_ir::Pred::exists(FieldRef::row("a"), SPAN)),
        StageKind::GeoIp { column: "a".into(), prefix: "".into(), all_fields: false },
        stats(vec![aggregate("count", "", "count")], &["Country"]),
    ];
    let text = explain(&pipeline(stages), &["a".into()]).unwrap();
    for part in ["FilterExec: condition(a", "AggregateExec: mode=Single", "SortExec"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
}

#[test]
fn code_ids_are_unique() {
    let mut ids: Vec<&str> = tripline_pipeline::CODES.iter().map(|code| code.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), tripline_pipeline::CODES.len());
}

/// What a plan costs, for the record: run with `--nocapture`.
#[test]
fn planning_takes_milliseconds() {
    let input = r#"[{"_time": "1", "T.a": "x", "T.b": "y"}]"#;
    let rename = StageKind::Rename(vec![("T.*".into(), "*".into())]);
    let stages = vec![stats(vec![aggregate("count", "", "count")], &["T.a", "T.b"]), rename];
    run(input, stages.clone()).unwrap();
    let start = std::time::Instant::now();
    for _ in 0..20 {
        run(input, stages.clone()).unwrap();
    }
    println!("{:?} a pipeline", start.elapsed() / 20);
}
