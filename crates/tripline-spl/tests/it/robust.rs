//! Odd input gives diagnostics, never a panic.

use super::{World, run};
use tripline_schema::Schema;
use tripline_spl::compile;

#[test]
fn deep_nesting_is_refused() {
    for text in [
        "(".repeat(100_000),
        "NOT ".repeat(100_000),
        format!("x=1 | where {}", "(".repeat(100_000)),
        format!("x=1 | where {}a", "NOT ".repeat(100_000)),
        format!("x=1 | where {}1", "-".repeat(100_000)),
        format!("x=1 | where {}a", "a+".repeat(100_000)),
        format!("x=1 | where {}a", "a=".repeat(10_000)),
        format!("x=1 | where {}", "lower(".repeat(100_000)),
        format!("x=1 | {}", "[".repeat(100_000)),
    ] {
        assert!(run(&text).plan.is_none(), "{}", &text[..40]);
    }
    let nested = format!("{}a=1{}", "(".repeat(90), ")".repeat(90));
    assert!(run(&nested).plan.is_some());
    let nested = format!("x=1 | where {}a=1{}", "(".repeat(90), ")".repeat(90));
    assert!(run(&nested).plan.is_some());
    assert!(run(&"a=1 OR ".repeat(20_000)).plan.is_none());
}

#[test]
fn macros_cannot_blow_up() {
    let world = World::new(&[
        ("a", &[], "`b` `b` `b` `b` `b` `b` `b` `b` `b` `b`"),
        ("b", &[], "`c` `c` `c` `c` `c` `c` `c` `c` `c` `c`"),
        ("c", &[], "`d` `d` `d` `d` `d` `d` `d` `d` `d` `d`"),
        ("d", &[], "`e` `e` `e` `e` `e` `e` `e` `e` `e` `e`"),
        ("e", &[], "`f` `f` `f` `f` `f` `f` `f` `f` `f` `f`"),
        ("f", &[], "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
    ]);
    let compiled = compile("`a`", &world, Schema::builtin());
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|d| d.code.id).collect();
    assert_eq!(codes, ["SPL013"]);
    // Doubling without any text.
    let world = World::new(&[
        ("a", &[], "`b``b``b``b``b``b``b``b`"),
        ("b", &[], "`c``c``c``c``c``c``c``c`"),
        ("c", &[], "`d``d``d``d``d``d``d``d`"),
        ("d", &[], "`e``e``e``e``e``e``e``e`"),
        ("e", &[], "`f``f``f``f``f``f``f``f`"),
        ("f", &[], ""),
    ]);
    assert_eq!(compile("`a`", &world, Schema::builtin()).diagnostics[0].code.id, "SPL013");
}

#[test]
fn every_prefix_of_a_search_is_survived() {
    let text = "| tstats `m(\"a\\\"b\")` count dc(A.b) as \"é\" from datamodel=A.B where (A.b IN (\"x\", \
                y*) OR NOT A.c>=\"5\") by A.b _time span=5m | eval x='a.b'.\"c\"+if(isnull(d), -.5, \
                case(1=1, \"\\\\\")), y=replace(z, \"[^a{]\", \"\\1\") | rex field=x \"(?<n>\\d+)\" \
                | search a=[search b] TERM(c) | lookup l a as b OUTPUT c | fields - d* ```x``` | \
                convert timeformat=\"%Y\" ctime(a) as b | sort - auto(a) | dedup 1 a | bin span=1h b";
    // Places beside wide characters are whole characters.
    for odd in ["|ἠ", "x=1 | eval ᧐!🌀", "x=1 | stats é", "é=", "`é"] {
        for diagnostic in run(odd).diagnostics {
            assert!(odd.get(diagnostic.span.unwrap().range()).is_some(), "{odd} {diagnostic:?}");
        }
    }
    let tail: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
    for at in tail {
        run(&text[..at]);
        run(&text[at..]);
        run(&format!("x=1 | {}", &text[at..]));
    }
}
