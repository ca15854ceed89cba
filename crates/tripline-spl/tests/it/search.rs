//! Search expressions and what they mean.

use super::{plan, printed, run};
use tripline_ir::{Pred, View};
use tripline_schema::Schema;
use tripline_spl::eval_pred;

/// The filter of a raw search, without its first line.
fn filter(text: &str) -> String {
    let shown = printed(text);
    let lines = shown.lines().skip(1).take_while(|l| !l.starts_with("pipeline"));
    lines.map(str::trim_start).collect::<Vec<_>>().join(" ")
}

#[test]
fn values_compare_in_all_ways_in_which_they_can_be_meant() {
    for (text, expected) in [
        ("Image=CMD.exe", r#"Image =~u ["cmd.exe"]"#),
        ("port=0445", r#"port any(=~u ["0445"], =number [445.0])"#),
        ("ip=10.1.2.3/8", r#"ip any(=~u ["10.1.2.3/8"], in 10.0.0.0/8)"#),
        ("ip=\"fe80::/10\"", r#"ip any(=~u ["fe80::/10"], in fe80::/10)"#),
        ("path=/tmp/x", r#"path =~u ["/tmp/x"]"#),
        ("Image=\"*\\\\CMD.exe\"", r#"Image glob~u ["*\\cmd.exe"]"#),
        ("x=a*b*", r#"x glob~u ["a*b*"]"#),
        ("x=*", "x exists"),
        ("x=\"\"", r#"x =~u [""]"#),
        ("x=a?", r#"x =~u ["a?"]"#),
        ("x!=a", r#"x other than =~u ["a"]"#),
        ("NOT x=a", r#"not x =~u ["a"]"#),
        ("NOT NOT x=a", r#"x =~u ["a"]"#),
        ("x IN (a, b*, 7)", r#"x any(=~u ["a", "7"], =number [7.0], glob~u ["b*"])"#),
        ("x IN(\"a\" b)", r#"x =~u ["a", "b"]"#),
        (
            "x in",
            r#"and <anything> regex~u find ["(?:^|[^\\pL\\pN])x(?:$|[^\\pL\\pN])"] <anything> regex~u find ["(?:^|[^\\pL\\pN])in(?:$|[^\\pL\\pN])"]"#,
        ),
        ("x<5", "x ..<5 by NumberElseText"),
        ("x >= 5", "x 5.. by NumberElseText"),
        ("\"a.b{}\"=1", r#"a.b{} any(=~u ["1"], =number [1.0])"#),
        ("x = \"a b\"", r#"x =~u ["a b"]"#),
        ("x==a", r#"x =~u ["a"]"#),
        ("cmd=*a,b=c*", r#"cmd glob~u ["*a,b=c*"]"#),
        ("a=\"x\"b=\"y\"", r#"and a =~u ["x"] b =~u ["y"]"#),
        ("index=*", "true"),
        ("()", "true"),
        ("() x=a", r#"x =~u ["a"]"#),
    ] {
        assert_eq!(filter(text), expected, "{text}");
    }
}

#[test]
fn escapes_are_read_once() {
    // `\\` is a backslash, `\"` a quote, and a backslash before anything else stays.
    for (text, expected) in [
        (r#"x="a\\b""#, r#"x =~u ["a\\b"]"#),
        (r#"x="a\"b""#, r#"x =~u ["a\"b"]"#),
        (r#"x="a\.b""#, r#"x =~u ["a\\.b"]"#),
        (r"x=c:\\a\b", r#"x =~u ["c:\\a\\b"]"#),
        // A star cannot be escaped: the backslash stays, and the star is a wildcard.
        (r#"x="a\\*""#, r#"x glob~u ["a\\*"]"#),
        (r#"x="a\*""#, r#"x glob~u ["a\\*"]"#),
    ] {
        assert_eq!(filter(text), expected, "{text}");
    }
}

#[test]
fn or_first_then_and() {
    for (text, expected) in [
        ("a=x b=y OR c=z", r#"and a =~u ["x"] or b =~u ["y"] c =~u ["z"]"#),
        ("a=x OR b=y c=z", r#"and or a =~u ["x"] b =~u ["y"] c =~u ["z"]"#),
        (
            "a=x OR b=y AND c=z OR d=w",
            r#"and or a =~u ["x"] b =~u ["y"] or c =~u ["z"] d =~u ["w"]"#,
        ),
        ("a=x OR (b=y c=z)", r#"or a =~u ["x"] and b =~u ["y"] c =~u ["z"]"#),
        ("NOT a=x b=y", r#"and not a =~u ["x"] b =~u ["y"]"#),
        ("NOT a=x OR b=y", r#"or not a =~u ["x"] b =~u ["y"]"#),
        ("NOT (a=x OR b=y)", r#"not or a =~u ["x"] b =~u ["y"]"#),
    ] {
        assert_eq!(filter(text), expected, "{text}");
    }
}

#[test]
fn words_and_phrases_are_whole_pieces_of_the_event() {
    use tripline_ir::{FieldSet, Test};
    let finds = |query: &str, text: &str| {
        let plan = plan(query);
        let Pred::Leaf(leaf) = &plan.filters[0].pred else { panic!("{query}") };
        assert_eq!(leaf.field, FieldSet::Anything);
        assert!(matches!(leaf.test, Test::Regex { .. }));
        tripline_kernels::test::Compiled::new(&leaf.test, 0).unwrap().matches(text)
    };
    for (query, text, expected) in [
        ("powershell", r"C:\Windows\PowerShell.exe", true),
        ("powershell", "PowerShellx", false),
        ("power*", "x powershell", true),
        ("power*", "xpowershell", false),
        ("*shell", "powershell.exe", true),
        ("po*ll", "a powershell", true),
        ("po*ll", "a po el ll", false),
        ("\"Failed Login\"", "the failed login of", true),
        ("\"Failed Login\"", "login failed", false),
        ("10.0.0.1", "from 10.0.0.1:80", true),
        ("10.0.0.1", "from 10.0.0.11", false),
        ("TERM(10.0.0.1)", "from 10.0.0.1", true),
        ("CASE(Err)", "Err: x", true),
        ("CASE(Err)", "err: x", false),
        ("\"\\\"a\\\":true\"", "{\"a\":true}", true),
    ] {
        assert_eq!(finds(query, text), expected, "{query} in {text}");
    }
    assert_eq!(filter("*"), "true");
}

#[test]
fn a_search_after_other_commands_is_about_rows() {
    let shown = printed("a=1 | stats count by b | search count>3 NOT b=x");
    assert!(shown.contains("view: Row"), "{shown}");
    // `search *` keeps everything and is no stage.
    assert!(!printed("a=1 | search *").contains("Filter("));
}

#[test]
fn a_search_keeps_only_the_columns_that_its_stages_read() {
    for (text, columns, all) in [
        ("x=1", r#"["_time"]"#, true),
        ("x=1 | stats count by a, b", r#"["a", "b"]"#, false),
        ("x=1 | stats latest(u) as u values(v) by a", r#"["_time", "a", "u", "v"]"#, false),
        ("x=1 | stats values(p.*) as p.* by a", r#"["a"]"#, true),
        ("x=1 | eval c=a.\"x\" | table c d", r#"["_time", "a", "d"]"#, false),
        ("x=1 | rename a as b | stats count by b", r#"["a"]"#, false),
        ("x=1 | rename a.* as * | stats count by b", r#"["b"]"#, true),
        ("x=1 | fields a | search z=1", r#"["_raw", "_time", "a"]"#, false),
        (
            "x=1 | where like(p, \"%x\") | rex field=q \"(?<r>.)\" | stats count by r",
            r#"["p", "q", "r"]"#,
            false,
        ),
        ("x=1 | bin _time span=5m | stats dc(a) by _time", r#"["_time", "a"]"#, false),
    ] {
        let shown = printed(text);
        let line = shown.lines().find(|l| l.starts_with("pipeline")).unwrap();
        assert_eq!(line, format!("pipeline columns={columns} all={all}"), "{text}");
    }
}

#[test]
fn an_expression_alone_is_a_filter() {
    let fields = Schema::builtin();
    let (pred, diagnostics) = eval_pred("dest_category=internal", &View::Row, fields);
    assert!(matches!(pred, Some(Pred::Leaf(_))), "{diagnostics:?}");
    let (pred, diagnostics) = eval_pred("dest_category=", &View::Row, fields);
    assert_eq!(pred, None);
    assert_eq!(diagnostics[0].code.id, "SPL001");
}

#[test]
fn the_lint_is_quieter_about_a_macro_that_is_alternatives() {
    let world = super::World::new(&[("sysmon", &[], "a=1 OR b=2")]);
    for (text, severity) in [
        ("`sysmon` c=3", Some(tripline_diag::Severity::Note)),
        ("a=1 OR b=2 c=3", Some(tripline_diag::Severity::Warning)),
        ("(a=1 OR b=2) c=3", None),
        ("a=1 OR b=2", None),
    ] {
        let compiled = tripline_spl::compile(text, &world, Schema::builtin());
        let found = compiled.diagnostics.iter().find(|d| d.code.id == "SPL101");
        assert_eq!(found.map(|d| d.severity), severity, "{text}");
    }
    assert!(run("a=1").diagnostics.is_empty());
}
