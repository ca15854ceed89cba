//! Diagnostics as a person sees them, whole.

use crate::support::{lowered, small};

/// Cases are in `diagnostics.txt`: a query after `> `, then what is said about it. With
/// `SPEC_UPDATE=1` the answers are written anew.
#[test]
fn diagnostics_read_well() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/diagnostics.txt");
    let text = std::fs::read_to_string(path).unwrap();
    let mut expected = String::new();
    for query in text.lines().filter_map(|l| l.strip_prefix("> ")) {
        let answer = lowered(&query.replace("\\n", "\n"), &small());
        expected.extend(["> ", query, "\n", &answer, "\n"]);
    }
    if std::env::var_os("SPEC_UPDATE").is_some() {
        std::fs::write(path, &expected).unwrap();
    }
    assert_eq!(text, expected, "run again with SPEC_UPDATE=1 if this is right");
}

/// Each code is in the table of cases, so that each has been read by somebody.
#[test]
fn every_code_has_a_case() {
    let text = include_str!("diagnostics.txt");
    for code in tripline_eql::CODES {
        // A warning is not shown where there is a plan.
        let shown = text.contains(&format!("[{}]", code.id));
        assert!(shown || code.id == "EQL016", "{}", code.id);
    }
}

#[test]
fn a_literal_wildcard_is_a_warning() {
    let query = r#"any where process.name == "cmd*""#;
    let compiled = tripline_eql::compile(query, &tripline_eql::Options::default(), &small());
    assert!(compiled.plan.is_some());
    assert_eq!(
        crate::support::rendered(query, &compiled.diagnostics),
        "warning[EQL016]: `*` is an ordinary character for `==`
  --> query:1:27
  |
1 | any where process.name == \"cmd*\"
  |                           ^^^^^^
  = help: use `:` or `like` if a pattern is meant
"
    );
}

/// The reference page names every code and every function.
#[test]
fn the_reference_is_complete() {
    let page = include_str!("../../../../docs/reference/eql.md");
    for code in tripline_eql::CODES {
        assert!(page.contains(code.id), "{}", code.id);
    }
    for function in tripline_eql::functions() {
        assert!(page.contains(&format!("`{}(", function.name)), "{}", function.name);
        let insensitive = function.kernel_insensitive.is_some();
        assert_eq!(
            page.contains(&format!("`{}~`", function.name)),
            insensitive,
            "{}",
            function.name
        );
    }
}
