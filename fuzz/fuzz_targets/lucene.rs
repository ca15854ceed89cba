//! Any text through Lucene's query strings: a plan or an error, and spans inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_diag::has_errors;
use tripline_schema::Schema;

fuzz_target!(|text: &str| {
    let compiled = tripline_lucene::compile(text, Schema::builtin());
    assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics));
    for diagnostic in &compiled.diagnostics {
        let span = diagnostic.span.expect("every diagnostic has a place");
        assert!(text.get(span.range()).is_some());
    }
});
