//! What could be better.

use crate::rule;
use tripline_sigma::{Options, lint, read};

fn codes(text: &str) -> Vec<&'static str> {
    let read = read(text);
    lint(&read.documents[0], &Options::default()).into_iter().map(|d| d.code.id).collect()
}

fn of(detection: &str) -> Vec<&'static str> {
    codes(&rule(detection))
}

#[test]
fn selections_and_conditions() {
    assert_eq!(of("a: {x: 1}\nb: {x: 1}\ncondition: a"), ["SIG030"]);
    assert_eq!(of("a_1: {x: 1}\na_2: {x: 1}\ncondition: 1 of a_*"), [] as [&str; 0]);
    assert_eq!(of("a: {x: 1}\n_b: {x: 1}\ncondition: 1 of them"), ["SIG030"]);
    assert_eq!(of("a: {x: 1}\nb: {x: 1}\ncondition: all of them"), ["SIG031"]);
    assert_eq!(of("a: {x: 1}\ncondition: a and not a"), ["SIG032"]);
    assert_eq!(of("a: {x: 1}\nb: {x: 1}\ncondition: a and not (b or 1 of a*)"), ["SIG032"]);
    assert_eq!(of("a: {x: 1}\ncondition: a or not a"), ["SIG032"]);
    assert_eq!(of("a: {x: 1}\ntimeframe: 5m\ncondition: a"), ["SIG041"]);
    assert_eq!(of("a: {x: 1}\nb: {x: 1}\ntimeframe: 1m\ncondition: a | near b"), [] as [&str; 0]);
}

#[test]
fn values() {
    let item = |item: &str| of(&format!("s:\n  {item}\ncondition: s"));
    assert_eq!(item(r"f: 'C:\Windows\*'"), ["SIG034"]);
    assert_eq!(item(r"f: 'C:\Windows\\*'"), [] as [&str; 0]);
    assert_eq!(item(r"f|contains: ' \* '"), [] as [&str; 0]);
    assert_eq!(item("f: '*'"), ["SIG035"]);
    assert_eq!(item("f|contains: ''"), ["SIG035"]);
    assert_eq!(item("f|contains: '*a'"), ["SIG036"]);
    assert_eq!(item("f|startswith: '*a'"), [] as [&str; 0]);
    assert_eq!(item("f|contains|all: a"), ["SIG037"]);
    assert_eq!(item("f: [a, b, A]"), ["SIG038"]);
    assert_eq!(item("f|cased: [a, b, A]"), [] as [&str; 0]);
    assert_eq!(item("f|base64offset: abc"), ["SIG039"]);
    assert_eq!(item("f|wide|base64offset|contains: abc"), [] as [&str; 0]);
    assert_eq!(item(r#"f: "C:\temp""#), ["SIG040"]);
    assert_eq!(item("f|wide: abc"), [] as [&str; 0]);
}

#[test]
fn log_sources() {
    let text = "title: T\nlogsource: {product: Windows, service: Some Log, definition: Any Text}\n\
                detection: {s: {a: 1}, condition: s}\n";
    assert_eq!(codes(text), ["SIG033", "SIG033"]);
}

#[test]
fn descriptions() {
    let rest = "logsource: {product: p}\ndetection: {s: {a: 1}, condition: s}\n";
    let of = |head: &str| codes(&format!("{head}{rest}"));
    assert_eq!(of(""), ["SIG033"]);
    assert_eq!(of("title: T\nlevel: hgih\nstatus: test\n"), ["SIG033"]);
    assert_eq!(of("title: T\nid: 1\n"), ["SIG033"]);
    assert_eq!(of("title: T\nid: 929a690e-bef0-4204-a928-ef5e620d6fcc\n"), [] as [&str; 0]);
    assert_eq!(of("title: T\ndate: 2024/01/02\nmodified: 2024-01-02\n"), ["SIG033"]);
    assert_eq!(of("title: T\ntags: [attack.t1059, T1059]\n"), ["SIG033"]);
    assert_eq!(of("title: T\ntags: attack.t1059\n"), ["SIG033"]);
    assert_eq!(of("title: T\nrelated: [{id: x, type: similar}]\n"), ["SIG033"]);
    assert_eq!(of("title: T\nfalsepositve: [x]\n"), ["SIG009"]);
    assert_eq!(of("title: T\nour_own_key: [x]\n"), [] as [&str; 0]);
}
