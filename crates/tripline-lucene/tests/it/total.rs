//! Any text gives a plan or an error, and places inside the text.

use proptest::prelude::*;
use tripline_diag::has_errors;
use tripline_schema::Schema;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn every_text_is_read(
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "a", "f:", "source.ip:", "destination.port:", "message:", "*", "?", "\"", "/", "[", "]",
                "{", "}", " TO ", "(", ")", " AND ", " OR ", "NOT ", "+", "-", "!", "^2", "~", "\\",
                " ", "445", "10.0.0.0", "é", "\u{3000}", ">=", "or", "_exists_:", "now-1d",
            ]),
            0..16,
        )
    ) {
        let text: String = parts.concat();
        let compiled = tripline_lucene::compile(&text, Schema::builtin());
        prop_assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics));
        for diagnostic in &compiled.diagnostics {
            let span = diagnostic.span.expect("every diagnostic has a place");
            prop_assert!(text.get(span.range()).is_some());
        }
    }
}
