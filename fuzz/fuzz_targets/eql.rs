//! Any text through EQL: a plan or an error, spans inside the text, and a tree that prints as a
//! query which reads as the same tree.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_diag::has_errors;
use tripline_schema::Schema;

fuzz_target!(|text: &str| {
    let options = tripline_eql::Options::default();
    let compiled = tripline_eql::compile(text, &options, Schema::builtin());
    assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics));
    for diagnostic in &compiled.diagnostics {
        if let Some(span) = diagnostic.span {
            assert!(text.get(span.range()).is_some());
        }
    }
    let (query, diagnostics) = tripline_eql::parse(text);
    if !has_errors(&diagnostics) {
        let printed = tripline_eql::print_ast(&query);
        let (again, _) = tripline_eql::parse(&printed);
        assert_eq!(tripline_eql::print_ast(&again), printed);
    }
});
