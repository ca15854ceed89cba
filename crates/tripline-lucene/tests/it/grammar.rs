//! Texts and their trees, as Lucene's classic query parser reads them.

use tripline_diag::has_errors;

fn check(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        let (query, diagnostics) = tripline_lucene::parse(text);
        assert!(!has_errors(&diagnostics), "{text:?}: {diagnostics:?}");
        let shown = tripline_lucene::print_ast(&query);
        let lines: Vec<&str> = shown.lines().map(str::trim_start).collect();
        assert_eq!(lines.join(" | "), *expected, "{text:?}");
    }
}

#[test]
fn values_of_a_field() {
    check(&[
        ("", "blank"),
        ("f:a", "is f a"),
        ("f : a", "is f a"),
        ("f:\"a b\"", "phrase f \"a b\""),
        ("f:a*", "pattern f a*"),
        ("f:*", "pattern f *"),
        ("*:*", "pattern * *"),
        ("*:a", "is * a"),
        ("f:a?c*", "pattern f a?c*"),
        ("f:/a\\/b+/", "regex f /a\\/b+/"),
        ("f:[1 TO 5]", "range f [1 TO 5]"),
        ("f:{1 TO *}", "range f {1 TO *}"),
        ("f:[\"a b\" TO TO}", "range f [a b TO TO}"),
        ("f:>=10", "is f >=10"),
        ("_exists_:f", "is _exists_ f"),
        ("a", "is (any) a"),
        ("f:a^2.5", "is f a"),
        ("(f:a)^2", "is f a"),
        ("f:a~", "fuzzy f a"),
        ("f:\"a b\"~3^2", "near f \"a b\""),
        ("f:g+s", "is f g+s"),
        ("f:a-b", "is f a-b"),
        ("file.hash.\\*:a", "is file.hash.* a"),
    ]);
}

#[test]
fn escapes() {
    check(&[
        ("f:a\\:b", "is f a:b"),
        ("f:C\\:\\\\x", "is f C:\\x"),
        ("f:a\\*", "is f a*"),
        ("f:\\*a*", "pattern f *a*"),
        ("f:a\\ b", "is f a b"),
        ("f:\"say \\\"hi\\\"\"", "phrase f \"say \\\"hi\\\"\""),
        ("f:\\u0041b", "is f Ab"),
        ("\\AND", "is (any) AND"),
    ]);
}

#[test]
fn and_and_or_are_marks_on_clauses() {
    check(&[
        ("f:a OR f:b", "group | is f a | is f b"),
        ("f:a || f:b", "group | is f a | is f b"),
        ("f:a f:b", "group | is f a | is f b"),
        ("f:a AND f:b", "group | +is f a | +is f b"),
        ("f:a && f:b", "group | +is f a | +is f b"),
        ("f:a AND NOT f:b", "group | +is f a | -is f b"),
        ("f:a NOT f:b", "group | is f a | -is f b"),
        ("f:a OR NOT f:b", "group | is f a | -is f b"),
        ("+f:a -f:b !f:c f:d", "group | +is f a | -is f b | -is f c | is f d"),
        ("NOT f:a", "group | -is f a"),
        ("(NOT f:a)", "group | -is f a"),
        // No precedence: only what stands beside `AND` is required.
        ("f:a OR f:b AND f:c", "group | is f a | +is f b | +is f c"),
        ("f:a AND f:b OR f:c", "group | +is f a | +is f b | is f c"),
        ("NOT f:a AND f:b", "group | -is f a | +is f b"),
        ("f:a OR (f:b AND f:c)", "group | is f a | group | +is f b | +is f c"),
    ]);
}

#[test]
fn words_in_a_row_are_one_text() {
    check(&[
        ("f:(a b)", "is f a b"),
        ("f:(a or b)", "is f a or b"),
        ("a b c", "is (any) a b c"),
        // A field takes one value only; the rest is free text.
        ("f:a b", "group | is f a | is (any) b"),
        ("f:a b c", "group | is f a | is (any) b c"),
        // What stands beside `AND` or `OR`, or is a field's name, is on its own.
        ("a b AND c", "group | is (any) a | +is (any) b | +is (any) c"),
        ("a b c OR d", "group | is (any) a b | is (any) c | is (any) d"),
        ("a b f:c", "group | is (any) a b | is f c"),
        ("a b NOT c", "group | is (any) a b | -is (any) c"),
        ("f:(a \"b c\")", "group | is f a | phrase f \"b c\""),
        ("f:(a - b)", "group | is f a | is f - | is f b"),
    ]);
}

#[test]
fn a_field_covers_its_brackets() {
    check(&[
        ("f:(a OR b)", "group | is f a | is f b"),
        ("f:(a OR g:b)", "group | is f a | is g b"),
        ("f:(>=1 AND <5)", "group | +is f >=1 | +is f <5"),
        ("f:(g+s OR /2[0-9]{3}/)", "group | is f g+s | regex f /2[0-9]{3}/"),
        ("f:(a OR (b AND -c))", "group | is f a | group | +is f b | -is f c"),
    ]);
}

#[test]
fn tokens_have_places() {
    let shown: Vec<String> =
        tripline_lucene::tokens("f:[1 TO x] AND").iter().map(ToString::to_string).collect();
    assert_eq!(
        shown,
        [
            "0..1 Term(\"f\")",
            "1..2 Colon",
            "2..3 RangeOpen(true)",
            "3..4 Bound(\"1\", false)",
            "5..7 To",
            "8..9 Bound(\"x\", false)",
            "9..10 RangeClose(true)",
            "11..14 And",
        ]
    );
}
