//! Any text through KQL: a plan or an error, spans inside the text, and a tree that prints as a
//! query which reads as the same tree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_diag::has_errors;
use tripline_schema::Schema;

fuzz_target!(|text: &str| {
    let compiled = tripline_kql::compile(text, Schema::builtin());
    assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics));
    for diagnostic in &compiled.diagnostics {
        let span = diagnostic.span.expect("every diagnostic has a place");
        assert!(text.get(span.range()).is_some());
    }
    let (query, diagnostics) = tripline_kql::parse(text);
    if !has_errors(&diagnostics) && !text.trim().is_empty() {
        let (again, _) = tripline_kql::parse(&tripline_kql::print_kql(&query));
        assert_eq!(tripline_kql::print_ast(&again), tripline_kql::print_ast(&query));
    }
});
