//! `where` and `eval`.

use super::{printed, run};
use tripline_spl::{Empty, parse, print_ast};

/// The expression with all parentheses.
fn grouped(text: &str) -> String {
    let parsed = parse(&format!("x=1 | where {text}"), &Empty);
    assert!(parsed.diagnostics.iter().all(|d| !d.is_error()), "{text} {:?}", parsed.diagnostics);
    print_ast(&parsed.query).lines().nth(1).unwrap().trim_start_matches("| where ").to_owned()
}

#[test]
fn and_first_then_or_then_xor() {
    for (text, expected) in [
        ("a=1 OR b=2 AND c=3", "(('a' = 1) OR (('b' = 2) AND ('c' = 3)))"),
        ("a=1 and b=2 xor c=3", "((('a' = 1) AND ('b' = 2)) XOR ('c' = 3))"),
        ("NOT a=1 AND b=2", "(NOT (('a' = 1)) AND ('b' = 2))"),
        ("a+b*2-c", "(('a' + ('b' * 2)) - 'c')"),
        ("a.\" \".b", "(('a' . \" \") . 'b')"),
        ("x > .5", "('x' > .5)"),
        ("x.5 = 1", "(('x' . 5) = 1)"),
        ("-x < -1.5e3", "(-('x') < -(1.5e3))"),
        ("'a.b{}' IN (\"x\", 2)", "'a.b{}' IN (\"x\", 2)"),
        ("a LIKE \"%x\"", "('a' LIKE \"%x\")"),
        ("LIKE(a, \"b\") OR isnull(c)", "(like('a', \"b\") OR isnull('c'))"),
        ("a==\"\\\\\\\"\\.\"", "('a' = \"\\\\\\\"\\\\.\")"),
        ("if(a=1, \"x\", null)=\"x\"", "(if(('a' = 1), \"x\", 'null') = \"x\")"),
    ] {
        assert_eq!(grouped(text), expected, "{text}");
    }
}

#[test]
fn functions_and_operators_are_kernels() {
    let shown =
        printed("x=1 | where mvcount(split(a, \",\"))>=2 AND cidrmatch(\"10.0.0.0/8\", ip)");
    for kernel in ["mv.and", "mv.ge", "mv.mvcount", "mv.split", "mv.cidrmatch"] {
        assert!(shown.contains(&format!("\"{kernel}\"")), "{kernel}: {shown}");
    }
}

#[test]
fn regular_expressions_are_translated_in_functions_too() {
    let shown = printed(r#"x=1 | eval a=replace(b, "^%{|\/", "\1") | where match(a, "(?<n>x)")"#);
    assert!(shown.contains(r"^%\\{|\\/"), "{shown}");
}

#[test]
fn eval_names_its_columns_in_all_ways() {
    let parsed = parse("x=1 | eval a=1, \"b c\"=2, 'd.e'=3, f-g=4, h{}.i=5", &Empty);
    assert_eq!(parsed.diagnostics, []);
    let line = print_ast(&parsed.query);
    assert!(line.contains(r#"eval "a"=1, "b c"=2, "d.e"=3, "f-g"=4, "h{}.i"=5"#), "{line}");
}

#[test]
fn count_of_a_condition_counts_where_it_is_true() {
    let shown = printed("x=1 | stats count(eval(a=1)) as n, count(eval(if(a=1,1,null()))) as m");
    assert!(
        shown.contains(r#"Call { function: "mv.if", args: [Expr { kind: Call { function: "mv.eq""#)
    );
    assert_eq!(shown.matches("\"mv.if\"").count(), 2, "only the condition is wrapped: {shown}");
}

#[test]
fn what_is_wrong_has_a_code() {
    for (text, code) in [
        ("x=1 | where a=", "SPL001"),
        ("x=1 | where (a=1", "SPL001"),
        ("x=1 | where \"a", "SPL002"),
        ("x=1 | where 'a", "SPL002"),
        ("x=1 | where lenn(a)=1", "SPL030"),
        ("x=1 | where mvcount(mvfilter(match(a, \"b\")))=1", "SPL031"),
        ("x=1 | where len(a, b)=1", "SPL032"),
        ("x=1 | where case(a)=1", "SPL032"),
        ("x=1 | where match(a, \"(\")", "SPL033"),
        ("x=1 | where match(a, \"(?!b)\")", "SPL034"),
        ("x=1 | where a IN ([search b])", "SPL023"),
        ("x=1 | where a.b=1", "SPL105"),
        ("x=1 | eval {a}=1", "SPL022"),
        ("x=1 | eval a", "SPL001"),
    ] {
        let codes: Vec<&str> = run(text).diagnostics.iter().map(|d| d.code.id).collect();
        assert!(codes.contains(&code), "{text}: {codes:?}");
        assert!(codes.len() <= 2, "{text}: {codes:?}");
    }
}
