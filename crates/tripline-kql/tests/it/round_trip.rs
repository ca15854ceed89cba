//! A tree printed as KQL reads as the same tree; no text makes the front end panic.

use proptest::prelude::*;
use tripline_diag::Span;
use tripline_kql::ast::{Literal, LiteralKind, Node, NodeKind, Piece, Query, RangeOp};
use tripline_kql::{parse, print_ast, print_kql};

fn node(kind: NodeKind) -> Node {
    Node { kind, span: Span::default() }
}

fn literal(kind: LiteralKind) -> Literal {
    Literal { kind, span: Span::default() }
}

/// Text that a literal without quotes can hold: trimmed, not empty, not one of the typed words.
fn bare() -> impl Strategy<Value = String> {
    let words = prop_oneof![
        4 => "[a-zA-Z0-9.@_-]{1,6}",
        1 => Just("and".to_owned()),
        1 => Just("or".to_owned()),
        1 => Just("NOT".to_owned()),
        1 => "[\\\\():<>\"*{}?é/=&|]{1,4}",
    ];
    proptest::collection::vec(words, 1..4)
        .prop_map(|words| words.join(" "))
        .prop_filter("typed", |t| !matches!(t.as_str(), "true" | "false" | "null"))
}

fn wildcard() -> impl Strategy<Value = LiteralKind> {
    (bare(), any::<bool>(), bare(), 0..3_u8).prop_map(|(a, lead, b, shape)| {
        let mut pieces = vec![Piece::Text(a)];
        if lead {
            pieces.insert(0, Piece::Many);
        }
        match shape {
            0 => pieces.extend([Piece::Many, Piece::Text(b)]),
            1 => pieces.push(Piece::Many),
            _ if lead => {}
            _ => pieces = vec![Piece::Many],
        }
        LiteralKind::Wildcard(pieces)
    })
}

fn value() -> impl Strategy<Value = Literal> {
    prop_oneof![
        4 => bare().prop_map(LiteralKind::Text),
        3 => any::<String>().prop_map(LiteralKind::Quoted),
        2 => wildcard(),
        1 => any::<bool>().prop_map(LiteralKind::Bool),
        1 => Just(LiteralKind::Null),
    ]
    .prop_map(literal)
}

fn field() -> impl Strategy<Value = Literal> {
    prop_oneof![3 => bare().prop_map(LiteralKind::Text), 1 => wildcard()].prop_map(literal)
}

fn op() -> impl Strategy<Value = RangeOp> {
    prop_oneof![Just(RangeOp::Lt), Just(RangeOp::Lte), Just(RangeOp::Gt), Just(RangeOp::Gte)]
}

fn tree() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        (proptest::option::of(field()), value())
            .prop_map(|(field, value)| node(NodeKind::Is { field, value })),
        (field(), op(), value()).prop_map(|(field, op, value)| node(NodeKind::Range {
            field,
            op,
            value
        })),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|p| node(NodeKind::Or(p))),
            proptest::collection::vec(inner.clone(), 2..4).prop_map(|p| node(NodeKind::And(p))),
            inner.clone().prop_map(|n| node(NodeKind::Not(Box::new(n)))),
            (field(), inner)
                .prop_map(|(field, n)| node(NodeKind::Nested { field, query: Box::new(n) })),
        ]
    })
}

proptest! {
    #[test]
    fn a_printed_tree_reads_as_itself(root in tree()) {
        let query = Query { root };
        let text = print_kql(&query);
        let (again, diagnostics) = parse(&text);
        prop_assert!(diagnostics.is_empty(), "{text}: {diagnostics:?}");
        prop_assert_eq!(print_ast(&again), print_ast(&query), "{}", text);
        prop_assert_eq!(print_kql(&again), text);
    }

    #[test]
    fn any_text_gives_a_plan_or_an_error(text in "[a:*\" \\\\(){}<>=orndt1./-]{0,40}") {
        compiles_or_says_why(&text)?;
    }

    #[test]
    fn any_words_too(words in proptest::collection::vec(word(), 0..12)) {
        compiles_or_says_why(&words.concat())?;
    }

    #[test]
    fn any_unicode_too(text in any::<String>()) {
        compiles_or_says_why(&text)?;
    }
}

/// What queries are made of.
fn word() -> impl Strategy<Value = &'static str> {
    proptest::sample::select(vec![
        " ",
        " ",
        " ",
        "\n",
        "\u{a0}",
        "a",
        "process.name",
        "destination.port",
        "and",
        "or",
        "not",
        "NOT",
        ":",
        ":",
        "(",
        ")",
        "{",
        "}",
        "*",
        "\"",
        "\"x\"",
        "\\",
        "\\t",
        "\\n",
        "\\u0041",
        "\\and",
        "\\*",
        ">=",
        "<",
        "445",
        "10.0.0.0/8",
        "true",
        "null",
        "é",
        "=",
    ])
}

fn compiles_or_says_why(text: &str) -> Result<(), TestCaseError> {
    let compiled = tripline_kql::compile(text, tripline_schema::Schema::builtin());
    let errors = tripline_diag::has_errors(&compiled.diagnostics);
    prop_assert_eq!(compiled.plan.is_none(), errors, "{}", text);
    let source = tripline_diag::SourceText::new("q", text);
    for diagnostic in &compiled.diagnostics {
        let span = diagnostic.span.expect("all of them have a place");
        prop_assert!(text.get(span.range()).is_some(), "{text}: {diagnostic:?}");
        tripline_diag::render(diagnostic, &source, false);
    }
    let (query, diagnostics) = parse(text);
    if diagnostics.is_empty() {
        let printed = print_kql(&query);
        let (again, _) = parse(&printed);
        prop_assert_eq!(print_ast(&again), print_ast(&query), "{:?}", printed);
    }
    Ok(())
}
