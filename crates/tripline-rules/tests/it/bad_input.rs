//! What bad input gets: each is said with its place, and the rest loads.

use crate::pack::{Pack, elastic, splunk};
use tripline_rules::{LoadOptions, load};

#[track_caller]
fn check(files: &[(&str, &str)], rules: &[&str], expected: &str) {
    let pack = Pack::new(files);
    let set = pack.load();
    let ids: Vec<&str> = set.rules.iter().map(|r| &*r.id).collect();
    assert_eq!(ids, rules);
    assert_eq!(pack.problems(&set), expected.trim_start_matches('\n'));
}

#[test]
fn a_path_that_is_not_there() {
    let set = load(&["/no/such/rules".into()], &LoadOptions::default());
    assert_eq!(
        set.problems[0].render(false),
        "error[RUL001]: cannot read `/no/such/rules`: no such file or folder\n  --> /no/such/rules\n"
    );
}

#[test]
fn an_empty_folder() {
    check(
        &[],
        &[],
        "
error[RUL002]: no rules in `.`
  --> .
  = help: a rule is a TOML file with a `[rule]` table, a YAML file with `search` and `id` or with `logsource` and `detection`, or an export of Kibana's
",
    );
}

#[test]
fn files_that_are_no_rules_are_passed_over_in_folders() {
    let good = elastic("a", "");
    check(
        &[
            ("README.md", "# not a rule"),
            ("table.csv", "a,b"),
            ("x.json", "{}"),
            ("settings.toml", "[other]\nkey = 1"),
            ("story.yml", "name: a story\nnarrative: text"),
            ("good.toml", &good),
        ],
        &["a"],
        "",
    );
}

#[test]
fn a_named_file_that_is_no_rule() {
    let pack = Pack::new(&[("README.md", "# hi"), ("o.toml", "[other]\n"), ("s.yml", "name: x\n")]);
    let set = pack.load_these(&["README.md", "o.toml", "s.yml"]);
    assert_eq!(
        pack.problems(&set),
        "\
error[RUL003]: `README.md` is neither TOML nor YAML nor JSON
  --> README.md
  = help: rules are Elastic's TOML or JSON files and Splunk's or Sigma's YAML files, or folders of them

error[RUL003]: the file has no `[rule]` table
  --> o.toml
  = help: rules are Elastic's TOML or JSON files and Splunk's or Sigma's YAML files, or folders of them

error[RUL003]: the file has neither a `search` with an `id` nor a `detection`
  --> s.yml
  = help: rules are Elastic's TOML or JSON files and Splunk's or Sigma's YAML files, or folders of them
"
    );
}

#[test]
fn broken_rules_among_good_ones() {
    let (a, z) = (elastic("a", ""), splunk("z", "index=x | `detection_z_filter`", ""));
    check(
        &[
            ("a.toml", &a),
            ("b.toml", "[rule]\nname = \"x\nrule_id = 1"),
            ("c.yml", "name: x\nsearch: 'y\nid: {"),
            ("z.yml", &z),
        ],
        &["a", "z"],
        "
error[RUL004]: invalid basic string, expected `\"`
  --> b.toml:2:10
  |
2 | name = \"x
  |          ^

error[RUL004]: found unexpected end of stream
  --> c.yml:3:6
  |
3 | id: {
  |      ^
",
    );
}

#[test]
fn a_file_that_is_not_text() {
    let pack = Pack::new(&[("a.toml", &elastic("a", ""))]);
    std::fs::write(pack.path("b.toml"), b"[rule]\nname = \"\xff\"").unwrap();
    let set = pack.load();
    assert_eq!(set.rules.len(), 1);
    assert_eq!(
        pack.problems(&set),
        "error[RUL001]: cannot read `b.toml`: not UTF-8 text (byte 15)\n  --> b.toml\n"
    );
}

#[test]
fn a_rule_without_what_it_needs_says_all_at_once() {
    check(
        &[("a.toml", "# a rule\n[rule]\nname = \"x\"\nquery = 5\n")],
        &[],
        "
error[RUL005]: the rule has no `rule_id`
  --> a.toml:2:2
  |
2 | [rule]
  |  ^^^^

error[RUL005]: the rule has no `type`
  --> a.toml:2:2
  |
2 | [rule]
  |  ^^^^

error[RUL007]: `query` is not a text
  --> a.toml:4:9
  |
4 | query = 5
  |         ^
",
    );
}

#[test]
fn one_bad_key_does_not_lose_the_rule() {
    let text = elastic(
        "a",
        "form = \"now-9m\"\ninterval = \"5 minutes\"\nmax_signals = 0\ntags = [\"x\", 5]\n",
    );
    check(
        &[("a.toml", &text)],
        &["a"],
        "
warning[RUL006]: `[rule]` has no key `form`
  --> a.toml:10:1
   |
10 | form = \"now-9m\"
   | ^^^^
  = help: did you mean `from`?

warning[RUL007]: `5 minutes` is not a period
  --> a.toml:11:12
   |
11 | interval = \"5 minutes\"
   |            ^^^^^^^^^^^
  = help: periods are written `5m`, `1h`, `7d`

warning[RUL007]: `max_signals` is less than 1, or too large
  --> a.toml:12:15
   |
12 | max_signals = 0
   |               ^

warning[RUL007]: an entry of `tags` is not a text
  --> a.toml:13:14
   |
13 | tags = [\"x\", 5]
   |              ^
",
    );
}

#[test]
fn an_unknown_type_or_severity_names_the_nearest() {
    let text = elastic("a", "").replace("\"query\"", "\"qery\"");
    let other = elastic("b", "").replace("\"low\"", "\"hihg\"");
    check(
        &[("a.toml", &text), ("b.toml", &other)],
        &["b"],
        "
error[RUL007]: `qery` is no type of rule
  --> a.toml:4:8
  |
4 | type = \"qery\"
  |        ^^^^^^
  = help: did you mean `query`?

warning[RUL007]: `hihg` is no severity
  --> b.toml:5:12
  |
5 | severity = \"hihg\"
  |            ^^^^^^
  = help: did you mean `high`?
",
    );
}

#[test]
fn the_same_id_twice_keeps_the_first_path() {
    let first = elastic("A-1", "");
    let second = elastic("a-1", "");
    check(
        &[("x/one.toml", &first), ("y/two.toml", &second)],
        &["A-1"],
        "
error[RUL008]: rule id `a-1` is in `x/one.toml` and in `y/two.toml`
  --> y/two.toml:3:11
  |
3 | rule_id = \"a-1\"
  |           ^^^^^
  = help: the first is kept; give this one an id of its own
",
    );
}

#[test]
fn a_file_named_twice_is_one_rule() {
    let pack = Pack::new(&[("a.toml", &elastic("a", ""))]);
    let paths = [pack.root().to_owned(), pack.path("a.toml"), pack.path("a.toml")];
    let set = load(&paths, &LoadOptions::default());
    assert_eq!(set.problems, vec![]);
    assert_eq!(set.rules.len(), 1);
    assert!(set.rules[0].origin.named);
}

#[test]
fn misspelt_keys_of_a_detection() {
    let text = splunk("z", "index=x", "descripton: y\ntags:\n  asset_type: z\n  mesage: m");
    check(
        &[("z.yml", &text)],
        &["z"],
        "
warning[RUL006]: a detection has no key `descripton`
  --> z.yml:6:1
  |
6 | descripton: y
  | ^^^^^^^^^^
  = help: did you mean `description`?

warning[RUL006]: `tags` has no key `mesage`
  --> z.yml:9:3
  |
9 |   mesage: m
  |   ^^^^^^
  = help: did you mean `message`?
",
    );
}

#[test]
fn a_detection_without_an_id() {
    check(
        &[("z.yml", "name: z\nsearch: index=x\n")],
        &[],
        "
error[RUL005]: the detection has no `id`
  --> z.yml:1:1
  |
1 | name: z
  | ^
",
    );
}

#[test]
fn deep_nesting_is_an_error_and_no_crash() {
    let toml = format!("[rule]\nx = {}{}", "[".repeat(20_000), "]".repeat(20_000));
    let yaml = format!("search: {}{}", "[".repeat(20_000), "]".repeat(20_000));
    let pack = Pack::new(&[("a.toml", &toml), ("b.yml", &yaml), ("c.toml", &elastic("c", ""))]);
    let set = pack.load();
    assert_eq!(set.rules.len(), 1);
    assert!(set.problems.len() >= 2, "{}", pack.problems(&set));
}

#[test]
fn a_folder_that_links_to_itself() {
    let pack = Pack::new(&[("in/a.toml", &elastic("a", ""))]);
    #[cfg(unix)]
    std::os::unix::fs::symlink(pack.root(), pack.path("in/again")).unwrap();
    let set = pack.load();
    assert_eq!(set.rules.len(), 1);
    assert_eq!(set.problems, vec![]);
}

/// Every prefix and every file with one line gone either loads or is said to be broken.
#[test]
fn files_cut_short_anywhere() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../../rules/outbound-smb");
    for (name, extension) in [
        ("elastic/direct_outbound_smb_connection.toml", "toml"),
        ("elastic/rare_smb_connection_to_the_internet.toml", "toml"),
        ("splunk/detect_outbound_smb_traffic.yml", "yml"),
        ("macros/security_content_ctime.yml", "yml"),
        ("../../crates/tripline-rules/tests/it/sigma/chain.yml", "yml"),
        ("false-positives.toml", "toml"),
    ] {
        let text = std::fs::read_to_string(format!("{root}/{name}")).unwrap();
        let mut cases: Vec<String> = (0..text.len())
            .step_by(41)
            .filter_map(|end| text.get(..end).map(str::to_owned))
            .collect();
        let lines: Vec<&str> = text.lines().collect();
        cases.extend((0..lines.len()).map(|gone| {
            let kept = lines.iter().enumerate().filter(|(at, _)| *at != gone);
            kept.map(|(_, line)| *line).collect::<Vec<_>>().join("\n")
        }));
        let pack = Pack::new(&[]);
        for (at, case) in cases.iter().enumerate() {
            std::fs::write(pack.path(&format!("{at}.{extension}")), case).unwrap();
        }
        let set = pack.load();
        for rule in &set.rules {
            let compiled = set.compile(rule, None, tripline_schema::Schema::builtin());
            assert!(compiled.plan.is_some() || !compiled.diagnostics.is_empty());
        }
        for problem in &set.problems {
            problem.render(true);
        }
    }
}
