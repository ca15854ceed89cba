use super::*;
use tripline_ir::{Bound, Glob, Order, Scalar, TextMode};

/// 2020-06-15T12:34:56Z.
const NOW: i64 = 1_592_224_496_000_000_000;

fn passes(test: &Test, value: &str) -> bool {
    Compiled::new(test, NOW).unwrap().matches(value)
}

fn check(test: &Test, cases: &[(&str, bool)]) {
    for (value, expected) in cases {
        assert_eq!(passes(test, value), *expected, "{value:?} for {test:?}");
    }
}

fn glob(pattern: &str, case: Case) -> Test {
    Test::Glob { patterns: vec![Glob::parse(pattern, true, case)], case }
}

fn regex(pattern: &str, case: Case, anchored: bool) -> Test {
    Test::Regex { patterns: vec![pattern.into()], case, anchored }
}

fn range(lower: Bound, upper: Bound, order: Order) -> Test {
    Test::Range { lower, upper, order }
}

fn text(s: &str) -> Scalar {
    Scalar::Text(s.into())
}

#[test]
fn equality_folds_ascii_or_unicode_or_nothing() {
    let equals = |v: &str, case: Case| Test::Equals { values: vec![case.fold(v).into()], case };
    check(&equals("CMD.exe", Case::Sensitive), &[("CMD.exe", true), ("cmd.exe", false)]);
    check(&equals("CMD.É", Case::Ascii), &[("cmd.É", true), ("cmd.é", false)]);
    check(&equals("CMD.É", Case::Unicode), &[("cmd.É", true), ("CMD.é", true), ("cmd.e", false)]);
    check(&equals("*", Case::Sensitive), &[("*", true), ("x", false)]);
}

#[test]
fn globs_match_from_end_to_end() {
    use Case::{Ascii, Sensitive, Unicode};
    for (pattern, value, case, expected) in [
        ("", "", Sensitive, true),
        ("", "a", Sensitive, false),
        ("*", "", Sensitive, true),
        ("?", "", Sensitive, false),
        ("?", "é", Sensitive, true),
        ("a?c", "abc", Sensitive, true),
        ("a?c", "ac", Sensitive, false),
        ("*.exe", "x.EXE", Ascii, true),
        ("*.exe", "x.EXE", Sensitive, false),
        ("*.exe", "x.exe ", Ascii, false),
        ("?:\\Windows\\*", "C:\\WINDOWS\\x", Ascii, true),
        ("?:\\Windows\\*", "CC:\\WINDOWS\\x", Ascii, false),
        ("a*b*c", "a b b c", Sensitive, true),
        ("a*b*c", "a c b", Sensitive, false),
        ("ab*ba", "aba", Sensitive, false),
        ("*a?c*", "xxabcx", Sensitive, true),
        ("*aab", "aaab", Sensitive, true),
        ("*?", "é", Sensitive, true),
        ("*??", "é", Sensitive, false),
        ("*É*", "xéx", Ascii, false),
        ("*É*", "xéx", Unicode, true),
        ("line*end", "line\nx\nend", Sensitive, true),
    ] {
        assert_eq!(passes(&glob(pattern, case), value), expected, "{pattern} {value:?} {case:?}");
    }
}

#[test]
fn regexes_are_anchored_or_not_and_fold_as_told() {
    check(&regex("a|b", Case::Sensitive, true), &[("a", true), ("ab", false), ("A", false)]);
    check(&regex("b+", Case::Sensitive, false), &[("abbc", true), ("ac", false)]);
    check(&regex("[a-c]k", Case::Ascii, true), &[("AK", true), ("a\u{212a}", false)]);
    check(&regex("k", Case::Unicode, true), &[("K", true), ("\u{212a}", true)]);
    check(&regex("é", Case::Ascii, true), &[("é", true), ("É", false)]);
    check(&regex("é", Case::Unicode, true), &[("É", true)]);
    check(&regex("(?x) a # why\n", Case::Sensitive, true), &[("a", true), ("ab", false)]);
    for bad in ["(", "a{100000}{100000}", "(?=x)y"] {
        for case in [Case::Sensitive, Case::Ascii] {
            let error = Compiled::new(&regex(bad, case, true), NOW).unwrap_err();
            assert!(error.message.contains("regular expression"), "{error}");
        }
    }
}

#[test]
fn numbers_and_booleans_read_the_text() {
    check(
        &Test::Number(vec![443.0, 0.5]),
        &[
            ("443", true),
            ("443.0", true),
            ("4.43e2", true),
            (".5", true),
            ("0x1bb", false),
            (" 443", false),
            ("", false),
            ("nan", false),
        ],
    );
    check(&Test::Bool(true), &[("true", true), ("TRUE", true), ("1", false), ("false", false)]);
    check(&Test::Bool(false), &[("False", true), ("0", false), ("", false)]);
}

#[test]
fn networks_hold_addresses_of_both_families() {
    let nets = |n: &[&str]| Test::Cidr(n.iter().map(|n| n.parse().unwrap()).collect());
    check(
        &nets(&["10.6.48.157/8", "::1/128"]),
        &[
            ("10.200.0.1", true),
            ("::ffff:10.1.2.3", true),
            ("11.0.0.1", false),
            ("::1", true),
            ("::2", false),
            ("host", false),
            ("10.0.0.0/8", false),
        ],
    );
    check(&nets(&["::ffff:10.0.0.0/104"]), &[("10.1.1.1", true), ("11.1.1.1", false)]);
    check(&nets(&["0.0.0.0/0"]), &[("1.2.3.4", true), ("fe80::1", false)]);
    check(&nets(&["fe80::/10"]), &[("fe80::1", true), ("1.2.3.4", false)]);
}

#[test]
fn ranges_compare_in_their_order() {
    use Bound::{Exclusive, Inclusive, Open};
    let n = Scalar::Number;
    check(
        &range(Inclusive(n(10.0)), Exclusive(n(20.0)), Order::Number),
        &[("10", true), ("9.99", false), ("19", true), ("20", false), ("1e1", true), ("x", false)],
    );
    check(
        &range(Exclusive(text("b")), Open, Order::Text),
        &[("ba", true), ("b", false), ("B", false), ("é", true)],
    );
    check(
        &range(Inclusive(text("10.0.0.9")), Inclusive(text("10.0.0.100")), Order::Ip),
        &[("10.0.0.10", true), ("10.0.0.101", false), ("::ffff:10.0.0.50", true), ("x", false)],
    );
    check(
        &range(Open, Exclusive(text("1.5.0")), Order::Version),
        &[("1.2.4-SNAPSHOT", true), ("1.11.3", false), ("1.5.0-rc1", true), ("bad", false)],
    );
    check(
        &range(Exclusive(text("1.5.0")), Open, Order::Version),
        &[("1.11.3", true), ("1.5.0", false), ("1.5.0.1", true), ("bad", true)],
    );
    check(
        &range(Exclusive(n(10.0)), Open, Order::NumberElseText),
        &[("9", false), ("11", true), ("abc", true), ("-", false)],
    );
    assert!(Compiled::new(&range(Open, Exclusive(text("x")), Order::Number), NOW).is_err());
    assert!(Compiled::new(&range(Open, Exclusive(text("x")), Order::Ip), NOW).is_err());
}

#[test]
fn date_bounds_are_rounded_as_elasticsearch_does() {
    use Bound::{Exclusive, Inclusive, Open};
    let date = |s: &str| Scalar::DateMath(s.into());
    for (lower, upper, value, expected) in [
        (Inclusive(date("now-30d/d")), Open, "2020-05-16T00:00:00Z", true),
        (Inclusive(date("now-30d/d")), Open, "2020-05-15T23:59:59.999Z", false),
        (Exclusive(date("now/d")), Open, "2020-06-15T23:59:59Z", false),
        (Exclusive(date("now/d")), Open, "2020-06-16T00:00:00Z", true),
        (Open, Inclusive(date("now/M")), "2020-06-30T23:59:59.999Z", true),
        (Open, Exclusive(date("now/M")), "2020-05-31T23:59:59.999Z", true),
        (Open, Exclusive(date("now/w")), "2020-06-14", true),
        (Open, Exclusive(date("now/w")), "2020-06-15", false),
        (Inclusive(date("2020-01-31||+1M/d")), Open, "2020-02-29", true),
        // Rounded up each time: the end of today and an hour more.
        (Open, Inclusive(date("now/d+1h")), "2020-06-16T00:59:59.999Z", true),
        (Open, Inclusive(date("now/d+1h")), "2020-06-16T01:00:00Z", false),
        (Open, Exclusive(date("now/d+1h")), "2020-06-15T01:00:00Z", false),
        (Open, Inclusive(date("now/1M")), "2020-06-30T23:59:59.999Z", true),
        (Open, Inclusive(date("2020-01-01")), "2020-01-01T13:00:00Z", true),
        (Open, Exclusive(date("2020-01-01")), "2020-01-01T00:00:00Z", false),
        (Exclusive(date("2020-01-01")), Open, "2020-01-01T13:00:00Z", false),
        (Inclusive(date("2020")), Inclusive(date("2020-01")), "2020-01-01T10:00:00Z", true),
        // A month or a year alone ends with its first day; rounded it ends with its last.
        (Open, Inclusive(date("2020-01")), "2020-01-01T23:59:59.999Z", true),
        (Open, Inclusive(date("2020-01")), "2020-01-02", false),
        (Exclusive(date("2020-01")), Open, "2020-01-01T23:59:59Z", false),
        (Exclusive(date("2020-01")), Open, "2020-01-02", true),
        (Open, Exclusive(date("2020-01")), "2020-01-01", false),
        (Open, Inclusive(date("2020")), "2020-01-01T23:59:59.999Z", true),
        (Open, Inclusive(date("2020")), "2020-01-02", false),
        (Open, Inclusive(date("2020-01||/M")), "2020-01-31T23:59:59.999Z", true),
        (Open, Inclusive(date("2020||/y")), "2020-12-31", true),
        (Open, Inclusive(date("2020-01-01T10")), "2020-01-01T10:59:59.999Z", true),
        (Open, Inclusive(date("2020-01-01T10:00:00")), "2020-01-01T10:00:00.999Z", true),
        (Inclusive(date("2020-01-01T00:00:00+02:00")), Open, "2019-12-31T22:00:00Z", true),
        (Inclusive(date("1577836800000")), Inclusive(date("1577836800000")), "2020-01-01", true),
        (Inclusive(date("now-1m")), Inclusive(date("now")), "1592224496000", true),
        (Inclusive(date("now-1m")), Inclusive(date("now")), "not a date", false),
    ] {
        let test = range(lower, upper, Order::Date);
        assert_eq!(passes(&test, value), expected, "{value} {test:?}");
    }
    for bad in ["now-", "now-1x", "2020-13-01", "now/2d", "", "yesterday"] {
        assert!(
            Compiled::new(&range(Open, Exclusive(date(bad)), Order::Date), NOW).is_err(),
            "{bad}"
        );
    }
}

#[test]
fn text_is_matched_by_words() {
    let words =
        |t: &[&str], mode| Test::Text { tokens: t.iter().map(|t| (*t).into()).collect(), mode };
    let value = "Invoke-Mimikatz -DumpCreds";
    for (tokens, mode, expected) in [
        (&["invoke", "mimikatz"][..], TextMode::Phrase, true),
        (&["mimikatz", "invoke"], TextMode::Phrase, false),
        (&["mimikatz", "invoke"], TextMode::All, true),
        (&["mimi", "dumpcreds"], TextMode::All, false),
        (&["mimi", "dumpcreds"], TextMode::Any, true),
        (&["mimi*"], TextMode::Any, true),
        (&["m?mikatz"], TextMode::Any, true),
        (&["m?mi"], TextMode::Any, false),
        (&["*katz", "dump*"], TextMode::Phrase, true),
        (&[], TextMode::All, false),
    ] {
        assert_eq!(passes(&words(tokens, mode), value), expected, "{tokens:?} {mode:?}");
    }
}

#[test]
fn negation_and_choice_of_tests() {
    let one = Test::Equals { values: vec!["1".into()], case: Case::Sensitive };
    let any = Test::Any(vec![one.clone(), Test::Bool(true)]);
    check(&any, &[("1", true), ("true", true), ("2", false)]);
    check(&Test::Not(Box::new(any)), &[("1", false), ("2", true), ("", true)]);
    let mut deep = one;
    for _ in 0..10_000 {
        deep = Test::Not(Box::new(deep));
    }
    assert!(Compiled::new(&deep, NOW).is_err());
    // Dropping ten thousand boxes one inside the other is the plan's problem, not this test's.
    while let Test::Not(inner) = deep {
        deep = *inner;
    }
}

#[test]
fn raw_text_is_tested_as_a_whole_and_by_words() {
    let equals = |v: &str| {
        let test = Test::Equals { values: vec![v.into()], case: Case::Unicode };
        Compiled::new(&test, NOW).unwrap()
    };
    let raw = r#"{"user":"Bob Smith","host":"web-01.example.com"}"#;
    for (word, expected) in
        [("bob", true), ("smith", true), ("web-01.example.com", true), ("web", true), ("bo", false)]
    {
        assert_eq!(equals(word).matches_raw(raw), expected, "{word}");
    }
    let phrase = Compiled::new(&glob("*Bob Smith*", Case::Unicode), NOW).unwrap();
    assert!(phrase.matches_raw(raw));
}
