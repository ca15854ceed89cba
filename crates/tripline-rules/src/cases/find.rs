//! The files that hold tests, and what each of them is.

use super::{
    Case, CaseLogs, CaseOptions, CaseSet, CaseSettings, CaseState, Expected, ours, sigma_hq, yaml,
};
use crate::load::{Found, find, one_line, read_text};
use crate::value::{Node, Table, Value};
use crate::{Problem, RuleSet};
use std::collections::{BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use tripline_diag::{SourceText, Span, did_you_mean};

/// The tests in these files and folders: those that stand in rules, those in files of their own,
/// and `SigmaHQ`'s. Which rule a test is about is looked up among the loaded ones.
pub fn load_cases(paths: &[PathBuf], set: &RuleSet, options: &CaseOptions) -> CaseSet {
    let mut files = BTreeSet::new();
    // What cannot be opened was said when the rules were loaded.
    let mut problems = vec![];
    for path in paths {
        match find(path, &mut problems) {
            Found::File(file) => drop(files.insert(file)),
            Found::Folder(found) => files.extend(found),
            Found::Nothing => {}
        }
    }
    let mut finder = Finder { set, options, seen: HashSet::new(), found: CaseSet::default() };
    let mut pointers = vec![];
    for file in &files {
        let Some(format) = Format::of(file) else { continue };
        finder.file(file, format, &mut pointers);
    }
    for (rule, path, pointer) in pointers {
        finder.pointed(rule, &path, &pointer);
    }
    let mut found = finder.found;
    // A rule's own pointer may lead elsewhere than to where its tests lie.
    let cases = std::mem::take(&mut found.cases);
    found.missing.retain(|(rule, _)| !cases.iter().any(|case| case.rule == Some(*rule)));
    found.cases = cases;
    found.cases.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    found
}

/// A file with tests while it is read.
pub(super) struct Source<'a> {
    pub path: &'a Path,
    pub text: SourceText,
    pub set: &'a RuleSet,
    pub options: &'a CaseOptions,
}

impl Source<'_> {
    pub fn line(&self, span: Span) -> u32 {
        self.text.line_column(span.start).0
    }

    /// A path as the file means it.
    pub fn beside(&self, path: &str) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(path)
    }

    /// A case without events and expectation; broken if there is no such rule.
    pub fn case(&self, name: String, rule: &RuleName, span: Span) -> Case {
        let state = rule.problem.clone().map_or(CaseState::Ready, CaseState::Broken);
        Case {
            name,
            rule: rule.found,
            rule_name: rule.text.clone(),
            file: self.path.to_owned(),
            line: self.line(span),
            state,
            logs: CaseLogs::Paths(vec![]),
            expected: Expected::AtLeast(1),
            settings: CaseSettings::default(),
        }
    }

    /// A file, or a part of it, that cannot be read.
    pub fn broken(&self, name: &str, rule: &RuleName, span: Span, why: String) -> Case {
        let state = CaseState::Broken(why);
        Case { state, ..self.case(name.to_owned(), rule, span) }
    }
}

/// A rule as a file names it.
#[derive(Debug, Clone, Default)]
pub(super) struct RuleName {
    pub found: Option<usize>,
    /// For people.
    pub text: String,
    /// Why it is not there.
    pub problem: Option<String>,
}

impl RuleName {
    /// The rule of that id, name or file name, or of that file.
    pub fn find(source: &Source<'_>, wanted: &str) -> Self {
        let set = source.set;
        let beside = source.beside(wanted);
        let by_path = || set.rules.iter().position(|rule| rule.origin.path == beside);
        let found = set.position(wanted).or_else(by_path);
        let text = found.map_or_else(|| wanted.to_owned(), |at| set.rules[at].name.to_string());
        let problem = found.is_none().then(|| unknown_rule(set, wanted));
        Self { found, text, problem }
    }

    /// The rule of a file, if there are several that of an id.
    fn of_file(set: &RuleSet, path: &Path, id: Option<&str>) -> Self {
        let mut inside = set.rules.iter().enumerate().filter(|(_, rule)| rule.origin.path == *path);
        let found = match id {
            Some(id) => inside.find(|(_, rule)| rule.id.eq_ignore_ascii_case(id)),
            None => inside.next().filter(|_| inside.next().is_none()),
        };
        let stem = || path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self {
            found: found.map(|(at, _)| at),
            text: found.map_or_else(stem, |(_, rule)| rule.name.to_string()),
            problem: found.is_none().then(|| not_loaded(set, path)),
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Format {
    Yaml,
    Toml,
}

impl Format {
    fn of(path: &Path) -> Option<Self> {
        match path.extension()?.to_str()?.to_ascii_lowercase().as_str() {
            "yml" | "yaml" => Some(Self::Yaml),
            "toml" => Some(Self::Toml),
            _ => None,
        }
    }
}

struct Finder<'a> {
    set: &'a RuleSet,
    options: &'a CaseOptions,
    seen: HashSet<PathBuf>,
    found: CaseSet,
}

impl<'a> Finder<'a> {
    fn file(&mut self, path: &Path, format: Format, pointers: &mut Vec<(usize, PathBuf, String)>) {
        let real = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if !self.seen.insert(real) {
            return;
        }
        let own = is_side_file(path);
        let text = match read_text(path) {
            Ok(text) => text,
            Err(problem) => {
                if own {
                    self.unreadable(path, "", problem.diagnostic.message);
                }
                return;
            }
        };
        // Thousands of rules are read, and few have tests.
        let info = is_info(path);
        let tests = own || info || has_line(&text, format);
        if !tests && !text.contains("regression_tests_path") {
            return;
        }
        let documents = match format {
            Format::Yaml => yaml::parse(&text),
            Format::Toml => toml(&text).map(|node| vec![node]),
        };
        let documents = match documents {
            Ok(documents) => documents,
            Err((why, at)) if tests => {
                let source = SourceText::new("", &*text);
                let (line, column) = source.line_column(at as u32);
                return self.unreadable(
                    path,
                    &text,
                    format!("line {line}, column {column}: {why}"),
                );
            }
            // A rule that cannot be read is said when rules are loaded.
            Err(_) => return,
        };
        let source = self.source(path, &text);
        let several = documents.len() > 1;
        for document in &documents {
            let Value::Table(table) = &document.value else { continue };
            if info && (table.has("rule_metadata") || table.has("regression_tests_info")) {
                sigma_hq::read(&source, table, document.span, None, &mut self.found.cases);
                continue;
            }
            let id = table.text("id").filter(|_| several);
            if let Some(tests) = table.get("tests") {
                let rule = match (own, table.text("rule")) {
                    (true, Some(wanted)) => RuleName::find(&source, wanted),
                    (true, None) => beside(&source),
                    (false, _) => RuleName::of_file(self.set, path, id),
                };
                ours::read(&source, tests, &rule, own, &mut self.found.cases);
            } else if own {
                let rule = beside(&source);
                let why = "the file has no `tests`".to_owned();
                self.found.cases.push(source.broken("tests", &rule, document.span, why));
            }
            if let Some(pointer) = table.text("regression_tests_path") {
                let rule = RuleName::of_file(self.set, path, id);
                if let Some(at) = rule.found {
                    pointers.push((at, sigma_hq::resolve(&source, pointer), pointer.to_owned()));
                }
            }
        }
    }

    fn source<'s>(&self, path: &'s Path, text: &str) -> Source<'s>
    where
        'a: 's,
    {
        let text = SourceText::new(path.display().to_string(), text);
        Source { path, text, set: self.set, options: self.options }
    }

    fn unreadable(&mut self, path: &Path, text: &str, why: String) {
        let source = self.source(path, text);
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let rule = if is_info(path) { RuleName::default() } else { beside(&source) };
        let case = source.broken(&name, &rule, Span::default(), why);
        self.found.cases.push(case);
    }

    /// The tests that a rule says it has, unless they were found already.
    fn pointed(&mut self, rule: usize, path: &Path, pointer: &str) {
        let Ok(real) = std::fs::canonicalize(path) else {
            self.found.missing.push((rule, pointer.to_owned()));
            return;
        };
        if !self.seen.insert(real) {
            return;
        }
        let parsed = read_text(path)
            .map_err(|problem| (problem.diagnostic.message.clone(), 0))
            .and_then(|text| yaml::parse(&text).map(|documents| (text, documents)));
        match parsed {
            Ok((text, documents)) => {
                let text_of = self.set.rules[rule].name.to_string();
                let name = RuleName { found: Some(rule), text: text_of, problem: None };
                let source = self.source(path, &text);
                let mut cases = vec![];
                for document in &documents {
                    if let Value::Table(table) = &document.value {
                        sigma_hq::read(&source, table, document.span, Some(&name), &mut cases);
                    }
                }
                self.found.cases.append(&mut cases);
            }
            Err((why, _)) => self.unreadable(path, "", why),
        }
    }
}

/// A file of tests beside their rule: `rule.tests.yml` is about `rule.yml` or `rule.toml`.
fn is_side_file(path: &Path) -> bool {
    stem(path).is_some_and(|stem| stem.strip_suffix(".tests").is_some())
}

fn is_info(path: &Path) -> bool {
    stem(path).as_deref() == Some("info")
}

fn stem(path: &Path) -> Option<String> {
    Some(path.file_stem()?.to_str()?.to_ascii_lowercase())
}

/// The rule beside a file of tests.
fn beside(source: &Source<'_>) -> RuleName {
    let stem = source.path.file_stem().unwrap_or_default().to_string_lossy();
    let stem = stem.strip_suffix(".tests").unwrap_or(&stem);
    for extension in ["yml", "yaml", "toml", "json", "ndjson"] {
        let path = source.beside(&format!("{stem}.{extension}"));
        let rule = RuleName::of_file(source.set, &path, None);
        if rule.found.is_some() {
            return rule;
        }
    }
    RuleName::find(source, stem)
}

/// Whether a line of the text begins a list of tests.
fn has_line(text: &str, format: Format) -> bool {
    text.lines().any(|line| match format {
        Format::Yaml => line.starts_with("tests:"),
        Format::Toml => line.starts_with("[[tests]]") || line.starts_with("tests"),
    })
}

fn toml(text: &str) -> Result<Node, (String, usize)> {
    match toml::de::DeTable::parse(text) {
        Ok(table) => {
            let table = Table::from_toml(table.get_ref());
            Ok(Node { value: Value::Table(table), span: Span::new(0, 0) })
        }
        Err(error) => Err((one_line(error.message()), error.span().map_or(0, |span| span.start))),
    }
}

/// Why there is no such rule, with the nearest name.
fn unknown_rule(set: &RuleSet, wanted: &str) -> String {
    let named = |problem: &&Problem| {
        problem.path.file_stem().is_some_and(|stem| stem.eq_ignore_ascii_case(wanted))
    };
    if let Some(problem) = errors(set).find(named) {
        return not_loaded(set, &problem.path);
    }
    let help = did_you_mean(wanted, set.names()).map(|h| format!("; {h}")).unwrap_or_default();
    format!("no rule `{wanted}` among the {} loaded{help}", set.rules.len())
}

fn not_loaded(set: &RuleSet, path: &Path) -> String {
    match errors(set).find(|problem| problem.path == path) {
        Some(problem) => format!("the rule is not loaded: {}", problem.diagnostic.message),
        None => format!("`{}` has no rule, or none with this id", path.display()),
    }
}

fn errors(set: &RuleSet) -> impl Iterator<Item = &Problem> {
    set.problems.iter().filter(|problem| problem.diagnostic.is_error())
}
