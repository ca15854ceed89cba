//! Diagnostics, pinned whole.

use super::World;
use tripline_diag::{SourceText, render};
use tripline_schema::Schema;
use tripline_spl::{CODES, compile, expand};

fn rendered(text: &str, world: &World) -> String {
    let source = SourceText::new("search", text);
    let compiled = compile(text, world, Schema::builtin());
    compiled.diagnostics.iter().map(|d| render(d, &source, false)).collect()
}

#[test]
fn an_unknown_macro_names_the_nearest() {
    let world = World::new(&[("sysmon", &[], "a=1")]);
    assert_eq!(
        rendered("`sysmom` b=2", &world),
        "\
error[SPL010]: unknown macro `sysmom`
  --> search:1:1
  |
1 | `sysmom` b=2
  | ^^^^^^^^
  = help: did you mean `sysmon`?
"
    );
}

#[test]
fn a_macro_with_other_arguments_says_which_exist() {
    let world = World::new(&[("ctime", &["field"], "convert ctime($field$)")]);
    assert_eq!(
        rendered("a=1 | `ctime(b, c)`", &world),
        "\
error[SPL011]: macro `ctime` does not take 2 arguments
  --> search:1:7
  |
1 | a=1 | `ctime(b, c)`
  |       ^^^^^^^^^^^^^
  = help: it exists with 1
"
    );
}

#[test]
fn a_macro_that_calls_itself_shows_the_chain() {
    let world = World::new(&[("a", &[], "x=1 `b`"), ("b", &[], "y=2 `a`")]);
    assert_eq!(
        rendered("z=1 `a`", &world),
        "\
error[SPL012]: macro calls itself: a -> b -> a
  --> search:1:5
  |
1 | z=1 `a`
  |     ^^^
"
    );
}

#[test]
fn an_error_inside_a_macro_is_at_its_call() {
    let world = World::new(&[("broken", &[], "stats count by")]);
    assert_eq!(
        rendered("z=1 | `broken` | table a", &world),
        "\
error[SPL001]: expected a field, found the end
  --> search:1:7
  |
1 | z=1 | `broken` | table a
  |       ^^^^^^^^
"
    );
}

#[test]
fn the_mixed_or_lint_shows_how_it_is_read() {
    assert_eq!(
        rendered("status=200 action=view OR action=add", &World::default()),
        "\
warning[SPL101]: `OR` stands beside `AND` without parentheses
  --> search:1:12
  |
1 | status=200 action=view OR action=add
  |            ^^^^^^^^^^^^^^^^^^^^^^^^^
  = help: it is read as status=\"200\" AND (action=\"view\" OR action=\"add\")
"
    );
}

#[test]
fn a_misspelt_dataset_prefix_can_never_match() {
    let text = "| tstats count from datamodel=Network_Traffic\n where all_traffic.dest_port=445 \
                All_Traffic.dest_prt=1\n by All_Traffic.src";
    assert_eq!(
        rendered(text, &World::default()),
        "\
warning[SPL103]: `all_traffic.dest_port` is not a field of `All_Traffic`
  --> search:2:8
  |
2 |  where all_traffic.dest_port=445 All_Traffic.dest_prt=1
  |        ^^^^^^^^^^^^^^^^^^^^^
  = help: field names are case-sensitive; did you mean `All_Traffic.dest_port`?
warning[SPL104]: dataset `All_Traffic` has no field `dest_prt`
  --> search:2:34
  |
2 |  where all_traffic.dest_port=445 All_Traffic.dest_prt=1
  |                                  ^^^^^^^^^^^^^^^^^^^^
  = help: did you mean `dest_port`?
"
    );
}

#[test]
fn an_unsupported_command_is_named() {
    assert_eq!(
        rendered("a=1 | transaction b | tabel c", &World::default()),
        "\
error[SPL021]: command `transaction` is not supported yet
  --> search:1:7
  |
1 | a=1 | transaction b | tabel c
  |       ^^^^^^^^^^^
error[SPL020]: unknown command `tabel`
  --> search:1:23
  |
1 | a=1 | transaction b | tabel c
  |                       ^^^^^
  = help: did you mean `table`?
"
    );
}

#[test]
fn an_open_quote_points_at_the_quote() {
    assert_eq!(
        rendered("a=1 b=\"c d", &World::default()),
        "\
error[SPL002]: quote is not closed
  --> search:1:7
  |
1 | a=1 b=\"c d
  |       ^
"
    );
}

#[test]
fn a_lookup_column_names_the_nearest() {
    let world = World::default().lookup("assets", &["ip", "category"]);
    assert_eq!(
        rendered("a=1 | lookup assets ip OUTPUT categry", &world),
        "\
error[SPL041]: lookup `assets` has no column `categry`
  --> search:1:31
  |
1 | a=1 | lookup assets ip OUTPUT categry
  |                               ^^^^^^^
  = help: did you mean `category`?
"
    );
}

#[test]
fn expansion_is_textual() {
    let world = World::new(&[
        ("m", &["a", "b"], "$a$=$b$ OR x"),
        ("outer", &[], "`m(p, \"q\")`\n"),
        ("bits", &[], "(1, 2)"),
    ]);
    for (text, expected) in [
        ("a `m(x, \"y, z\")`", "a x=y, z OR x"),
        ("`outer` b", "p=q OR x b"),
        // Not inside quotes; comments go first, backticks in them do not count.
        ("a=\"`m`\" ```not `a` macro``` b", "a=\"`m`\"   b"),
        ("x IN `bits`", "x IN (1, 2)"),
        ("x IN `bits()`", "x IN (1, 2)"),
        ("`my_rule_filter`", "search *"),
        ("`cim_Endpoint_indexes` a", "() a"),
        ("`drop_dm_object_name(\"Web\")`", "rename \"Web.*\" as *"),
        ("a=\"\\\"`m`\"", "a=\"\\\"`m`\""),
    ] {
        let expanded = expand(text, &world);
        assert_eq!(expanded.text, expected, "{text}");
    }
}

#[test]
fn codes_are_in_order_and_have_pages() {
    let ids: Vec<&str> = CODES.iter().map(|c| c.id).collect();
    assert!(ids.is_sorted() && ids.iter().all(|id| id.starts_with("SPL")));
    assert!(CODES.iter().all(|c| !c.page.is_empty()));
}
