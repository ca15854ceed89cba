//! Typical mistakes, and all that is said about them.

use crate::fields::{Closed, Open};
use tripline_diag::{SourceText, render};
use tripline_kql::compile;
use tripline_schema::Fields;

fn said(text: &str, fields: &dyn Fields) -> String {
    let source = SourceText::new("q", text);
    let diagnostics = compile(text, fields).diagnostics;
    diagnostics.iter().map(|d| render(d, &source, false)).collect()
}

macro_rules! check {
    ($fields:expr, $text:expr, $expected:expr) => {
        assert_eq!(said($text, &$fields).trim_end(), $expected.trim(), "{}", $text);
    };
}

#[test]
fn equals_sign_instead_of_a_colon() {
    check!(
        Closed,
        "process.name = \"cmd.exe\"",
        r#"
error[KQL001]: expected `and`, `or` or the end, found `"cmd.exe"`
  --> q:1:16
  |
1 | process.name = "cmd.exe"
  |                ^^^^^^^^^
  = help: KQL compares with `:`, as in `field: value`"#
    );
}

#[test]
fn double_equals_without_quotes() {
    check!(
        Closed,
        "process.name == cmd.exe and message:x",
        "
warning[KQL020]: `process.name == cmd.exe` is read as one text
  --> q:1:1
  |
1 | process.name == cmd.exe and message:x
  | ^^^^^^^^^^^^^^^^^^^^^^^
  = help: a comparison is written `field: value`; if the text is meant, put it in quotes"
    );
}

#[test]
fn parenthesis_never_closed() {
    check!(
        Closed,
        "process.name:(\"a\" or \"b\"",
        r#"
error[KQL002]: `(` is never closed
  --> q:1:14
  |
1 | process.name:("a" or "b"
  |              ^
  = help: add `)`"#
    );
}

#[test]
fn quote_closed_by_an_escaped_quote() {
    check!(
        Closed,
        "process.name:\"C:\\\" and message:x",
        r#"
error[KQL002]: `"` is never closed
  --> q:1:14
  |
1 | process.name:"C:\" and message:x
  |              ^
  = help: `\"` is a quote inside the text; a backslash is written `\\`"#
    );
}

#[test]
fn no_value() {
    check!(
        Closed,
        "process.name:",
        r#"
error[KQL003]: no value after `:`
  --> q:1:1
  |
1 | process.name:
  | ^^^^^^^^^^^^^
  = help: an empty text is written `""`, any value `*`"#
    );
}

#[test]
fn stray_backslash() {
    check!(
        Closed,
        "process.name: C\\:\\Windows",
        r"
error[KQL004]: this backslash escapes nothing
  --> q:1:18
  |
1 | process.name: C\:\Windows
  |                  ^
  = help: write `\\`, or put the value in quotes"
    );
}

#[test]
fn missing_and_at_the_end_of_a_line() {
    check!(
        Closed,
        "process.name:a\n  message:b",
        "
error[KQL001]: expected `and`, `or` or the end, found `:`
  --> q:2:10
  |
2 |   message:b
  |          ^
  = help: is `and` or `or` missing before `message`?"
    );
}

#[test]
fn keyword_without_blank() {
    check!(
        Closed,
        "process.name:a and(message:b)",
        "
error[KQL001]: expected `and`, `or` or the end, found `(`
  --> q:1:19
  |
1 | process.name:a and(message:b)
  |                   ^
  = help: `and` needs a blank on both sides"
    );
}

#[test]
fn list_with_in() {
    check!(
        Closed,
        "process.name in (\"a\", \"b\")",
        r#"
error[KQL001]: expected `and`, `or` or the end, found `(`
  --> q:1:17
  |
1 | process.name in ("a", "b")
  |                 ^
  = help: a list of values is written `field: (a or b)`"#
    );
}

#[test]
fn address_without_quotes() {
    check!(
        Closed,
        "source.ip: fe80::1",
        "
error[KQL001]: expected `and`, `or` or the end, found `:`
  --> q:1:16
  |
1 | source.ip: fe80::1
  |                ^
  = help: a value with `:` is put in quotes"
    );
}

#[test]
fn wrong_literals_in_a_list() {
    check!(
        Closed,
        "destination.port: (abc or 44*)",
        "
error[KQL007]: `destination.port` holds numbers, `abc` is none
  --> q:1:20
  |
1 | destination.port: (abc or 44*)
  |                    ^^^
error[KQL011]: `destination.port` holds numbers, which have no wildcards
  --> q:1:27
  |
1 | destination.port: (abc or 44*)
  |                           ^^^
  = help: a range is written with `>=` and `<=`"
    );
}

#[test]
fn wildcard_on_an_address() {
    check!(
        Closed,
        "source.ip: 10.*",
        "
error[KQL011]: `source.ip` holds addresses, which have no wildcards
  --> q:1:12
  |
1 | source.ip: 10.*
  |            ^^^^
  = help: a network is written `10.0.0.0/8`"
    );
}

#[test]
fn network_that_is_none() {
    check!(
        Closed,
        "source.ip: 10.0.0.0/33",
        r#"
error[KQL008]: `source.ip` holds addresses, `10.0.0.0/33` is none
  --> q:1:12
  |
1 | source.ip: 10.0.0.0/33
  |            ^^^^^^^^^^^
  = help: write an address or a network, as in `10.0.0.0/8` or `"fe80::/10"`"#
    );
}

#[test]
fn unknown_field_with_a_near_name() {
    check!(
        Closed,
        "proces.name: a",
        "
error[KQL006]: unknown field `proces.name`
  --> q:1:1
  |
1 | proces.name: a
  | ^^^^^^^^^^^
  = help: did you mean `process.name`?"
    );
}

#[test]
fn wildcard_in_quotes() {
    check!(
        Closed,
        "process.name: \"python*\"",
        r#"
warning[KQL012]: in quotes `*` stands for itself, not for any text
  --> q:1:15
  |
1 | process.name: "python*"
  |               ^^^^^^^^^
  = help: remove the quotes if a wildcard is meant"#
    );
}

#[test]
fn null() {
    check!(
        Closed,
        "process.name: null",
        "
error[KQL013]: nothing can be compared with `null`
  --> q:1:15
  |
1 | process.name: null
  |               ^^^^
  = help: that `process.name` has no value is written `not process.name: *`"
    );
}

#[test]
fn brackets_that_do_not_fit() {
    check!(
        Closed,
        "dns.answers: ( name: a }",
        "
error[KQL002]: `(` is never closed
  --> q:1:14
  |
1 | dns.answers: ( name: a }
  |              ^
  |
1 | dns.answers: ( name: a }
  |                        ^ expected `)` here at the latest
error[KQL001]: expected `and`, `or` or the end, found `:`
  --> q:1:20
  |
1 | dns.answers: ( name: a }
  |                    ^
  = help: a list holds values of one field; a value with `:` is put in quotes"
    );
}

#[test]
fn unknown_field_in_an_open_world() {
    check!(
        Open,
        "proces.name: a",
        "
note[KQL006]: field `proces.name` is in no catalogue: its type is taken from its values
  --> q:1:1
  |
1 | proces.name: a
  | ^^^^^^^^^^^
  = help: did you mean `process.name`?"
    );
    // A name that resembles none may be a source's own. It is said once.
    check!(
        Open,
        "some.vendors.field: a or not some.vendors.field: *",
        "
note[KQL006]: field `some.vendors.field` is in no catalogue: its type is taken from its values
  --> q:1:1
  |
1 | some.vendors.field: a or not some.vendors.field: *
  | ^^^^^^^^^^^^^^^^^^"
    );
}

/// Short forms of the rest: the query, and code and message of each diagnostic.
#[test]
fn every_mistake_has_a_code() {
    let cases: &[(&str, &[&str])] = &[
        ("@timestamp <= 2026-11", &["KQL021 `2026-11` ends with its first day"]),
        ("@timestamp: 2026", &["KQL021 `2026` ends with its first day"]),
        ("@timestamp < 2026-11 and @timestamp >= \"2026\"", &[]),
        ("process.name: and message:x", &["KQL001 expected `and`, `or` or the end, found `:`"]),
        ("process.name:(a or message:b)", &["KQL001 expected `and`, `or` or the end, found `:`"]),
        ("process.name:a && message:b", &["KQL001 expected `and`, `or` or the end, found `:`"]),
        ("process.name:a) or message:b", &["KQL001 `)` closes nothing"]),
        ("process.name:a not message:b", &["KQL001 expected `and`, `or` or the end, found `not`"]),
        ("not(message:b)", &["KQL001 expected `and`, `or` or the end, found `(`"]),
        ("destination.port: abc", &["KQL007 `destination.port` holds numbers, `abc` is none"]),
        (
            "destination.port: 139,445",
            &["KQL007 `destination.port` holds numbers, `139,445` is none"],
        ),
        ("source.ip >= 10.0.0.0/8", &["KQL008 `source.ip` holds addresses, `10.0.0.0/8` is none"]),
        ("process.elevated: yes", &["KQL009 `process.elevated` is true or false, `yes` is none"]),
        ("@timestamp: yesterday", &["KQL010 `@timestamp` holds dates, `yesterday` is none"]),
        ("@timestamp: 2026*", &["KQL011 `@timestamp` holds dates, which have no wildcards"]),
        ("nothing.like: a", &["KQL006 unknown field `nothing.like`"]),
        ("process.name >", &["KQL003 no value after `>`"]),
        ("process.name > a*", &["KQL011 a bound of a range has no wildcards"]),
        ("message > a", &["KQL014 `message` has no order to compare by"]),
        ("file: x", &["KQL015 `file` has no value of its own"]),
        ("file: { hash.md5: x }", &["KQL016 `file` is not an array of objects"]),
        ("file*: { hash.md5: x }", &["KQL016 `file*` is a pattern"]),
        (
            "dns.answers.name: x",
            &["KQL017 `dns.answers.name` belongs to the nested field `dns.answers`"],
        ),
        ("message: \"--\"", &["KQL018 no word of `--` is left to search for"]),
        (
            "process.command_line: *foo bar*",
            &["KQL019 Kibana cuts this value at its blanks; here it is matched as a whole"],
        ),
        (":a", &["KQL001 expected a condition, found `:`"]),
        ("> 5", &["KQL001 expected a condition, found `>`"]),
        ("{ a }", &["KQL001 expected a condition, found `{`"]),
        ("not not message:a", &["KQL001 expected a condition, found `not`"]),
        ("message:a and", &["KQL020 `a and` is read as one text"]),
        ("(message:a", &["KQL002 `(` is never closed"]),
        ("()", &["KQL001 expected a condition, found `)`"]),
        ("process.name:()", &["KQL001 expected a value, found `)`"]),
        ("process.name: not a", &["KQL003 no value after `:`"]),
        (
            "message:a or or message:b",
            &["KQL020 `or message` is read as a field's name", "KQL006 unknown field `or message`"],
        ),
        ("process.name:(a b c) }", &["KQL001 `}` closes nothing"]),
        ("dns.answers: { name: a", &["KQL002 `{` is never closed"]),
        ("xyz.*: a", &["KQL006 no field matches `xyz.*`"]),
    ];
    for (text, expected) in cases {
        let shown: Vec<String> = compile(text, &Closed)
            .diagnostics
            .iter()
            .map(|d| format!("{} {}", d.code.id, d.message))
            .collect();
        assert_eq!(shown, *expected, "{text}");
    }
}
