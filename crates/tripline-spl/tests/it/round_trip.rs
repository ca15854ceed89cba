//! A search expression that is printed and read again is the same.

use proptest::prelude::*;
use tripline_spl::{Empty, parse, print_ast};

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-zA-Z0-9_.*:/-]{1,8}",
        "[ -~é]{0,10}".prop_map(|text| {
            format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
        }),
    ]
}

fn expression() -> impl Strategy<Value = String> {
    let field = "[a-z][a-z_.]{0,5}(\\{\\})?";
    let op = prop_oneof![Just("="), Just("!="), Just("<"), Just(">=")];
    let leaf = prop_oneof![
        (field, op, value()).prop_map(|(f, op, v)| format!("{f}{op}{v}")),
        (field, prop::collection::vec(value(), 1..4))
            .prop_map(|(f, vs)| format!("{f} IN ({})", vs.join(", "))),
        "[a-z]{1,6}",
        "\"[a-z ]{1,9}\"",
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|e| format!("NOT {e}")),
            inner.clone().prop_map(|e| format!("({e})")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| all.join(" ")),
            prop::collection::vec(inner.clone(), 2..4).prop_map(|all| all.join(" AND ")),
            prop::collection::vec(inner, 2..4).prop_map(|all| all.join(" OR ")),
        ]
    })
}

proptest! {
    #[test]
    fn printed_and_read_again(text in expression()) {
        let first = parse(&format!("search {text}"), &Empty);
        prop_assert!(first.diagnostics.is_empty(), "{:?}", first.diagnostics);
        let shown = print_ast(&first.query);
        let second = parse(shown.trim_start_matches("| "), &Empty);
        prop_assert!(second.diagnostics.is_empty(), "{shown} {:?}", second.diagnostics);
        prop_assert_eq!(print_ast(&second.query), shown);
    }

    #[test]
    fn any_text_is_survived(text in prop_oneof![
        "\\PC{0,60}",
        "([a-z\"'`|()\\[\\]=!<>,.*\\\\é ]|eval|count|by|AND|OR|NOT|IN|as|from datamodel=X){0,30}",
    ]) {
        for text in [
            text.clone(),
            format!("x=1 | where {text}"),
            format!("x=1 | stats {text}"),
            format!("x=1 | eval {text}"),
            format!("| tstats {text}"),
            format!("`m({text})`"),
        ] {
            let compiled = super::run(&text);
            let errors = tripline_diag::has_errors(&compiled.diagnostics);
            prop_assert_eq!(compiled.plan.is_none(), errors, "{}", text);
            for diagnostic in &compiled.diagnostics {
                let span = diagnostic.span.expect("every diagnostic has a place");
                prop_assert!(text.get(span.range()).is_some(), "{text:?} {diagnostic:?}");
            }
        }
    }
}
