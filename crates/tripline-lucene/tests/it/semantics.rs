//! What a clause means, by the type of its field.

use tripline_diag::has_errors;
use tripline_lucene::{Options, compile_pred_with};
use tripline_schema::{FieldInfo, FieldType, Fields, View};

const FIELDS: [(&str, FieldType); 14] = [
    ("dns.id", FieldType::Keyword),
    ("name", FieldType::Keyword),
    ("line", FieldType::Wildcard),
    ("dataset", FieldType::ConstantKeyword),
    ("message", FieldType::Text),
    ("port", FieldType::Long),
    ("risk", FieldType::Double),
    ("flag", FieldType::Boolean),
    ("@timestamp", FieldType::Date),
    ("ip", FieldType::Ip),
    ("version", FieldType::Version),
    ("labels", FieldType::Flattened),
    ("file", FieldType::Object),
    ("file.name", FieldType::Keyword),
];

/// An open world in which these fields are known.
struct World;

impl Fields for World {
    fn field(&self, _: &View, name: &str) -> FieldInfo {
        FIELDS.iter().find(|f| f.0 == name).map_or(FieldInfo::UNKNOWN, |f| FieldInfo {
            ty: f.1,
            known: true,
            ..FieldInfo::UNKNOWN
        })
    }

    fn field_names(&self, _: &View) -> Vec<&str> {
        FIELDS.iter().map(|f| f.0).collect()
    }
}

fn shown(text: &str, options: &Options) -> String {
    let (pred, diagnostics) = compile_pred_with(text, options, &World);
    assert!(!has_errors(&diagnostics), "{text:?}: {diagnostics:?}");
    let filter = tripline_ir::Filter {
        scope: tripline_ir::Scope::Any,
        pred: pred.unwrap(),
        span: tripline_diag::Span::default(),
    };
    let tail = tripline_ir::Tail::Each { pipes: vec![] };
    let printed = tripline_ir::print(&tripline_ir::Plan { filters: vec![filter], tail });
    let lines: Vec<&str> = printed.lines().map(str::trim_start).collect();
    lines[1..lines.len() - 1].join(" | ")
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(shown(text, &Options::default()), *expected, "{text:?}");
    }
}

#[test]
fn keywords_are_compared_whole() {
    check(&[
        ("name:Cmd.exe", "name = [\"Cmd.exe\"]"),
        ("name:\"Cmd.exe /c\"", "name = [\"Cmd.exe /c\"]"),
        ("name:(start or stop)", "name = [\"start or stop\"]"),
        ("name:*cmd?.exe", "name glob [\"*cmd?.exe\"]"),
        ("name:cmd*", "name glob [\"cmd*\"]"),
        ("name:\"cmd*\"", "name = [\"cmd*\"]"),
        ("name:/a.c|d+/", "name regex whole [\"(?s)a.c|d+\"]"),
        ("name:/~(a+)/", "name other than regex whole [\"(?:a+)\"]"),
        ("name:[a TO c}", "name a..<c by Text"),
        ("name:\"a b\"~5", "name = [\"a b\"]"),
        ("line:*-enc*", "line glob [\"*-enc*\"]"),
        ("dataset:network*", "dataset glob [\"network*\"]"),
        ("labels.env:prod", "labels.env = [\"prod\"]"),
        ("labels:prod", "<labels.*> = [\"prod\"]"),
        ("name.caseless:CMD*", "name glob~ [\"cmd*\"]"),
        ("name.keyword:CMD", "name = [\"CMD\"]"),
    ]);
}

#[test]
fn text_is_compared_by_words() {
    check(&[
        ("message:Logon", "message text Any [\"logon\"]"),
        ("message:(Logon FAILED)", "message text Any [\"logon\", \"failed\"]"),
        ("message:\"Logon FAILED\"", "message text Phrase [\"logon\", \"failed\"]"),
        ("message:\"logon\"~5", "message text Phrase [\"logon\"]"),
        ("message:LOG*n", "message text Any [\"log*n\"]"),
        ("message:l?gon", "message text Any [\"l?gon\"]"),
        // A prefix is analysed, and one of its words is enough.
        ("message:New-Obj*", "message text Any [\"new\", \"obj*\"]"),
        // Without a word the clause is left out.
        ("message:\"--\" OR name:a", "name = [\"a\"]"),
        ("message:\"--\"", "false"),
        ("name.text:Foo", "name text Any [\"foo\"]"),
        (
            "powershell.file.script_block_text:\"Net.WebClient\"",
            "powershell.file.script_block_text regex~ find \
             [\"(?:^|[^A-Za-z0-9_-])net[^A-Za-z0-9_-]+webclient(?:[^A-Za-z0-9_-]|$)\"]",
        ),
    ]);
}

#[test]
fn other_types_read_the_text() {
    check(&[
        ("port:445", "port =number [445.0]"),
        ("port:\"445\"", "port =number [445.0]"),
        ("port:>1024", "port <1024.. by Number"),
        ("port:(>=1 AND <=5)", "and | port 1.. by Number | port ..5 by Number"),
        ("port:[1 TO 5]", "port 1..5 by Number"),
        ("port:{1 TO *]", "port <1.. by Number"),
        ("risk:1.50", "risk =number [1.5]"),
        ("flag:true", "flag =bool true"),
        ("ip:10.0.0.1", "ip in 10.0.0.1/32"),
        ("ip:\"10.0.0.0/8\"", "ip in 10.0.0.0/8"),
        ("ip:10.0.0.0\\/8", "ip in 10.0.0.0/8"),
        ("ip:[10.0.0.5 TO 10.0.0.9}", "ip 10.0.0.5..<10.0.0.9 by Ip"),
        ("@timestamp:[now-1d/d TO now}", "@timestamp now-1d/d..<now by Date"),
        ("@timestamp:\"2026-11\"", "@timestamp 2026-11..2026-11 by Date"),
        ("version:>=8.9.0", "version 8.9.0.. by Version"),
        ("x.y:a", "x.y = [\"a\"]"),
        ("x.y:445", "x.y any(= [\"445\"], =number [445.0])"),
        ("x.y:10.0.0.1", "x.y any(= [\"10.0.0.1\"], in 10.0.0.1/32)"),
        ("x.y:>5", "x.y <5.. by Number"),
        ("x.y:[2026-01-01 TO *]", "x.y 2026-01-01.. by Date"),
    ]);
}

#[test]
fn existence_and_everything() {
    check(&[
        ("", "true"),
        ("*", "true"),
        ("*:*", "true"),
        ("name:*", "name exists"),
        ("_exists_:ip", "ip exists"),
        ("NOT _exists_:ip", "not | ip exists"),
        ("_exists_:file", "<file.*> exists"),
        // In no catalogue, but fields below it are: an object, or a source's own field.
        ("_exists_:dns", "or | dns exists | <dns.*> exists"),
        ("Foo", "<*> any(= [\"Foo\"], text Any [\"foo\"])"),
        ("\"Foo Bar\"", "<*> any(= [\"Foo Bar\"], text Phrase [\"foo\", \"bar\"])"),
        ("fo*", "<*> any(glob [\"fo*\"], text Any [\"fo*\"])"),
        ("file.\\*:a", "<file.*> = [\"a\"]"),
    ]);
}

#[test]
fn what_must_should_and_must_not_hold() {
    let (a, b, c) = ("name = [\"a\"]", "name = [\"b\"]", "name = [\"c\"]");
    check(&[
        ("name:a OR name:b", &format!("or | {a} | {b}")),
        ("name:a AND name:b", &format!("and | {a} | {b}")),
        // Only what is marked counts beside what is not.
        ("name:a OR name:b AND name:c", &format!("and | {b} | {c}")),
        ("+name:a name:b", a),
        ("name:a name:b -name:c", &format!("and | or | {a} | {b} | not | {c}")),
        ("name:a OR NOT name:b", &format!("and | {a} | not | {b}")),
        ("name:a OR (NOT name:b)", &format!("or | {a} | not | {b}")),
        // A group of exclusions starts from everything.
        ("NOT name:a", &format!("not | {a}")),
        ("-name:a -name:b", &format!("and | not | {a} | not | {b}")),
    ]);
}

#[test]
fn options() {
    let all = Options { all: true, default_fields: vec![] };
    assert_eq!(shown("name:a name:b", &all), "and | name = [\"a\"] | name = [\"b\"]");
    assert_eq!(shown("name:a OR name:b", &all), "or | name = [\"a\"] | name = [\"b\"]");
    assert_eq!(shown("message:(a b)", &all), "message text All [\"a\", \"b\"]");
    let fields = Options { all: false, default_fields: vec!["name".into(), "message".into()] };
    assert_eq!(shown("Foo", &fields), "or | name = [\"Foo\"] | message text Any [\"foo\"]");
}
