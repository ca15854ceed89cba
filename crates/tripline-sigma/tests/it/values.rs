//! What values mean: text, wildcards, numbers, null, lists, keywords.

use crate::{Event, hits, picks, rule};
use proptest::prelude::*;
use tripline_kernels::pred::eval;
use tripline_kernels::scalar::Context;
use tripline_sigma::{Options, compile, read};

#[test]
fn text_is_the_whole_value_in_any_case() {
    assert_eq!(picks("f: Cmd.exe", &["cmd.exe", "CMD.EXE", "cmd.exe ", "acmd.exe", "-"]), [1, 2]);
    assert_eq!(picks("f: 'ÄRGER'", &["ärger", "Ärger", "arger"]), [1, 2]);
    assert_eq!(picks("f: [a, B]", &["A", "b", "c", "ab"]), [1, 2]);
    assert_eq!(picks("f: 'a.c'", &["a.c", "abc"]), [1]);
}

#[test]
fn wildcards_and_backslashes() {
    let values =
        [r"C:\Windows\cmd.exe", r"C:\Windows\", r"C:\Windows*", r"C:\Windows", r"C:\Windows\*"];
    assert_eq!(picks(r"f: 'C:\Windows\*'", &values), [3]);
    assert_eq!(picks(r"f: 'C:\Windows\\*'", &values), [1, 2, 5]);
    assert_eq!(picks(r"f: 'C:\Windows\\\*'", &values), [5]);
    assert_eq!(picks(r"f: 'C:\\Windows'", &values), [4]);
    assert_eq!(picks("f: 'a?c'", &["abc", "ac", "a?c", "abbc"]), [1, 3]);
    assert_eq!(picks(r"f: 'a\?c'", &["abc", "a?c"]), [2]);
    assert_eq!(picks("f: '*'", &["", "a", "-"]), [1, 2]);
    assert_eq!(picks("f: '?*'", &["", "a", "-"]), [2]);
    assert_eq!(picks(r"f: '\\\\srv\\c$'", &[r"\\srv\c$", r"\srv\c$"]), [1]);
    assert_eq!(picks("f: 'a*b'", &["ab", "a\nb", "aXb"]), [1, 2, 3]);
}

#[test]
fn yaml_quotes_are_not_sigmas() {
    assert_eq!(picks(r#"f: "a\\b""#, &[r"a\b"]), [1]);
    assert_eq!(picks("f: 'it''s'", &["it's"]), [1]);
    assert_eq!(picks("f: >-\n    a\n    b", &["a b"]), [1]);
    assert_eq!(picks("f: yes", &["yes", "true"]), [1]);
}

#[test]
fn numbers_are_what_they_are_worth() {
    assert_eq!(picks("f: 4", &["4", "4.0", "04", "+4", "0x4", "44", "x4", "-"]), [1, 2, 3, 4]);
    assert_eq!(picks("f: '4'", &["4", "4.0", "04"]), [1]);
    assert_eq!(picks("f: -1.5", &["-1.5", "-1.50", "1.5"]), [1, 2]);
    // As a number and as it is written.
    assert_eq!(picks("f: 0x17", &["0x17", "0X17", "23", "17"]), [1, 2, 3]);
    assert_eq!(
        picks("f: 18446744073709551615", &["18446744073709551615", "18446744073709551614"]),
        [1]
    );
    assert_eq!(picks("f: [1, a, 2]", &["1", "A", "2.0", "3"]), [1, 2, 3]);
}

#[test]
fn truth_values_are_words() {
    assert_eq!(picks("f: true", &["true", "True", "TRUE", "1", "false"]), [1, 2, 3]);
    assert_eq!(picks("f: false", &["true", "False", "0", "-"]), [2]);
    assert_eq!(picks("f: 'true'", &["true", "True", "1"]), [1, 2]);
}

#[test]
fn null_is_an_absent_field_and_nothing_is_a_value() {
    assert_eq!(picks("f: null", &["", "null", "-"]), [3]);
    assert_eq!(picks("f:", &["", "null", "-"]), [3]);
    assert_eq!(picks("f: ''", &["", "null", "-"]), [1]);
    assert_eq!(picks("f: [null, '']", &["", "null", "-"]), [1, 3]);
    assert_eq!(picks("f|exists: true", &["", "a", "-"]), [1, 2]);
    assert_eq!(picks("f|exists: false", &["", "a", "-"]), [3]);
}

#[test]
fn a_field_with_several_values_matches_if_one_does() {
    let events = [r#"{"f": ["a", "b"]}"#, r#"{"f": ["c"]}"#, r#"{"f": []}"#];
    let none = Options::default();
    assert_eq!(hits("s: {f: a}\ncondition: s", &none, &events), [1]);
    assert_eq!(hits("s: {f: a}\ncondition: not s", &none, &events), [2, 3]);
    assert_eq!(hits("s: {f|contains|all: [a, b]}\ncondition: s", &none, &events), [1]);
}

#[test]
fn maps_are_and_lists_are_or() {
    let none = Options::default();
    let events = [r#"{"a": 1, "b": 2}"#, r#"{"a": 1}"#, r#"{"b": 2}"#, r#"{"c": 3}"#];
    assert_eq!(hits("s: {a: 1, b: 2}\ncondition: s", &none, &events), [1]);
    assert_eq!(hits("s:\n  - a: 1\n  - b: 2\ncondition: s", &none, &events), [1, 2, 3]);
    assert_eq!(hits("s:\n  - {a: 1, b: 2}\n  - c: 3\ncondition: s", &none, &events), [1, 4]);
    assert_eq!(hits("s:\n  - a: 1\n  - '3'\ncondition: s", &none, &events), [1, 2, 4]);
}

#[test]
fn keywords_stand_anywhere_in_the_event() {
    let none = Options::default();
    let events = [
        r#"{"a": "run Mimikatz now"}"#,
        r#"{"b": {"c": ["x", "MIMIKATZ"]}}"#,
        r#"{"mimikatz": 1}"#,
        r#"{"a": "mimi", "b": "katz"}"#,
        r#"{"a": "C:\\mimi\\katz"}"#,
    ];
    assert_eq!(hits("k: [mimikatz]\ncondition: k", &none, &events), [1, 2, 3]);
    assert_eq!(hits("k: mimikatz\ncondition: k", &none, &events), [1, 2, 3]);
    assert_eq!(hits("k:\n  '|all': [mimi, katz]\ncondition: k", &none, &events), [1, 2, 3, 4, 5]);
    assert_eq!(hits("k: ['C:\\mimi\\katz']\ncondition: k", &none, &events), [5]);
    assert_eq!(hits("k: ['mimi*katz']\ncondition: k", &none, &events[..3]), [1, 2, 3]);
    assert_eq!(hits("k:\n  '|re': 'M[a-z]+z now'\ncondition: k", &none, &events), [1]);
    assert_eq!(hits("k:\n  '|cased': MIMIKATZ\ncondition: k", &none, &events), [2]);
    assert_eq!(hits("k: [1]\ncondition: k", &none, &events), [3]);
}

#[test]
fn names_of_fields_may_hold_anything_but_a_bar() {
    let none = Options::default();
    let events = [
        r#"{"a.b": "1", "with space": "1", "@x": "1", "{y}": "1", "p,q": "1"}"#,
        r#"{"a": {"b": "1"}}"#,
    ];
    assert_eq!(hits("s: {a.b: 1}\ncondition: s", &none, &events), [1, 2]);
    for name in ["with space", "@x", "{y}", "p,q"] {
        assert_eq!(hits(&format!("s:\n  '{name}': 1\ncondition: s"), &none, &events), [1]);
    }
}

/// Whether a pattern matches, letter by letter, straight from the specification's words.
fn slow(pattern: &[char], text: &[char]) -> bool {
    let (literal, rest) = match pattern {
        [] => return text.is_empty(),
        ['*', rest @ ..] => return (0..=text.len()).any(|skip| slow(rest, &text[skip..])),
        ['?', rest @ ..] => return !text.is_empty() && slow(rest, &text[1..]),
        ['\\', next @ ('\\' | '*' | '?'), rest @ ..] => (next, rest),
        [literal, rest @ ..] => (literal, rest),
    };
    text.first().is_some_and(|c| c.eq_ignore_ascii_case(literal)) && slow(rest, &text[1..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn patterns_mean_what_the_specification_says(
        pattern in r"[aAb\\*?]{0,7}",
        texts in prop::collection::vec(r"[abB\\*?]{0,7}", 8),
    ) {
        let rule = rule(&format!("s: {{f: '{pattern}'}}\ncondition: s"));
        let plan = compile(&read(&rule).documents[0], &Options::default()).plan.unwrap();
        let letters: Vec<char> = pattern.chars().collect();
        for text in texts {
            let event = Event::new(&serde_json::json!({ "f": text }).to_string());
            let found = eval(&plan.filters[0].pred, &event, &Context::default()).unwrap();
            let wanted = slow(&letters, &text.chars().collect::<Vec<_>>());
            prop_assert_eq!(found, wanted, "{} {}", pattern, text);
        }
    }
}
