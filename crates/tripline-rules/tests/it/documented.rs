//! The examples of `docs/reference/rules.md` are read without a word.

use crate::pack::Pack;
use tripline_rules::{LoadOptions, load};

fn block<'t>(page: &'t str, language: &str) -> &'t str {
    let (_, rest) = page.split_once(&format!("```{language}\n")).unwrap();
    rest.split_once("\n```").unwrap().0
}

#[test]
fn examples_load() {
    let page = include_str!("../../../../docs/reference/rules.md");
    let pack = Pack::new(&[
        ("rules/export.ndjson", block(page, "ndjson")),
        ("exceptions.toml", block(page, "toml")),
    ]);
    let options =
        LoadOptions { exceptions: vec![pack.path("exceptions.toml")], ..LoadOptions::default() };
    let set = load(&[pack.path("rules")], &options);
    assert_eq!(pack.problems(&set), "");
    let names: Vec<&str> = set.exceptions().map(|(_, name)| name).collect();
    assert_eq!(names, ["partner", "Head office"]);
}
