//! Exceptions and filters.

use crate::pack::{Pack, elastic, splunk};
use tripline_rules::RuleSet;
use tripline_schema::Schema;

fn plan(set: &RuleSet, id: &str) -> String {
    let compiled = set.compile(set.find(id).unwrap(), None, Schema::builtin());
    tripline_ir::print(&compiled.plan.unwrap())
}

#[test]
fn on_an_elastic_rule_they_are_part_of_the_filter() {
    let toml = r#"
[[exception]]
rule = "Rule a"
name = "scanner"
reason = "known"
expires = 2027-01-01
[[exception.entry]]
field = "source.ip"
operator = "is"
values = ["10.0.0.9", "::1"]
[[exception.entry]]
field = "user.name"
operator = "is_not"
values = ["Root"]
"#;
    let pack = Pack::new(&[("a.toml", &elastic("a", "")), ("x/e.toml", toml)]);
    let set = pack.load_with("x/e.toml");
    assert_eq!(pack.problems(&set), "");
    let rule = set.find("a").unwrap();
    assert_eq!((rule.event_exceptions.len(), rule.exceptions.len()), (1, 0));
    let printed = plan(&set, "a");
    let not = printed.split_once("    not\n").unwrap().1;
    assert_eq!(
        not,
        "      and\n        source.ip in 10.0.0.9/32 ::1/128\n        not\n          \
         user.name = [\"Root\"]\n        @timestamp ..1798761600000 by Date\neach []\n"
    );
}

#[test]
fn what_cannot_be_read_is_said_and_the_rest_holds() {
    let toml = r#"
[[exception]]
rule = "Rule q"
[[exception.entry]]
field = "user.name"
values = ["x"]

[[exception]]
rule = "a"
[[exception.entry]]
field = "user.name"
operator = "equals"
values = ["x"]

[[exception]]
rule = "a"
name = "nothing"

[[exception]]
rule = "a"
expires = "soon"

[[exception]]
rule = "a"
[[exception.entry]]
field = "source.ip"
operator = "cidr"
values = ["10.0.0.0/33"]

[[filter]]
rule = "a"
search = "search x=1"
"#;
    let pack = Pack::new(&[("a.toml", &elastic("a", "")), ("x/e.toml", toml)]);
    let set = pack.load_with("x/e.toml");
    assert!(set.find("a").unwrap().event_exceptions.is_empty());
    assert_eq!(
        pack.problems(&set),
        r#"warning[RUL012]: no rule `Rule q` is loaded
  --> x/e.toml:3:8
  |
3 | rule = "Rule q"
  |        ^^^^^^^^
  = help: did you mean `Rule a`?

error[RUL013]: `equals` is no operator
  --> x/e.toml:12:12
   |
12 | operator = "equals"
   |            ^^^^^^^^
  = help: operators are is, in, wildcard, cidr, list, exists, nested, is_not, not_in, not_wildcard, not_cidr, not_list, not_exists

error[RUL013]: the exception has no `[[exception.entry]]`
  --> x/e.toml:15:1
   |
15 | [[exception]]
   | ^^^^^^^^^^^^^

error[RUL013]: `expires` is not a date
  --> x/e.toml:21:11
   |
21 | expires = "soon"
   |           ^^^^^^
  = help: write a date, `2027-01-01`, or an instant, `2027-01-01T12:00:00Z`

error[RUL013]: `10.0.0.0/33` is neither an address nor a network
  --> x/e.toml:28:10
   |
28 | values = ["10.0.0.0/33"]
   |          ^^^^^^^^^^^^^^^

error[RUL013]: `Rule a` is no Splunk search; a filter is for those
  --> x/e.toml:30:1
   |
30 | [[filter]]
   | ^^^^^^^^^^
  = help: use `[[exception]]`
"#
    );
}

const SEARCH: &str = "| tstats count from datamodel=Network_Traffic by All_Traffic.src_ip \
                      | `drop_dm_object_name(All_Traffic)` | `detection_s_filter`";

#[test]
fn on_a_search_fields_of_the_data_model_are_tested_on_the_events() {
    for field in ["dest_category", "All_Traffic.dest_category"] {
        let toml = format!(
            "[[exception]]\nrule = \"s\"\nexpires = \"2027-01-01\"\n\
             [[exception.entry]]\nfield = \"{field}\"\nvalue = \"internal\"\n"
        );
        let pack = Pack::new(&[("s.yml", &splunk("s", SEARCH, "")), ("x/e.toml", &toml)]);
        let set = pack.load_with("x/e.toml");
        assert_eq!(pack.problems(&set), "");
        let rule = set.find("s").unwrap();
        assert_eq!((rule.event_exceptions.len(), rule.exceptions.len()), (1, 0));
        let printed = plan(&set, "s");
        let filter = printed.split("pipeline").next().unwrap();
        assert_eq!(
            filter,
            "filter 0 Dataset(\"Network_Traffic.All_Traffic\")\n  not\n    and\n      \
             All_Traffic.dest_category =~u [\"internal\"]\n      _time ..1798761600 by Number\n"
        );
    }
}

#[test]
fn on_a_search_columns_of_the_results_are_tested_on_the_results() {
    let toml = "[[exception]]\nrule = \"s\"\n[[exception.entry]]\nfield = \"count\"\nvalues = [\"1\"]\n\
                [[exception]]\nrule = \"s\"\n[[exception.entry]]\nfield = \"cuont\"\nvalues = [\"1\"]\n";
    let pack = Pack::new(&[("s.yml", &splunk("s", SEARCH, "")), ("x/e.toml", toml)]);
    let set = pack.load_with("x/e.toml");
    let rule = set.find("s").unwrap();
    assert_eq!((rule.event_exceptions.len(), rule.exceptions.len()), (0, 2));
    assert_eq!(
        pack.problems(&set),
        "\
warning[RUL107]: the results of `Detection s` have no column `cuont`
  --> x/e.toml:6:1
  |
6 | [[exception]]
  | ^^^^^^^^^^^^^
  = help: did you mean `count`?
"
    );
}

#[test]
fn a_filter_takes_the_place_of_the_rules_own_macro() {
    let toml = "[[filter]]\nrule = \"Detection s\"\nsearch = 'search NOT src_ip=\"10.0.0.1\"'\n";
    let pack = Pack::new(&[("s.yml", &splunk("s", SEARCH, "")), ("x/e.toml", toml)]);
    let (plain, filtered) = (pack.load(), pack.load_with("x/e.toml"));
    assert_eq!(pack.problems(&filtered), "");
    assert!(!plan(&plain, "s").contains("10.0.0.1"));
    assert!(plan(&filtered, "s").contains("10.0.0.1"), "{}", plan(&filtered, "s"));
}

#[test]
fn our_answer_to_the_catalogue() {
    let root =
        std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/outbound-smb"));
    let options = tripline_rules::LoadOptions {
        exceptions: vec![root.join("exceptions/internal-networks.toml")],
        ..tripline_rules::LoadOptions::default()
    };
    let set = tripline_rules::load(&[root.to_owned()], &options);
    assert_eq!(set.problems, vec![]);
    assert_eq!(set.exceptions().count(), 3);
    for (rule, _) in set.exceptions() {
        assert!(rule.exceptions.is_empty(), "{} is tested on its events", rule.name);
        let printed = plan(&set, &rule.id);
        let named = ["dest_category", "destination.category"].iter().any(|n| printed.contains(n));
        assert!(named, "{printed}");
    }
}

#[test]
fn every_operator_on_an_elastic_rule() {
    for (entry, expected) in [
        ("operator = \"is\"\nvalue = \"A\"", "user.name = [\"A\"]"),
        (
            "operator = \"in\"\nvalues = [\"A\", \"b\"]",
            "or ; user.name = [\"A\"] ; user.name = [\"b\"]",
        ),
        ("operator = \"not_in\"\nvalues = [\"A\"]", "not ; user.name = [\"A\"]"),
        ("operator = \"wildcard\"\nvalue = 'C:\\a*'", "user.name glob [\"C:\\\\a*\"]"),
        ("operator = \"not_wildcard\"\nvalue = 'a*'", "not ; user.name glob [\"a*\"]"),
        ("operator = \"cidr\"\nvalue = \"10.0.0.0/8\"", "user.name in 10.0.0.0/8"),
        ("operator = \"exists\"", "user.name exists"),
        ("operator = \"not_exists\"", "not ; user.name exists"),
        ("operator = \"list\"\nlist = \"people\"", "user.name = [\"ann\", \"Bob\"]"),
        ("operator = \"not_list\"\nlist = \"people\"", "not ; user.name = [\"ann\", \"Bob\"]"),
        (
            "operator = \"nested\"\nentry = [{ field = \"x\", value = \"y\" }]",
            "nested user.name ; user.name.x = [\"y\"]",
        ),
    ] {
        let toml = format!(
            "[[exception]]\nrule = \"*\"\n[[exception.entry]]\nfield = \"user.name\"\n{entry}\n"
        );
        let pack = Pack::new(&[
            ("a.toml", &elastic("a", "")),
            ("x/e.toml", &toml),
            ("x/people.txt", "ann\nBob\n"),
        ]);
        let set = pack.load_with("x/e.toml");
        assert_eq!(pack.problems(&set), "", "{entry}");
        let printed = plan(&set, "a");
        let (_, rest) = printed.split_once("process.name = [\"a\"]\n").unwrap();
        let lines: Vec<&str> = rest.trim_end_matches("each []\n").lines().map(str::trim).collect();
        // A double negation is none.
        let expected =
            expected.strip_prefix("not ; ").map_or(format!("not ; {expected}"), str::to_owned);
        assert_eq!(lines.join(" ; "), expected, "{entry}");
    }
}

#[test]
fn systems_of_an_exception() {
    let toml = "[[exception]]\nrule = \"a\"\nos = [\"windows\"]\n\
                [[exception.entry]]\nfield = \"user.name\"\nvalue = \"x\"\n";
    let pack = Pack::new(&[("a.toml", &elastic("a", "")), ("x/e.toml", toml)]);
    let set = pack.load_with("x/e.toml");
    assert_eq!(pack.problems(&set), "");
    assert!(plan(&set, "a").contains("host.os.type = [\"windows\"]"));
}
