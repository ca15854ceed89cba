//! Printing and parsing are inverse; nothing panics.

use crate::support::{open, rendered, small};
use proptest::prelude::*;
use tripline_eql::{Options, compile, parse, print_ast, tokens};

/// Conditions from the grammar, as text with random parentheses and case of operators.
fn condition() -> impl Strategy<Value = String> {
    let field = prop_oneof![
        Just("process.name".to_owned()),
        Just("?user.id".to_owned()),
        Just("`event.in`".to_owned()),
        Just("a.`0`.b".to_owned()),
        Just("@timestamp".to_owned()),
    ];
    let string = prop_oneof![
        "[a-z*? ]{0,6}".prop_map(|s| format!("\"{s}\"")),
        Just(r#""C:\\x\n\"\u{00e9}""#.to_owned()),
        Just("\"\"\"raw \\ \"text\"\"\"\"".to_owned()),
    ];
    let number = prop_oneof![
        (0u32..99999).prop_map(|n| n.to_string()),
        (0.0f64..1e6).prop_map(|n| format!("{n:?}")),
    ];
    let constant =
        prop_oneof![string.clone(), number, Just("null".to_owned()), Just("true".to_owned())];
    let leaf = prop_oneof![field.clone(), constant];
    leaf.prop_recursive(4, 40, 4, move |inner| {
        let many = prop::collection::vec(inner.clone(), 1..4);
        let strings = prop::collection::vec(string.clone(), 1..4);
        let compare =
            prop::sample::select(vec!["==", "!=", "<", "<=", ">", ">=", "+", "-", "*", "/", "%"]);
        let matcher = prop::sample::select(vec![
            "in", "not in", "in~", ":", "like", "like~", "regex", "regex~",
        ]);
        let function = prop::sample::select(vec!["length", "startsWith~", "concat", "nosuch"]);
        prop_oneof![
            inner.clone().prop_map(|a| format!("not ({a})")),
            inner.clone().prop_map(|a| format!("-({a})")),
            inner.clone().prop_map(|a| format!("({a})")),
            (many.clone(), prop::sample::select(vec![" and ", " or "])).prop_map(
                |(parts, word)| {
                    parts.iter().map(|p| format!("({p})")).collect::<Vec<_>>().join(word)
                }
            ),
            (inner.clone(), compare, inner.clone())
                .prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            (inner, matcher, strings)
                .prop_map(|(a, op, l)| format!("({a}) {op} ({})", l.join(", "))),
            (function, many).prop_map(|(f, args)| format!("{f}({})", args.join(", "))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..Default::default() })]

    #[test]
    fn printing_and_parsing_are_inverse(condition in condition()) {
        let query = format!("sequence by a, ?b with maxspan=5m [any where {condition}] by c \
                             ![\"x-y\" where true] by d until [file where false] by e | head 3");
        let (ast, diagnostics) = parse(&query);
        prop_assert!(diagnostics.is_empty(), "{}", rendered(&query, &diagnostics));
        let printed = print_ast(&ast);
        let (again, diagnostics) = parse(&printed);
        prop_assert!(diagnostics.is_empty(), "{}", rendered(&printed, &diagnostics));
        prop_assert_eq!(print_ast(&again), printed);
    }

    #[test]
    fn compiling_never_panics(condition in condition()) {
        let query = format!("process where {condition}");
        compile(&query, &Options::default(), &small());
        compile(&query, &Options::default(), open());
    }

    #[test]
    fn any_text_gives_tokens_inside_it(text in "\\PC{0,60}") {
        let (tokens, _) = tokens(&text);
        for token in &tokens {
            prop_assert!(text.get(token.span.range()).is_some());
        }
        let compiled = compile(&text, &Options::default(), open());
        prop_assert!(compiled.plan.is_some() || !compiled.diagnostics.is_empty());
    }

    #[test]
    fn words_in_any_order_do_not_panic(words in prop::collection::vec(prop::sample::select(vec![
        "sequence", "by", "with", "maxspan", "=", "5", "m", "[", "]", "![", "any", "where", "x", "==",
        "\"a\"", "(", ")", ",", "and", "not", "in", ":", "|", "head", "until", "runs", "sample", "?",
        "`", "\"\"\"", "/*", "-", "length", "~", ".",
    ]), 0..25)) {
        let query = words.join(" ");
        let compiled = compile(&query, &Options::default(), &small());
        prop_assert!(compiled.plan.is_some() || !compiled.diagnostics.is_empty());
    }
}

#[test]
fn depth_is_bounded() {
    for (open, close) in [("(", ")"), ("not ", ""), ("-", ""), ("length(", ")"), ("x in (", ")")] {
        let query = format!("any where {}1{}", open.repeat(50_000), close.repeat(50_000));
        let compiled = compile(&query, &Options::default(), &small());
        assert_eq!(compiled.diagnostics[0].code.id, "EQL003", "{open}");
    }
    let chain = format!("any where process.pid{} == 1", " + 1".repeat(50_000));
    assert_eq!(compile(&chain, &Options::default(), &small()).diagnostics[0].code.id, "EQL003");
    // Chains of `and` and `or` may be of any length.
    let chain = format!("any where true{}", " or process.pid == 1".repeat(20_000));
    assert!(compile(&chain, &Options::default(), &small()).plan.is_some());
}
