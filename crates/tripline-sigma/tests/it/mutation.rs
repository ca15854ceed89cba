//! Nothing panics, whatever the text: real rules with letters changed, lines moved, parts cut.

use crate::corpus;
use proptest::prelude::*;
use std::sync::LazyLock;
use tripline_diag::has_errors;
use tripline_sigma::{Kind, Options, compile, lint, read};

/// Some rules with many kinds of things in them.
const OWN: &[&str] = &[
    "action: global\ntitle: A\n---\naction: repeat\ndetection: {s: [a], condition: s}\n",
    "title: é\nlogsource: {product: x}\ndetection:\n  k:\n    '|all': ['ä', \"\\x00\"]\n  \
     s:\n    - a|re|i: '(?x) a'\n      b|windash|contains: [-x, \u{2013}y]\n    \
     - c|base64offset|contains: é\n      d|wide|base64: ö\n      e|cidr: ::1\n  timeframe: 1M\n  \
     condition: (k or 1 of s*) and not all of them | count(a) by b, c >= 1e3\n",
    "filter: {rules: any, s: {x|expand: '%a%', y|hour|gte: 3}, condition: not s}\n",
    "correlation: {type: temporal, rules: [a, b], timespan: 1h}\n",
    "a: &a [x, *b]\nb: {<<: *a}\n",
];

static SEEDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut seeds: Vec<String> = OWN.iter().map(|text| (*text).to_owned()).collect();
    seeds.extend(corpus::texts().into_iter().step_by(37));
    seeds
});

fn check(text: &str) {
    let file = read(text);
    let options = Options::default();
    let mut all = file.diagnostics;
    for document in &file.documents {
        if document.kind == Kind::Detection {
            let compiled = compile(document, &options);
            assert_eq!(compiled.plan.is_none(), has_errors(&compiled.diagnostics));
            if let Some(plan) = compiled.plan {
                for filter in &plan.filters {
                    assert!(text.get(filter.span.range()).is_some());
                }
            }
            all.extend(compiled.diagnostics);
        }
        all.extend(lint(document, &options));
        let options = Options { filters: file.documents.clone(), ..Options::default() };
        compile(document, &options);
    }
    for diagnostic in all {
        for span in diagnostic.span.into_iter().chain(diagnostic.labels.iter().map(|l| l.span)) {
            assert!(text.get(span.range()).is_some(), "{span:?} of {text:?}");
        }
    }
}

#[test]
fn seeds_are_fine() {
    SEEDS.iter().for_each(|seed| check(seed));
}

proptest! {
    #[test]
    fn mutated_rules_never_panic(
        seed in any::<prop::sample::Index>(),
        edits in prop::collection::vec(
            (any::<prop::sample::Index>(), 0..5u8, "[-|:*?%'\"\\\\\\[\\]{}&,#>()a1é\n \t]{0,4}"),
            1..8,
        ),
    ) {
        let mut text: Vec<char> = SEEDS[seed.index(SEEDS.len())].chars().collect();
        for (place, kind, new) in edits {
            let at = place.index(text.len().max(1)).min(text.len());
            let end = (at + usize::from(kind) * 2).min(text.len());
            text.splice(at..end, new.chars());
        }
        check(&text.into_iter().collect::<String>());
    }

    #[test]
    fn any_text_is_read(text in "\\PC{0,80}") {
        check(&text);
        check(&crate::rule(&text));
    }
}
