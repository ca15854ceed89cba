//! Any text through SPL: a plan or an error, and spans inside the text.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tripline_diag::has_errors;
use tripline_schema::{Schema, View};
use tripline_spl::{Empty, compile, eval_pred};

fuzz_target!(|text: &str| {
    let compiled = compile(text, &Empty, Schema::builtin());
    assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics));
    for diagnostic in &compiled.diagnostics {
        let span = diagnostic.span.expect("every diagnostic has a place");
        assert!(text.get(span.range()).is_some());
    }
    let (pred, diagnostics) = eval_pred(text, &View::Row, Schema::builtin());
    assert_eq!(pred.is_none(), has_errors(&diagnostics));
});
