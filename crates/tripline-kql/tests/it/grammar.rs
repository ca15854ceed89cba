//! What the grammar makes of a text: each case a query and its tree.

use tripline_kql::{parse, print_ast, tokens};

/// The tree on one line: children in parentheses.
fn tree(text: &str) -> String {
    let (query, diagnostics) = parse(text);
    assert!(diagnostics.is_empty(), "{text:?}: {diagnostics:?}");
    let printed = print_ast(&query);
    let mut out = String::new();
    let mut depth = 0;
    for line in printed.lines() {
        let indent = (line.len() - line.trim_start().len()) / 2;
        while depth > indent {
            out.push(')');
            depth -= 1;
        }
        if indent > depth {
            out.push_str(" (");
            depth = indent;
        } else if !out.is_empty() {
            out.push_str(", ");
        }
        out.push_str(line.trim_start());
    }
    out.extend(std::iter::repeat_n(')', depth));
    out
}

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(tree(text), *expected, "{text:?}");
    }
}

#[test]
fn a_blank_query_matches_all() {
    check(&[("", "is * *"), (" \t\r\n\u{a0}", "is * *"), ("*:*", "is * *")]);
}

#[test]
fn free_text_and_comparisons() {
    check(&[
        ("foo", "is - foo"),
        ("  foo bar ", "is - foo bar"),
        ("\"foo bar\"", "is - \"foo bar\""),
        ("foo:bar", "is foo bar"),
        ("foo : bar", "is foo bar"),
        ("foo:bar baz", "is foo bar baz"),
        ("foo: \"bar baz\"", "is foo \"bar baz\""),
        ("\"foo\":bar", "is \"foo\" bar"),
        ("foo:*", "is foo *"),
        ("foo.*:ba*r", "is foo.* ba*r"),
        ("*:foo", "is * foo"),
        ("foo:\"\"", "is foo \"\""),
        ("foo:445", "is foo 445"),
        ("foo:true", "is foo true"),
        ("foo:null", "is foo null"),
        ("foo:\"true\"", "is foo \"true\""),
        ("@timestamp >= now-1d", "range @timestamp >= now-1d"),
        ("a<1", "range a < 1"),
        ("a<=1", "range a <= 1"),
        ("a>\"x y\"", "range a > \"x y\""),
    ]);
}

#[test]
fn not_binds_tighter_than_and_than_or() {
    check(&[
        ("a and b or c", "or (and (is - a, is - b), is - c)"),
        ("a or b and c or d", "or (is - a, and (is - b, is - c), is - d)"),
        ("not a or b", "or (not (is - a), is - b)"),
        ("not a and b", "and (not (is - a), is - b)"),
        ("not (a or b)", "not (or (is - a, is - b))"),
        ("a and b and c", "and (is - a, is - b, is - c)"),
        // Parentheses keep their level; only one level's operands are side by side.
        ("(a and b) and c", "and (and (is - a, is - b), is - c)"),
        ("((a))", "is - a"),
    ]);
}

#[test]
fn keywords_in_any_case_between_any_blanks() {
    check(&[
        ("a AND b", "and (is - a, is - b)"),
        ("a Or b", "or (is - a, is - b)"),
        ("NOT a", "not (is - a)"),
        ("a\n  and\tb", "and (is - a, is - b)"),
        ("a\u{a0}and\u{a0}b", "and (is - a, is - b)"),
        ("a and\nnot b", "and (is - a, not (is - b))"),
    ]);
}

#[test]
fn words_that_only_look_like_keywords() {
    check(&[
        ("android", "is - android"),
        ("a:order", "is a order"),
        ("a:not", "is a not"),
        ("nothing", "is - nothing"),
        // Where a value must stand, `and` and `or` are values.
        ("a:(or or and)", "or (is a or, is a and)"),
        // Without a blank behind it, a keyword at the end is text.
        ("foo or", "is - foo or"),
        // Kibana splits `knot` before `not ` and then fails; a keyword starts at a blank.
        ("a:knot and b", "and (is a knot, is - b)"),
        ("a:\"x and y\"", "is a \"x and y\""),
    ]);
}

#[test]
fn lists_distribute_the_field() {
    check(&[
        ("a:(b)", "is a b"),
        ("a:(b or c)", "or (is a b, is a c)"),
        ("a:(b and c)", "and (is a b, is a c)"),
        ("a:(* and not \"x\")", "and (is a *, not (is a \"x\"))"),
        ("a:((b or c) and not d)", "and (or (is a b, is a c), not (is a d))"),
        ("a:( b\n or c )", "or (is a b, is a c)"),
        ("a:(not (b or c))", "not (or (is a b, is a c))"),
    ]);
}

#[test]
fn braces_look_at_one_element() {
    check(&[
        ("a:{ b: c }", "nested a (is b c)"),
        ("a:{b:c and d:e}", "nested a (and (is b c, is d e))"),
        ("a:{ b:{ c: d } }", "nested a (nested b (is c d))"),
        ("x and a : { b > 1 } ", "and (is - x, nested a (range b > 1))"),
    ]);
}

#[test]
fn escapes_without_quotes() {
    check(&[
        ("a:C\\:\\\\x", "is a C\\:\\\\x"),
        ("a:\\(\\)\\<\\>\\\"\\{\\}", "is a \\(\\)\\<\\>\\\"\\{\\}"),
        ("a:x\\*y", "is a x\\*y"),
        ("a:x\\*y*", "is a x\\*y*"),
        ("a:x\\ty", "is a x\\ty"),
        ("a:\\u0041\\u00e9", "is a Aé"),
        ("a:\\ud83d\\ude00", "is a 😀"),
        ("a:\\ud83d!", "is a \u{fffd}!"),
        ("a:b \\and c", "is a b and c"),
        ("a:\\or", "is a or"),
        // Kibana reads `\n` of `\not` as a line feed, and then trims it.
        ("a:\\not", "is a ot"),
    ]);
}

#[test]
fn escapes_in_quotes() {
    check(&[
        (r#"a:"\\ \" *""#, r#"is a "\\ \" *""#),
        (r#"a:"C:\Windows\System32""#, r#"is a "C:\\Windows\\System32""#),
        (r#"a:"C:\temp\new""#, r#"is a "C:\temp\new""#),
        (r#"a:"\u0041\uXYZ1""#, r#"is a "A\\uXYZ1""#),
        (r#"a:"():<>{}""#, r#"is a "():<>{}""#),
    ]);
}

#[test]
fn wildcards() {
    check(&[
        ("a:*S3 Browser*", "is a *S3 Browser*"),
        ("a:* curl*", "is a * curl*"),
        ("a:?b*", "is a ?b*"),
        ("a:\"*\"", "is a \"*\""),
    ]);
}

#[test]
fn tokens_have_places() {
    let shown: Vec<String> = tokens("a:(b or \"c\")").iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "0..1 Text(\"a\")",
            "1..2 :",
            "2..3 (",
            "3..4 Text(\"b\")",
            "5..7 or",
            "8..11 Quoted(\"c\")",
            "11..12 )",
        ]
    );
}

#[test]
fn nodes_have_places() {
    use tripline_kql::ast::NodeKind;
    let text = "x and a:(b or not \"c d\")";
    let (query, _) = parse(text);
    let NodeKind::And(parts) = &query.root.kind else { panic!("{query:?}") };
    assert_eq!(query.root.span.of(text), text);
    assert_eq!(parts[1].span.of(text), "a:(b or not \"c d\")");
    let NodeKind::Or(values) = &parts[1].kind else { panic!("{parts:?}") };
    assert_eq!(values[0].span.of(text), "b");
    assert_eq!(values[1].span.of(text), "not \"c d\"");
}

#[test]
fn depth_has_a_limit() {
    let deep = |n: usize| format!("{}a{}", "(".repeat(n), ")".repeat(n));
    assert!(parse(&deep(200)).1.is_empty());
    for text in [deep(201), deep(100_000), "a:{".repeat(100_000)] {
        let (_, diagnostics) = parse(&text);
        let codes: Vec<&str> = diagnostics.iter().map(|d| d.code.id).collect();
        assert_eq!(codes.first(), Some(&"KQL005"), "{codes:?}");
    }
    assert!(parse(&"a:(".repeat(100_000)).1.len() < 10);
    assert!(parse(&"not ".repeat(100_000)).1.len() < 10);
    assert!(parse(&"a or ".repeat(20_000)).1.len() < 10);
}
