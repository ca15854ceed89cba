//! What each modifier does, and in which order.

use crate::{hits, picks};
use std::collections::BTreeMap;
use tripline_sigma::Options;

#[test]
fn affixes() {
    let values = ["abc", "xABCx", "abcx", "xabc", "ab", "-"];
    assert_eq!(picks("f|contains: abc", &values), [1, 2, 3, 4]);
    assert_eq!(picks("f|startswith: abc", &values), [1, 3]);
    assert_eq!(picks("f|endswith: abc", &values), [1, 4]);
    assert_eq!(picks("f|contains: 'a*c'", &["xa--cx", "ca"]), [1]);
    assert_eq!(picks(r"f|contains: 'a\*c'", &["xa*cx", "xabcx"]), [1]);
    assert_eq!(picks("f|contains: '*abc'", &values), [1, 2, 3, 4]);
    assert_eq!(picks("f|contains: 44", &["x445", "4"]), [1]);
    assert_eq!(picks("f|contains: ''", &["", "a", "-"]), [1, 2]);
    assert_eq!(picks(r"f|endswith: '\cmd.exe'", &[r"C:\cmd.exe", "cmd.exe"]), [1]);
    assert_eq!(picks(r"f|startswith: 'C:\'", &[r"C:\a", "C:/a"]), [1]);
}

#[test]
fn all_links_with_and() {
    let values = ["a b", "b a c", "a", "b"];
    assert_eq!(picks("f|contains|all: [a, b]", &values), [1, 2]);
    assert_eq!(picks("f|all|contains: [a, b]", &values), [1, 2]);
    assert_eq!(picks("f|contains: [a, b]", &values), [1, 2, 3, 4]);
    // What one value became stays one of several.
    assert_eq!(
        picks("f|windash|contains|all: [' -a', ' -b']", &["x /a -b", "x -a", "x -b \u{2013}a"]),
        [1, 3]
    );
}

#[test]
fn neq_is_plain_negation() {
    assert_eq!(picks("f|neq: a", &["a", "A", "b", "", "-"]), [3, 4, 5]);
    assert_eq!(picks("f|neq: [a, b]", &["a", "b", "c", "-"]), [3, 4]);
    assert_eq!(picks("f|neq: 4", &["4", "4.0", "5", "-"]), [3, 4]);
    assert_eq!(picks("f|contains|neq: a", &["xax", "b"]), [2]);
    assert_eq!(picks("f|contains|all|neq: [a, b]", &["ab", "a", "c"]), [2, 3]);
}

#[test]
fn case_counts_when_it_is_said() {
    assert_eq!(picks("f|cased: Abc", &["Abc", "abc"]), [1]);
    assert_eq!(picks("f|contains|cased: Abc", &["xAbcx", "xabcx"]), [1]);
    assert_eq!(picks("f|cased|contains: Abc", &["xAbcx", "xabcx"]), [1]);
    assert_eq!(picks("f|cased: ['Ab*', 'X']", &["Abc", "abc", "X", "x"]), [1, 3]);
}

#[test]
fn expressions_match_anywhere_and_case_counts() {
    assert_eq!(picks("f|re: 'a.c'", &["xabcx", "xABCx", "a\nc"]), [1]);
    assert_eq!(picks("f|re: '^a.c$'", &["abc", "xabc"]), [1]);
    assert_eq!(picks("f|re|i: 'a.c'", &["xabcx", "xABCx"]), [1, 2]);
    assert_eq!(picks("f|re|ignorecase: 'ä'", &["Ä"]), [1]);
    assert_eq!(picks("f|re|s: 'a.c'", &["a\nc"]), [1]);
    assert_eq!(picks("f|re|m: '^b$'", &["a\nb\nc", "ab"]), [1]);
    assert_eq!(picks("f|re|i|m|s: '^B.C$'", &["a\nb\nc", "a"]), [1]);
    // Backslashes and stars are those of the expression.
    assert_eq!(picks(r"f|re: 'C:\\[a-z]*\.exe'", &[r"C:\cmd.exe", "C:cmd.exe"]), [1]);
    assert_eq!(picks("f|re: [a, b]", &["xa", "b", "c"]), [1, 2]);
    assert_eq!(picks("f|re|all: [a, b]", &["xab", "b"]), [1]);
    assert_eq!(picks("f|re: 4.4", &["4x4"]), [1]);
    assert_eq!(picks("f|re|neq: a", &["a", "b", "-"]), [2, 3]);
    assert_eq!(picks("f|re: '{a}'", &["{a}"]), [1]);
    assert_eq!(picks("f|re: ''", &["", "a", "-"]), [1, 2]);
}

#[test]
fn affixes_tie_expressions_to_ends() {
    let values = ["ab", "xab", "abx", "ac"];
    assert_eq!(picks("f|re|startswith: 'a[bc]'", &values), [1, 3, 4]);
    assert_eq!(picks("f|re|endswith: 'a[bc]'", &values), [1, 2, 4]);
    assert_eq!(picks("f|re|contains: 'a[bc]'", &values), [1, 2, 3, 4]);
    assert_eq!(picks("f|re|startswith: 'b|a'", &values), [1, 3, 4]);
}

#[test]
fn networks() {
    let values = ["10.1.2.3", "11.0.0.1", "::ffff:10.0.0.1", "fe80::1", "x", "-"];
    assert_eq!(picks("f|cidr: 10.0.0.0/8", &values), [1, 3]);
    assert_eq!(picks("f|cidr: 'fe80::/10'", &values), [4]);
    assert_eq!(picks("f|cidr: [11.0.0.1, 10.0.0.0/8]", &values), [1, 2, 3]);
    assert_eq!(picks("f|cidr|neq: 10.0.0.0/8", &values), [2, 4, 5, 6]);
}

#[test]
fn comparisons_are_between_numbers() {
    let values = ["9", "10", "10.5", "100", "x", "-"];
    assert_eq!(picks("f|lt: 10", &values), [1]);
    assert_eq!(picks("f|lte: 10", &values), [1, 2]);
    assert_eq!(picks("f|gt: 10", &values), [3, 4]);
    assert_eq!(picks("f|gte: '10'", &values), [2, 3, 4]);
    assert_eq!(picks("f|gt: 10.2", &values), [3, 4]);
    assert_eq!(picks("f|gt|neq: 10", &values), [1, 2, 5, 6]);
}

#[test]
fn dashes_of_options() {
    let values = ["x -c", "x /c", "x \u{2013}c", "x \u{2014}c", "x \u{2015}c", "x +c", "x--c"];
    assert_eq!(picks("f|windash|endswith: ' -c'", &values), [1, 2, 3, 4, 5]);
    assert_eq!(picks("f|contains|windash: ' /c'", &values), [1, 2, 3, 4, 5]);
    assert_eq!(picks("f|windash|contains: 'a-c'", &["a-c", "a/c"]), [1]);
    assert_eq!(picks("f|windash: '-a -b'", &["/a -b", "-a /b", "/a /b", "a b"]), [1, 2, 3]);
    assert_eq!(picks("f|windash: 'plain'", &["plain"]), [1]);
    assert_eq!(picks("f|windash|contains: '*-c*'", &["x/c"]), [1]);
}

#[test]
fn encodings() {
    assert_eq!(picks("f|base64: foobar", &["Zm9vYmFy", "foobar"]), [1]);
    assert_eq!(picks("f|base64|contains: foobar", &["xxZm9vYmFyxx"]), [1]);
    let offsets = ["..Zm9vYmFy", "..Zvb2Jhc..", "..mb29iYX..", "Zm9vYmF"];
    assert_eq!(picks("f|base64offset|contains: foobar", &offsets), [1, 2, 3]);
    assert_eq!(picks("f|wide: ab", &["a\u{0}b\u{0}", "\u{0}a\u{0}b", "ab"]), [1]);
    assert_eq!(picks("f|utf16le: ab", &["a\u{0}b\u{0}"]), [1]);
    assert_eq!(picks("f|utf16be: ab", &["a\u{0}b\u{0}", "\u{0}a\u{0}b"]), [2]);
    assert_eq!(picks("f|utf16: a", &["\u{ff}\u{fe}a\u{0}"]), [1]);
    // `ping` as UTF-16 in Base64, and with a byte order mark.
    assert_eq!(picks("f|wide|base64: ping", &["cABpAG4AZwA="]), [1]);
    assert_eq!(picks("f|utf16|base64: ping", &["//5wAGkAbgBnAA=="]), [1]);
    assert_eq!(picks("f|utf16be|base64: ping", &["AHAAaQBuAGc="]), [1]);
    assert_eq!(
        picks("f|wide|base64offset|contains: ping", &["xxcABpAG4AZwA=", "wAGkAbgBnA"]),
        [1, 2]
    );
    assert_eq!(picks("f|wide|base64: 'Ä€'", &["xACsIA=="]), [1]);
    assert_eq!(picks("f|base64: 'Ä'", &["w4Q="]), [1]);
}

#[test]
fn other_fields() {
    let none = Options::default();
    let events = [
        r#"{"f": "Abc", "g": "aBC"}"#,
        r#"{"f": "abcd", "g": "abc"}"#,
        r#"{"f": "xabc", "g": "abc"}"#,
        r#"{"f": "abc"}"#,
        r#"{"g": "abc"}"#,
        r#"{"f": ["x", "abc"], "g": ["abc", "y"]}"#,
    ];
    let of = |item: &str| hits(&format!("s: {{{item}: g}}\ncondition: s"), &none, &events);
    assert_eq!(of("f|fieldref"), [1, 6]);
    assert_eq!(of("f|fieldref|cased"), [6]);
    assert_eq!(of("f|cased|fieldref"), [6]);
    assert_eq!(of("f|fieldref|startswith"), [1, 2, 6]);
    assert_eq!(of("f|startswith|fieldref"), [1, 2, 6]);
    assert_eq!(of("f|fieldref|endswith"), [1, 3, 6]);
    assert_eq!(of("f|fieldref|contains"), [1, 2, 3, 6]);
    assert_eq!(of("f|contains|fieldref"), [1, 2, 3, 6]);
    assert_eq!(of("f|fieldref|neq"), [2, 3, 4, 5]);
}

#[test]
fn parts_of_a_time() {
    let values = [
        "2026-11-22T03:04:05Z",
        "2026-11-22 22:59:00.1+02:00",
        "1767225600000",
        "1767225600",
        "later",
        "-",
    ];
    assert_eq!(picks("f|hour: 3", &values), [1]);
    assert_eq!(picks("f|hour: [22, 0]", &values), [2, 3, 4]);
    assert_eq!(picks("f|minute: 59", &values), [2]);
    assert_eq!(picks("f|day: 22", &values), [1, 2]);
    assert_eq!(picks("f|week: 47", &values), [1, 2]);
    assert_eq!(picks("f|month: 11", &values), [1, 2]);
    assert_eq!(picks("f|year: 2026", &values), [1, 2, 3, 4]);
    assert_eq!(picks("f|hour|gte: 20", &values), [2]);
    assert_eq!(picks("f|lt|hour: 3", &values), [3, 4]);
}

#[test]
fn placeholders_take_their_values() {
    let options = Options {
        placeholders: BTreeMap::from([
            ("admins".into(), vec!["root".into(), "adm_*".into()]),
            ("sites".into(), vec!["a".into(), "b".into()]),
        ]),
        ..Options::default()
    };
    let events = [
        r#"{"f": "ROOT"}"#,
        r#"{"f": "adm_x"}"#,
        r#"{"f": "%admins%"}"#,
        r#"{"f": "b\\adm_1"}"#,
        r#"{"f": "100%"}"#,
    ];
    let of = |item: &str| hits(&format!("s:\n  {item}\ncondition: s"), &options, &events);
    assert_eq!(of("f|expand: '%admins%'"), [1, 2]);
    assert_eq!(of("f: '%admins%'"), [3]);
    assert_eq!(of(r"f|expand: '%sites%\%admins%'"), [] as [usize; 0]);
    assert_eq!(of(r"f|expand: '%sites%\\\\%admins%'"), [4]);
    assert_eq!(of(r"f|expand: '100\%'"), [5]);
    assert_eq!(of("f|contains|expand: '%sites%'"), [2, 3, 4]);
    assert_eq!(of("f|expand|neq: '%admins%'"), [3, 4, 5]);
    assert_eq!(of("f|re|expand: '^%sites%.adm'"), [4]);
    assert_eq!(of("f|re|i|expand: '^%admins%$'"), [1, 2]);
}

#[test]
fn the_reference_names_all_modifiers() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/reference/sigma.md");
    let page = std::fs::read_to_string(path).unwrap();
    for name in tripline_sigma::modifiers::DEFINITIONS.iter().flat_map(|d| d.names) {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
