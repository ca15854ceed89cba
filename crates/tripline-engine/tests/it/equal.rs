//! The matcher gives exactly what evaluating each filter on each row gives.

use crate::world::{Decoder, Record, SlowRow, field, plan, raw_text, schema, stream};
use proptest::prelude::*;
use std::sync::Arc;
use tripline_diag::Span;
use tripline_engine::{Context, Matcher};
use tripline_ir::{
    Bound, Case, Expr, FieldSet, Glob, Leaf, Multi, Order, Pred, Scalar, Test, TextMode, View,
};
use tripline_kernels::{pred, scalar};

const VALUES: &[&str] = &[
    "",
    "a",
    "A",
    "abc",
    "ABC",
    "xAbCx",
    "cmd.exe",
    "C:\\Windows\\cmd.exe",
    "10.0.0.1",
    "::ffff:10.0.0.1",
    "fe80::1",
    "10",
    "10.0",
    "9",
    "-0",
    "0",
    "true",
    "TRUE",
    "false",
    "éabc",
    "ÉABC",
    "\u{212a}b",
    "kb",
    "KB",
    "straße",
    "2020-01-01",
    "power shell",
    "POWERSHELL -enc é",
    "1.10.0",
    "1.9.0-rc1",
    "long text about mimikatz",
    "line\nbreak",
    "C:\\Users\\u\\AppData\\Local\\Temp\\X.EXE -q",
    "\\\\?\\c:\\temp\\\"x.exe\"",
];

const GLOBS: &[&str] = &[
    "",
    "*",
    "?",
    "a*",
    "*A",
    "*abc*",
    "*ABC",
    "?bc",
    "*é*",
    "É*",
    "kb",
    "*kb*",
    "*K?",
    "c:\\*\\*.exe",
    "power*shell*",
    "*a*b*c*",
    "10*",
    "*.?",
    "*x",
    "line*break",
    "*\\x.exe*",
    "*\\temp\\*",
    "*\\appdata\\*x.exe*",
    "*\\windows\\cmd.exe",
    "*.exe",
    "c:\\*",
    "*\"x.*",
];

const REGEXES: &[&str] = &[
    "abc",
    "(?i)abc",
    "power.?shell",
    "[a-c]+",
    "k",
    "kb",
    "é",
    "foo|abc|exe",
    r"\d+",
    ".*mimi.*",
    "(?s).*break",
    "",
    "[kK]b+",
    "a{2,}|cmd",
    r"(?:abc)+x?",
];

fn case() -> impl Strategy<Value = Case> {
    prop::sample::select(vec![Case::Sensitive, Case::Ascii, Case::Unicode])
}

fn some<T: Clone + std::fmt::Debug + 'static>(of: &'static [T]) -> impl Strategy<Value = Vec<T>> {
    prop::collection::vec(prop::sample::select(of), 1..4)
}

fn edge() -> impl Strategy<Value = Bound> {
    let scalar = prop_oneof![
        prop::sample::select(vec![-1.0, 0.0, 9.0, 9.5, 10.0]).prop_map(Scalar::Number),
    ];
    prop_oneof![
        Just(Bound::Open),
        scalar.clone().prop_map(Bound::Inclusive),
        scalar.prop_map(Bound::Exclusive),
    ]
}

fn text_edge(values: &'static [&'static str]) -> impl Strategy<Value = Bound> {
    let scalar = prop::sample::select(values).prop_map(|t| Scalar::Text(t.into()));
    prop_oneof![
        Just(Bound::Open),
        scalar.clone().prop_map(Bound::Inclusive),
        scalar.prop_map(Bound::Exclusive),
    ]
}

fn range(of: &'static [&'static str], order: Order) -> impl Strategy<Value = Test> {
    (text_edge(of), text_edge(of)).prop_map(move |(lower, upper)| Test::Range {
        lower,
        upper,
        order,
    })
}

fn test() -> impl Strategy<Value = Test> {
    let simple = prop_oneof![
        Just(Test::Exists),
        (some(VALUES), case()).prop_map(|(values, case)| Test::Equals {
            values: values.iter().map(|v| case.fold(v).into()).collect(),
            case,
        }),
        (some(GLOBS), case()).prop_map(|(globs, case)| Test::Glob {
            patterns: globs.iter().map(|g| Glob::parse(g, true, case)).collect(),
            case,
        }),
        (some(REGEXES), case(), any::<bool>()).prop_map(|(patterns, case, anchored)| {
            Test::Regex { patterns: patterns.iter().map(|p| (*p).into()).collect(), case, anchored }
        }),
        some(&[9.0, 10.0, 0.0, -0.0]).prop_map(Test::Number),
        any::<bool>().prop_map(Test::Bool),
        some(&["10.0.0.0/8", "0.0.0.0/0", "fe80::/10", "10.0.0.1/32", "::/0"])
            .prop_map(|nets| Test::Cidr(nets.iter().map(|n| n.parse().unwrap()).collect())),
        (edge(), edge()).prop_map(|(lower, upper)| Test::Range {
            lower,
            upper,
            order: Order::Number
        }),
        range(VALUES, Order::Text),
        range(VALUES, Order::NumberElseText),
        range(&["1.9.0", "1.10.0", "bad"], Order::Version),
        range(&["2020-01-01", "now-1d/d", "2019"], Order::Date),
        range(&["10.0.0.1", "fe80::"], Order::Ip),
        (
            some(&["abc", "power", "shell", "mimi*", "she?l", "é", "cmd.exe"]),
            prop::sample::select(vec![TextMode::Any, TextMode::All, TextMode::Phrase]),
        )
            .prop_map(|(tokens, mode)| Test::Text {
                tokens: tokens.iter().map(|t| (*t).into()).collect(),
                mode,
            }),
    ];
    simple.prop_recursive(2, 6, 3, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Test::Any),
            inner.prop_map(|t| Test::Not(Box::new(t))),
        ]
    })
}

const FIELDS: &[&str] =
    &["a", "same", "b", "low", "either", "joined", "filled", "part", "const", "missing", "x.raw"];

fn node() -> impl Strategy<Value = Pred> {
    let one = (prop::sample::select(FIELDS), test())
        .prop_map(|(name, test)| Pred::leaf(field(name), test, Span::default()));
    let set = |field: FieldSet| {
        move |test| Pred::Leaf(Leaf { field: field.clone(), test, span: Span::default() })
    };
    let pattern = prop::sample::select(vec!["*", "a*", "x.*", "nothing*"]).prop_flat_map(
        move |pattern: &str| {
            let field = FieldSet::Matching { view: View::Ecs, pattern: pattern.into() };
            test().prop_map(set(field))
        },
    );
    let leaf = prop_oneof![
        8 => one,
        1 => pattern,
        1 => test().prop_map(set(FieldSet::Anything)),
        1 => (prop::sample::select(FIELDS), any::<bool>()).prop_map(|(name, whole)| Pred::Expr {
            expr: Expr::field(field(name), Span::default()),
            multi: if whole { Multi::Whole } else { Multi::AnyCombination },
        }),
        1 => any::<bool>().prop_map(Pred::Const),
    ];
    leaf.prop_recursive(4, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Pred::And),
            prop::collection::vec(inner.clone(), 0..4).prop_map(Pred::Or),
            inner.prop_map(|p| Pred::Not(Box::new(p))),
        ]
    })
}

fn values() -> impl Strategy<Value = Vec<String>> {
    let one = prop::sample::select(VALUES).prop_map(str::to_owned);
    prop_oneof![
        4 => one.clone().prop_map(|v| vec![v]),
        1 => prop::collection::vec(one, 0..4),
    ]
}

fn record() -> impl Strategy<Value = Record> {
    let name = prop::sample::select(vec!["ra", "rb", "y.raw", "unmapped"]);
    prop::collection::btree_map(name, values(), 0..4)
}

/// Two days after the newest date above.
const NOW: i64 = 1_578_009_600_000_000_000;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(160))]
    #[test]
    fn for_any_batch_size(
        preds in prop::collection::vec(node(), 1..8),
        records in prop::collection::vec(record(), 1..80),
    ) {
        let schema = schema();
        let stream = stream(&schema, "t");
        let plans: Vec<_> = preds.iter().cloned().map(plan).collect();
        let context = Context { now: NOW, assets: None };
        let matcher = Matcher::new(&plans.iter().collect::<Vec<_>>(), &schema, context).unwrap();
        let matcher = Arc::new(matcher);

        let scalars = scalar::Context { now: NOW, ..scalar::Context::default() };
        let mut expected = Vec::new();
        for (plan, pred) in preds.iter().enumerate() {
            let compiled = pred::Compiled::new(pred, NOW).unwrap();
            for (at, record) in records.iter().enumerate() {
                let mapping = &stream.mapping;
                let row = SlowRow { schema: &schema, mapping, record, text: raw_text(record) };
                if compiled.eval(&row, &scalars) {
                    expected.push((plan as u32, at as u64));
                }
            }
        }

        // One worker sees the records from several decoders in turn, in batches of several sizes.
        let mut worker = matcher.worker();
        let mut decoders = [Decoder::new(&stream), Decoder::new(&stream)];
        for (turn, size) in [1, 7, 8192, 7].into_iter().enumerate() {
            let mut found = Vec::new();
            for (number, chunk) in records.chunks(size).enumerate() {
                let batch = decoders[(turn + number) % 2].batch(chunk);
                let hits = worker.run(&batch);
                prop_assert!(hits.is_sorted(), "sorted by plan, filter, row");
                let first = (number * size) as u64;
                found.extend(hits.iter().map(|h| (h.plan, first + u64::from(h.row))));
            }
            found.sort_unstable();
            prop_assert_eq!(&found, &expected, "batches of {}", size);
        }
    }
}
