//! Searches: their lookups, their exceptions, their places on a map.

use crate::support::{NOW, at_once, ecs, input, rule};
use std::path::PathBuf;
use std::sync::Arc;
use tripline_detect::{GeoDatabase, Hunt, HuntOptions, RuleState, Selected, Silent, hunt};
use tripline_ir::{Case, Test};
use tripline_rules::{Exception, ExceptionEntry, Language, LoadOptions, Rule, RuleSet, load};
use tripline_schema::Schema;

fn search(set: &RuleSet, rule: Rule, options: &HuntOptions) -> Hunt {
    let selected = [Selected { rule: Arc::new(rule), version: None }];
    let inputs = [input("x", &[ecs(1.0, "network", "a", "2.125.160.216")])];
    hunt(&inputs, set, &selected, Schema::builtin(), options, &Silent).unwrap()
}

#[test]
fn a_lookup_that_cannot_be_used_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let lookups = folder.path().join("lookups");
    std::fs::create_dir(&lookups).unwrap();
    let definition = "name: nets\nfilename: nets.csv\nmatch_type: CIDR(network)\n";
    std::fs::write(lookups.join("nets.yml"), definition).unwrap();
    std::fs::write(lookups.join("nets.csv"), "net,owner\n10.0.0.0/8,us\n").unwrap();
    let set = load(&[folder.path().to_owned()], &LoadOptions::default());
    let rule = rule(Language::Spl, "index=* | lookup nets net AS host OUTPUT owner");
    let found = search(&set, rule, &at_once());
    let RuleState::NotRun { diagnostics } = &found.summary.rules[0].state else {
        panic!("{:?}", found.summary.rules[0]);
    };
    let text = &diagnostics[0].0.message;
    assert!(text.contains("nets") && text.contains("network"), "{text}");
}

#[test]
fn rows_are_counted_though_no_field_of_them_is_wanted() {
    let found =
        search(&RuleSet::default(), rule(Language::Spl, "index=* | stats count"), &at_once());
    assert_eq!(found.alerts[0].fields.to_vec(), [("count".to_owned(), vec!["1".to_owned()])]);
}

#[test]
fn exceptions_on_result_rows() {
    let entry = |field: &str, excluded| ExceptionEntry {
        field: field.into(),
        test: Test::Equals { values: vec!["1".into()], case: Case::Sensitive },
        excluded,
    };
    let with = |entries, expires| {
        let (name, reason) = ("e".to_owned(), String::new());
        let exceptions = vec![Exception { name, reason, entries, expires }];
        let rule = Rule { exceptions, ..rule(Language::Spl, "index=* | stats count") };
        search(&RuleSet::default(), rule, &at_once()).alerts.len()
    };
    assert_eq!(with(vec![entry("count", false)], None), 0);
    assert_eq!(with(vec![entry("count", true)], None), 1);
    assert_eq!(with(vec![entry("gone", false)], None), 1);
    assert_eq!(with(vec![entry("gone", true)], None), 0);
    assert_eq!(with(vec![], None), 1, "one without conditions excepts nothing");
    assert_eq!(with(vec![entry("count", false)], Some(NOW)), 0);
    assert_eq!(with(vec![entry("count", false)], Some(0)), 1, "it has expired");
}

#[test]
fn places_come_from_the_database() {
    let corpora = std::env::var_os("TRIPLINE_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let path = corpora.join("geo/GeoLite2-City-Test.mmdb");
    if !path.exists() {
        println!("skipped: places_come_from_the_database: no {}", path.display());
        return;
    }
    let rule = rule(Language::Spl, "index=* | eval ip=\"2.125.160.216\" | iplocation ip");
    let place = |options: &HuntOptions| {
        let found = search(&RuleSet::default(), rule.clone(), options);
        let fields = found.alerts[0].fields.clone();
        let value = |name: &str| fields.iter().find(|(n, _)| *n == name).map(|(_, v)| v.join(","));
        ((value("City"), value("Country")), found.summary.notes)
    };
    let ((city, country), notes) = place(&at_once());
    assert_eq!((city, country), (None, None));
    assert_eq!(notes.len(), 1, "that there is no database is said: {notes:?}");
    let options =
        HuntOptions { geoip: Some(Arc::new(GeoDatabase::open(&path).unwrap())), ..at_once() };
    let ((city, country), notes) = place(&options);
    assert_eq!((city.as_deref(), country.as_deref()), (Some("Boxford"), Some("United Kingdom")));
    assert!(notes.is_empty());
}
