//! `SigmaHQ`'s regression tests: an `info.yml` that names rules by id and, for each test, a file
//! with what a rule must find and how often.
//!
//! Paths are those of the whole repository (`regression_data/rules/…`). They are looked for in the
//! folders above the `info.yml`, as `SigmaHQ`'s own runner does, and then beside it, where the file
//! lies in fact. A test without `match_count` asks for at least one match: its runner asks for no
//! more of any test.

use super::find::{RuleName, Source};
use super::ours::problems_of_keys;
use super::{Case, CaseLogs, CaseState, Expected};
use crate::value::{Table, Value};
use std::path::{Path, PathBuf};
use tripline_diag::{Span, did_you_mean};

const TYPES: [&str; 3] = ["evtx", "json", "raw"];
const KEYS: [&str; 6] = ["description", "match_count", "name", "path", "provider", "type"];

/// Adds the tests of an `info.yml`. `pointer` is the rule that names the file.
pub(super) fn read(
    source: &Source<'_>,
    table: &Table,
    span: Span,
    pointer: Option<&RuleName>,
    cases: &mut Vec<Case>,
) {
    let mut rules: Vec<RuleName> = table
        .tables("rule_metadata")
        .filter_map(|(rule, _)| {
            let id = rule.text("id")?;
            let mut found = RuleName::find(source, id);
            if found.found.is_none()
                && let Some(title) = rule.text("title")
            {
                found.text = format!("{id} ({title})");
            }
            Some(found)
        })
        .collect();
    if rules.is_empty() {
        rules.extend(pointer.cloned());
    }
    if rules.is_empty() {
        let why = "no rule: `rule_metadata` has no `id`".to_owned();
        cases.push(source.broken("info.yml", &RuleName::default(), span, why));
        return;
    }
    for rule in &rules {
        let tests = table.get("regression_tests_info");
        let list = tests.and_then(|node| node.value.as_list()).unwrap_or(&[]);
        if let Some(node) = tests.filter(|node| node.value.as_list().is_none()) {
            let why = "`regression_tests_info` is not a list".to_owned();
            cases.push(source.broken("info.yml", rule, node.span, why));
        } else if list.is_empty() {
            let mut case = source.case("info.yml".to_owned(), rule, span);
            case.state = CaseState::Skipped {
                reason: "the `info.yml` lists no test".to_owned(),
                detail: source.path.display().to_string(),
            };
            cases.push(case);
        }
        for (at, node) in list.iter().enumerate() {
            if let Value::Table(test) = &node.value {
                one(source, test, node.span, rule, at, cases);
            } else {
                let why = "a test that is not a map".to_owned();
                cases.push(source.broken(&format!("test {}", at + 1), rule, node.span, why));
            }
        }
    }
}

fn one(
    source: &Source<'_>,
    test: &Table,
    span: Span,
    rule: &RuleName,
    at: usize,
    cases: &mut Vec<Case>,
) {
    let name = test.text("name").map_or_else(|| format!("test {}", at + 1), str::to_owned);
    let broken = |why: String| source.broken(&name, rule, span, why);
    if let Some(why) = problems_of_keys(test, &KEYS) {
        return cases.push(broken(why));
    }
    let kind = test.text("type").unwrap_or("evtx");
    if !TYPES.contains(&kind) {
        let help = did_you_mean(kind, TYPES).map(|h| format!("; {h}")).unwrap_or_default();
        return cases.push(broken(format!("`{kind}` is no type of test{help}")));
    }
    let expected = match test.get("match_count").map(|node| &node.value) {
        None => Expected::AtLeast(1),
        Some(Value::Number(digits)) if digits.parse::<u64>().is_ok() => {
            Expected::Exactly(digits.parse().expect("it was just parsed"))
        }
        Some(_) => return cases.push(broken("`match_count` is not a whole number".to_owned())),
    };
    let Some(path) = test.text("path") else {
        return cases.push(broken("the test has no `path`".to_owned()));
    };
    let file = resolve(source, path);
    if !file.exists() {
        return cases.push(broken(format!("there is no file `{path}`, nor beside the `info.yml`")));
    }
    let mut case = source.case(name, rule, span);
    case.expected = expected;
    let json = file.with_extension("json");
    case.logs = CaseLogs::Paths(vec![file]);
    let copy = (source.options.also_json && kind == "evtx" && json.exists()).then(|| Case {
        name: format!("{} (JSON)", case.name),
        logs: CaseLogs::Paths(vec![json]),
        ..case.clone()
    });
    cases.push(case);
    cases.extend(copy);
}

/// A path of the repository, from a file in it.
pub(super) fn resolve(source: &Source<'_>, path: &str) -> PathBuf {
    let path = path.replace('\\', "/");
    let folder = source.path.parent().unwrap_or(Path::new(""));
    let absolute = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
    let above = absolute.ancestors().map(|up| up.join(&path)).find(|file| file.exists());
    let name = path.rsplit('/').next().unwrap_or(&path);
    above.unwrap_or_else(|| folder.join(name))
}
