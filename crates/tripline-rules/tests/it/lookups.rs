//! Lookup tables.

use crate::pack::{Pack, splunk};
use tripline_rules::MatchType;

#[test]
fn a_csv_with_match_types() {
    let yml = "name: tools\nfilename: tools2024.csv\nmatch_type: WILDCARD(name), CIDR(net), NEAR(x)\n\
               case_sensitive_match: 'false'\ndefault_match: 'false'\nmin_matches: 1\nmax_matches: 1\n";
    let pack = Pack::new(&[
        ("d/a.yml", &splunk("a", "index=x", "")),
        ("lookups/tools.yml", yml),
        ("lookups/tools2024.csv", "name,net,isTool\n*evil*,10.0.0.0/8,true\nshort\n"),
    ]);
    let set = pack.load();
    assert_eq!(
        pack.problems(&set),
        "warning[RUL015]: `NEAR(x)` is no match type; expected WILDCARD(column), CIDR(column)\n  --> lookups/tools.yml\n"
    );
    let table = set.lookup_table("tools").unwrap();
    assert_eq!(table, set.lookup_table("tools2024.csv").unwrap());
    let definition = &table.definition;
    assert_eq!(
        definition.match_types,
        [("name".into(), MatchType::Wildcard), ("net".into(), MatchType::Cidr)]
    );
    assert!(!definition.case_sensitive);
    assert_eq!(definition.default_match.as_deref(), Some("false"));
    assert_eq!((definition.min_matches, definition.max_matches), (1, 1));
    assert_eq!(table.header.len(), 3);
    assert_eq!(&*table.rows[1][0], "short");
    assert_eq!(&*table.rows[1][2], "", "a short row is filled up");
}

#[test]
fn lookups_that_cannot_be_read() {
    let pack = Pack::new(&[
        ("d/a.yml", &splunk("a", "index=x", "")),
        ("lookups/a.yml", "name: a\nfilename: b.yml\n"),
        ("lookups/b.yml", "name: b\nfilename: a.yml\n"),
        ("lookups/gone.yml", "name: gone\nfilename: gone.csv\n"),
        ("lookups/kv.yml", "name: kv\ncollection: kv_store\nfields_list: a, b\n"),
    ]);
    let set = pack.load();
    for (name, expected) in [
        ("a", "RUL015 lookup `a` leads back to itself"),
        ("gone", "RUL001 cannot read `lookups/gone.csv`: no such file or folder"),
        (
            "kv",
            "RUL015 lookup `kv` is in the key-value store `kv_store`, which only the product has",
        ),
        ("gon", "RUL015 no lookup `gon`"),
    ] {
        let problem = set.lookup_table(name).unwrap_err();
        let shown = format!("{} {}", problem.diagnostic.code.id, problem.diagnostic.message);
        assert_eq!(shown.replace(&format!("{}/", pack.root().display()), ""), expected);
    }
}
