//! What a comparison means, by the type of its field: each case a query and its condition.

use crate::fields::{Closed, Open};
use tripline_diag::has_errors;
use tripline_schema::Fields;

/// The plan's condition as text, one node a line.
fn plan(text: &str, fields: &dyn Fields) -> String {
    let compiled = tripline_kql::compile(text, fields);
    assert!(!has_errors(&compiled.diagnostics), "{text:?}: {:?}", compiled.diagnostics);
    let printed = tripline_ir::print(&compiled.plan.unwrap());
    let body = printed.strip_prefix("filter 0 Any\n").unwrap().strip_suffix("each []\n").unwrap();
    let lines: Vec<&str> = body.lines().map(|line| line.strip_prefix("  ").unwrap()).collect();
    lines.join("\n")
}

fn closed(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(plan(text, &Closed), *expected, "{text:?}");
    }
}

fn open(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(plan(text, &Open), *expected, "{text:?}");
    }
}

#[test]
fn keywords_count_case_and_know_only_the_star() {
    closed(&[
        ("process.name: Cmd.exe", "process.name = [\"Cmd.exe\"]"),
        ("process.name: \"Cmd.exe\"", "process.name = [\"Cmd.exe\"]"),
        ("process.name: a b", "process.name = [\"a b\"]"),
        ("process.name: true", "process.name = [\"true\"]"),
        ("process.name: 445", "process.name = [\"445\"]"),
        ("process.name: *cmd?.exe", "process.name glob [\"*cmd?.exe\"]"),
        ("process.name: *a b*", "process.name glob [\"*a b*\"]"),
        ("process.name: \"python*\"", "process.name = [\"python*\"]"),
        ("process.name: python\\*", "process.name = [\"python*\"]"),
        ("data_stream.dataset: network*", "data_stream.dataset glob [\"network*\"]"),
        ("process.command_line: * -enc *", "process.command_line glob [\"* -enc *\"]"),
        ("labels.env: prod", "labels.env = [\"prod\"]"),
        ("labels: prod", "<labels.*> = [\"prod\"]"),
    ]);
}

#[test]
fn a_question_mark_is_a_question_mark() {
    let compiled = tripline_kql::compile("process.name: a?*", &Closed);
    let plan = compiled.plan.unwrap();
    let tripline_ir::Pred::Leaf(leaf) = &plan.filters[0].pred else { panic!() };
    let tripline_ir::Test::Glob { patterns, .. } = &leaf.test else { panic!() };
    use tripline_ir::GlobPart::{Literal, Many};
    assert_eq!(patterns[0].parts, [Literal("a?".into()), Many]);
}

#[test]
fn addresses_are_networks() {
    closed(&[
        ("source.ip: 10.0.0.0/8", "source.ip in 10.0.0.0/8"),
        ("source.ip: 10.1.2.3/8", "source.ip in 10.0.0.0/8"),
        ("source.ip: 10.1.2.3", "source.ip in 10.1.2.3/32"),
        ("source.ip: \"FE80::/10\"", "source.ip in fe80::/10"),
        ("source.ip: \"::1\"", "source.ip in ::1/128"),
        ("source.ip: \"::ffff:10.0.0.0/104\"", "source.ip in 10.0.0.0/8"),
        (
            "not source.ip: (10.0.0.0/8 or \"fe80::/10\")",
            "not\n  source.ip in 10.0.0.0/8 fe80::/10",
        ),
        ("source.ip >= 10.0.0.5", "source.ip 10.0.0.5.. by Ip"),
    ]);
}

#[test]
fn numbers_booleans_dates_versions() {
    closed(&[
        ("destination.port: (139 or \"445\")", "destination.port =number [139.0, 445.0]"),
        ("event.risk: 1.50", "event.risk =number [1.5]"),
        ("destination.port > 1024", "destination.port <1024.. by Number"),
        ("destination.port <= \"80\"", "destination.port ..80 by Number"),
        ("process.elevated: true", "process.elevated =bool true"),
        ("process.elevated: \"false\"", "process.elevated =bool false"),
        ("@timestamp: \"2026-11-21\"", "@timestamp 2026-11-21..2026-11-21 by Date"),
        ("@timestamp >= now-30d/d", "@timestamp now-30d/d.. by Date"),
        ("@timestamp < \"2026-11-21T10:00:00Z\"", "@timestamp ..<2026-11-21T10:00:00Z by Date"),
        ("agent.version >= 8.9.0", "agent.version 8.9.0.. by Version"),
        ("agent.version: 8.*", "agent.version glob [\"8.*\"]"),
        ("process.name > m", "process.name <m.. by Text"),
    ]);
}

#[test]
fn text_is_compared_by_words() {
    closed(&[
        (
            "message: \"Logon FAILED: user\"",
            "message text Phrase [\"logon\", \"failed\", \"user\"]",
        ),
        ("message: Logon FAILED", "message text Any [\"logon\", \"failed\"]"),
        ("message: *Fail* user", "message text Any [\"*fail*\", \"user\"]"),
        // A prefix is analysed; any other pattern is one over single words.
        ("message: New-Obj*", "message text Any [\"new\", \"obj*\"]"),
        ("message: *New-Obj", "message text Any [\"*new-obj\"]"),
        ("message: true", "message text Any [\"true\"]"),
        ("message: *", "message exists"),
        // No word is left: never true, so its negation always is.
        ("message: \"--\"", "false"),
        ("not message: \"--\"", "true"),
    ]);
}

#[test]
fn scripts_have_an_analyzer_of_their_own() {
    let pattern = |text: &str| {
        let printed = plan(text, &Open);
        printed.strip_prefix("powershell.file.script_block_text regex~ find ").unwrap().to_owned()
    };
    let field = "powershell.file.script_block_text";
    assert_eq!(
        pattern(&format!("{field}: \"New-Object Net.WebClient\"")),
        "[\"(?:^|[^A-Za-z0-9_-])new-object[^A-Za-z0-9_-]+net[^A-Za-z0-9_-]+webclient\
         (?:[^A-Za-z0-9_-]|$)\"]"
    );
    assert_eq!(
        pattern(&format!("{field}: Get-A* b")),
        "[\"(?:^|[^A-Za-z0-9_-])(?:get-a[A-Za-z0-9_-]*|b)(?:[^A-Za-z0-9_-]|$)\"]"
    );
}

#[test]
fn multi_fields_are_their_base_field_read_otherwise() {
    closed(&[
        ("process.name.caseless: CMD.exe", "process.name =~ [\"cmd.exe\"]"),
        ("process.name.caseless: CMD*", "process.name glob~ [\"cmd*\"]"),
        ("process.name.caseless: ÄX", "process.name =~u [\"äx\"]"),
        ("process.name.text: \"Cmd.exe /c\"", "process.name text Phrase [\"cmd.exe\", \"c\"]"),
        ("process.name.keyword: Cmd", "process.name = [\"Cmd\"]"),
    ]);
    open(&[
        ("vendor.app.caseless: CMD", "vendor.app =~ [\"cmd\"]"),
        ("vendor.app.keyword: Cmd", "vendor.app = [\"Cmd\"]"),
        // `text` may be a field's own name.
        ("vendor.app.text: Cmd", "vendor.app.text = [\"Cmd\"]"),
    ]);
}

#[test]
fn an_unknown_field_takes_the_types_of_its_literal() {
    open(&[
        ("x.y: abc", "x.y = [\"abc\"]"),
        ("x.y: a*", "x.y glob [\"a*\"]"),
        ("x.y: 10.0.0.0/8", "x.y any(= [\"10.0.0.0/8\"], in 10.0.0.0/8)"),
        ("x.y: 10.0.0.1", "x.y any(= [\"10.0.0.1\"], in 10.0.0.1/32)"),
        ("x.y: 445", "x.y any(= [\"445\"], =number [445.0])"),
        ("x.y: true", "x.y any(= [\"true\"], =bool true)"),
        ("x.y: \"false\"", "x.y any(= [\"false\"], =bool false)"),
        // Identifiers are text, whatever they look like.
        ("x.y: 0070", "x.y = [\"0070\"]"),
        ("x.y: 1e5", "x.y = [\"1e5\"]"),
        ("x.y: 12345678901234567890", "x.y = [\"12345678901234567890\"]"),
        ("x.y > 5", "x.y <5.. by Number"),
        ("x.y >= now-1d", "x.y now-1d.. by Date"),
        ("x.y < 10.0.0.1", "x.y ..<10.0.0.1 by Ip"),
        ("x.y < m", "x.y ..<m by Text"),
    ]);
}

#[test]
fn lists_are_one_leaf_per_field() {
    closed(&[
        ("process.name: (a or b or a)", "process.name = [\"a\", \"b\"]"),
        ("process.name: (a or b* or c)", "process.name any(= [\"a\", \"c\"], glob [\"b*\"])"),
        // Not the same field, not the same leaf; `and` never merges (arrays).
        (
            "process.name: a or message: x or process.name: b",
            "or\n  process.name = [\"a\", \"b\"]\n  message text Any [\"x\"]",
        ),
        ("process.name: (a and b)", "and\n  process.name = [\"a\"]\n  process.name = [\"b\"]"),
    ]);
    open(&[(
        "x.y: (1 or true or a)",
        "x.y any(= [\"1\", \"true\", \"a\"], =number [1.0], =bool true)",
    )]);
}

#[test]
fn existence() {
    closed(&[
        ("process.name: *", "process.name exists"),
        ("not process.name: *", "not\n  process.name exists"),
        ("source.ip: *", "source.ip exists"),
        ("geo.location: *", "geo.location exists"),
        // An object exists if one of its fields does.
        ("file: *", "<file.*> exists"),
        (
            "process.name: (* and not \"x\")",
            "and\n  process.name exists\n  not\n    process.name = [\"x\"]",
        ),
        ("*: *", "true"),
        ("", "true"),
    ]);
}

#[test]
fn patterns_over_names_take_the_common_type() {
    closed(&[
        ("file.hash.*: abc", "<file.hash.*> = [\"abc\"]"),
        ("file.hash.*: 445", "<file.hash.*> = [\"445\"]"),
        ("file.hash.*: *", "<file.hash.*> exists"),
        // Types differ: as the literal looks.
        ("process.*: true", "<process.*> any(= [\"true\"], =bool true)"),
    ]);
    open(&[("a.*.b: c", "<a.*.b> = [\"c\"]")]);
}

#[test]
fn names_below_an_open_object_have_its_type() {
    let query = "azure.auditlogs.properties.target_resources.*.display_name: 445";
    assert_eq!(
        plan(query, tripline_schema::Schema::builtin()),
        "<azure.auditlogs.properties.target_resources.*.display_name> = [\"445\"]"
    );
}

#[test]
fn free_text_looks_everywhere() {
    closed(&[
        ("cmd.exe", "<*> any(= [\"cmd.exe\"], text Any [\"cmd.exe\"])"),
        ("\"Foo Bar\"", "<*> any(= [\"Foo Bar\"], text Phrase [\"foo\", \"bar\"])"),
        ("*foo*", "<*> any(glob [\"*foo*\"], text Any [\"*foo*\"])"),
        ("445", "<*> any(= [\"445\"], text Any [\"445\"], =number [445.0])"),
        ("*: foo", "<*> any(= [\"foo\"], text Any [\"foo\"])"),
        ("*", "<*> exists"),
    ]);
}

#[test]
fn nested_names_are_relative() {
    closed(&[("dns.answers: { name: a }", "nested dns.answers\n  dns.answers.name = [\"a\"]")]);
    open(&[
        (
            "a.b: { c: x and d >= 5 }",
            "nested a.b\n  and\n    a.b.c = [\"x\"]\n    a.b.d 5.. by Number",
        ),
        ("a: { b: { c: x } }", "nested a\n  nested a.b\n    a.b.c = [\"x\"]"),
        ("a: { b.*: x }", "nested a\n  <a.b.*> = [\"x\"]"),
        ("a: { *: * }", "nested a\n  <a.*> exists"),
    ]);
}

#[test]
fn not_of_an_absent_field_is_true_by_plain_negation() {
    closed(&[("not process.name: a", "not\n  process.name = [\"a\"]")]);
}

#[test]
fn a_condition_alone() {
    let (pred, diagnostics) = tripline_kql::compile_pred("process.name: a", &Closed);
    assert!(pred.is_some() && diagnostics.is_empty());
    let (pred, diagnostics) = tripline_kql::compile_pred("process.name:", &Closed);
    assert!(pred.is_none() && has_errors(&diagnostics));
}
