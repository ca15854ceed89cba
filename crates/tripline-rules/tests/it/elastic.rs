//! Elastic's rule files.

use crate::pack::{Pack, elastic};
use tripline_rules::{Language, RuleKind, Schedule, Status};
use tripline_schema::Schema;

const MINUTE: i64 = 60_000_000_000;

#[test]
fn defaults() {
    let set = Pack::new(&[("a.toml", &elastic("a", ""))]).load();
    let rule = &set.rules[0];
    let expected = Schedule::Interval { every: 5 * MINUTE, from: 6 * MINUTE, to: 0 };
    assert_eq!(rule.schedule, expected);
    assert_eq!((rule.max_signals, rule.language, rule.enabled), (100, Language::Kql, true));
    assert_eq!(rule.kind, RuleKind::Query);
    assert_eq!(rule.status, Status::Production);
}

#[test]
fn the_query_has_the_line_of_the_file() {
    for (query, line) in [
        ("query = '''\n\nprocess.name: (\n'''", 3),
        ("query = \"\"\"process.name: (\"\"\"", 2),
        ("query = \"process.name: (\"", 2),
    ] {
        let text = format!("[rule]\n{query}\nname=\"n\"\nrule_id=\"i\"\ntype=\"query\"\n");
        let set = Pack::new(&[("a.toml", &text)]).load();
        let found = &set.rules[0].query;
        assert_eq!(found.first_line, line, "{query}");
    }
}

#[test]
fn new_terms_as_the_files_nest_them() {
    let text = elastic(
        "a",
        "[rule.new_terms]\nfield = \"new_terms_fields\"\nvalue = [\"host.id\", \"user.name\"]\n\
         [[rule.new_terms.history_window_start]]\nfield = \"history_window_start\"\nvalue = \"now-7d\"",
    )
    .replace("\"query\"", "\"new_terms\"");
    let pack = Pack::new(&[("a.toml", &text)]);
    let set = pack.load();
    assert_eq!(pack.problems(&set), "");
    let RuleKind::NewTerms { fields, history } = &set.rules[0].kind else { panic!() };
    assert_eq!(fields.iter().map(|f| &**f).collect::<Vec<_>>(), ["host.id", "user.name"]);
    assert_eq!(*history, 7 * 24 * 60 * MINUTE);
    let compiled = set.compile(&set.rules[0], None, Schema::builtin());
    let printed = tripline_ir::print(&compiled.plan.unwrap());
    assert!(
        printed.ends_with("new_terms [\"host.id\", \"user.name\"] history=604800s\n"),
        "{printed}"
    );
}

#[test]
fn kinds_and_languages_that_do_not_run_yet_are_listed_with_the_reason() {
    let ml = "[rule]\nname=\"m\"\nrule_id=\"m\"\ntype=\"machine_learning\"\n\
              machine_learning_job_id=\"j\"\nanomaly_threshold=50\n";
    let esql = elastic("e", "language=\"esql\"").replace("\"query\"", "\"esql\"");
    let set = Pack::new(&[("e.toml", &esql), ("m.toml", ml)]).load();
    let said: Vec<String> = set
        .rules
        .iter()
        .map(|rule| {
            let compiled = set.compile(rule, None, Schema::builtin());
            assert!(compiled.plan.is_none());
            let d = &compiled.diagnostics[0];
            format!("{} {}: {}", rule.id, d.code.id, d.message)
        })
        .collect();
    assert_eq!(
        said,
        [
            "e RUL009: rules of type `esql` are not run yet",
            "m RUL009: rules of type `machine_learning` are not run yet",
        ]
    );
    assert_eq!(set.find("m").unwrap().extra["anomaly_threshold"], 50);
}

#[test]
fn index_patterns_are_the_scope_of_every_filter() {
    let set =
        Pack::new(&[("a.toml", &elastic("a", "index = [\"logs-*\", \"-logs-zeek.*\"]"))]).load();
    let plan = set.compile(&set.rules[0], None, Schema::builtin()).plan.unwrap();
    let patterns = vec!["logs-*".into(), "-logs-zeek.*".into()];
    assert_eq!(plan.filters[0].scope, tripline_ir::Scope::Indices(patterns));
}

#[test]
fn versions_that_do_not_exist() {
    let text = elastic(
        "a",
        "version = 3\n[[rule.history]]\nversion = 2\nchange = \"c\"\n[[rule.history]]\nversion = 1\n\
         query = 'user.name:b'\nlanguage = \"kuery\"",
    );
    let set = Pack::new(&[("a.toml", &text)]).load();
    let rule = &set.rules[0];
    let query = |version| set.query(rule, version).map(|(_, q)| q.text.trim().to_owned());
    assert_eq!(query(None).unwrap(), "process.name:a");
    assert_eq!(query(Some(3)).unwrap(), "process.name:a");
    // A version that changed no query has that of the version before it.
    assert_eq!(query(Some(2)).unwrap(), "user.name:b");
    assert_eq!(query(Some(1)).unwrap(), "user.name:b");
    let error = query(Some(9)).unwrap_err();
    assert_eq!(error.code.id, "RUL011");
    assert_eq!(error.message, "`Rule a` has no version 9");
    assert_eq!(error.help.as_deref(), Some("its versions are 3, 2, 1"));
}

#[test]
fn deprecated_rules_are_off_unless_named() {
    let text = format!("[metadata]\nmaturity = \"deprecated\"\n{}", elastic("a", ""));
    let set = Pack::new(&[("a.toml", &text)]).load();
    assert_eq!((set.rules[0].status, set.rules[0].enabled), (Status::Deprecated, false));
}

#[test]
fn rules_are_found_by_id_name_and_file() {
    let set = Pack::new(&[("one_file.toml", &elastic("AB", ""))]).load();
    for name in ["AB", "ab", "Rule AB", "rule ab", "one_file"] {
        assert!(set.find(name).is_some(), "{name}");
    }
    assert!(set.find("one").is_none());
}
