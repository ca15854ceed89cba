//! The queries of Elasticsearch's own tests, over their mappings: which of them compile.

pub mod load;

use crate::support::{corpora, rendered};
use load::suites;
use std::collections::BTreeMap;
use tripline_eql::{Options, compile};

#[test]
fn queries_compile_or_say_why_not() {
    let Some(corpora) = corpora() else { return };
    let mut table = Vec::new();
    for suite in suites(&corpora.join("oracles/es-eql")) {
        let mut codes: BTreeMap<&str, usize> = BTreeMap::new();
        let mut compiled_cases = 0;
        for case in &suite.cases {
            let compiled = compile(&case.query, &Options::default(), &suite.mapping);
            if compiled.plan.is_some() {
                compiled_cases += 1;
            }
            for d in compiled.diagnostics.iter().filter(|d| d.is_error()) {
                *codes.entry(d.code.id).or_default() += 1;
                if d.code.id != "EQL015" {
                    println!("{}: {}", case.name, rendered(&case.query, std::slice::from_ref(d)));
                }
            }
        }
        table.push(format!("{} {compiled_cases}/{} {codes:?}", suite.name, suite.cases.len()));
    }
    assert_eq!(
        table,
        [
            "test_queries 133/133 {}",
            "test_extra 20/20 {}",
            "test_missing_events 13/13 {}",
            "test_sample 13/13 {}",
        ]
    );
}

/// The loader reads what the README of the corpora describes.
#[test]
fn data_is_loaded() {
    let Some(corpora) = corpora() else { return };
    let suites = suites(&corpora.join("oracles/es-eql"));
    let counts: Vec<usize> = suites.iter().map(|s| s.events.len()).collect();
    assert_eq!(counts, [102, 23, 48, 28]);
    let with_keys = suites.iter().flat_map(|s| &s.cases).filter(|c| c.join_keys.is_some()).count();
    assert!(with_keys > 20);
    let with_size = suites.iter().flat_map(|s| &s.cases).filter(|c| c.size.is_some()).count();
    assert_eq!(with_size, 2);
    for suite in &suites {
        let ids: Vec<i64> = suite.events.iter().filter_map(|e| e.get(suite.id)?.as_i64()).collect();
        assert_eq!(ids.len(), suite.events.len(), "{}", suite.name);
        for case in &suite.cases {
            let known = case.expected.iter().flatten().all(|id| *id == -1 || ids.contains(id));
            assert!(known, "{}", case.name);
        }
    }
}
