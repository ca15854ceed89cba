//! One file: read and parsed without a look at any other, so that files can be read at once.

use super::toml_kind::{TomlKind, kind as toml_kind};
use super::yaml_kind::{YamlKind, kind as yaml_kind, looks_like_sigma};
use super::{Loaded, not_a_rule, one_line, read_text};
use crate::codes::SYNTAX;
use crate::report::FileReport;
use crate::sigma::{self, SigmaFile};
use crate::statements::{self, Statement};
use crate::value::Table;
use crate::{Problem, elastic};
use serde_norway::Value;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use tripline_diag::{Diagnostic, Span};

/// What was found in a file.
pub(super) struct FileRead {
    pub path: PathBuf,
    pub named: bool,
    /// Whether it is, or was meant to be, a file of rules.
    pub of_rules: bool,
    pub problems: Vec<Problem>,
    pub content: Content,
}

pub(super) enum Content {
    Nothing,
    /// JSON: what it holds changes the rule set in more than one place.
    Json,
    Rules(Vec<Loaded>),
    Statements(Vec<Statement>),
    /// A Splunk detection, which waits until the deployments are known.
    Detection(FileReport, Value),
    /// What detections refer to.
    Definition(FileReport, YamlKind, Value),
    Sigma(SigmaFile),
}

/// Fewer files than this are not worth a thread.
const WORTH_A_THREAD: usize = 64;

/// So many files a thread takes at once.
const SHARE: usize = 32;

/// Reads files on all cores. The results are in the order of the files.
pub(super) fn read_all(files: &[(PathBuf, bool)]) -> Vec<FileRead> {
    let one = |(path, named): &(PathBuf, bool)| read(path, *named);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = cores.min(files.len() / WORTH_A_THREAD);
    if threads < 2 {
        return files.iter().map(one).collect();
    }
    let shares: Vec<&[(PathBuf, bool)]> = files.chunks(SHARE).collect();
    let next = AtomicUsize::new(0);
    let work = || {
        let mut done = vec![];
        loop {
            let at = next.fetch_add(1, Ordering::Relaxed);
            let Some(share) = shares.get(at) else { return done };
            done.push((at, share.iter().map(one).collect::<Vec<_>>()));
        }
    };
    let mut all: Vec<(usize, Vec<FileRead>)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        let joined = threads.into_iter().map(std::thread::ScopedJoinHandle::join);
        // A reader that panics takes the program with it, as it would without threads.
        joined.flat_map(|done| done.unwrap_or_else(|why| std::panic::resume_unwind(why))).collect()
    });
    all.sort_by_key(|(at, _)| *at);
    all.into_iter().flat_map(|(_, share)| share).collect()
}

pub(super) fn read(path: &Path, named: bool) -> FileRead {
    let mut file = FileRead {
        path: path.to_owned(),
        named,
        of_rules: false,
        problems: vec![],
        content: Content::Nothing,
    };
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    if matches!(extension.as_str(), "json" | "ndjson") {
        file.content = Content::Json;
        return file;
    }
    let text = match read_text(path) {
        Ok(text) => text,
        Err(problem) => {
            file.of_rules = true;
            file.problems.push(*problem);
            return file;
        }
    };
    let mut report = FileReport::new(path, &text);
    match extension.as_str() {
        "toml" => toml(&mut file, &mut report, &text),
        "yml" | "yaml" => yaml(&mut file, &mut report, &text),
        _ => {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            not_a_rule(&mut report, &format!("`{name}` is neither TOML nor YAML nor JSON"));
        }
    }
    file.problems.append(&mut report.problems);
    file
}

fn toml(file: &mut FileRead, report: &mut FileReport, text: &str) {
    let table = match toml::de::DeTable::parse(text) {
        Ok(table) => Table::from_toml(table.get_ref()),
        Err(error) => {
            file.of_rules = true;
            let diagnostic = Diagnostic::error(&SYNTAX, one_line(error.message()));
            report.add(match error.span() {
                Some(span) => diagnostic.at(Span::new(span.start, span.end)),
                None => diagnostic,
            });
            return;
        }
    };
    match toml_kind(&table) {
        TomlKind::Rule => {
            file.of_rules = true;
            if let Some((rule, span)) = elastic::load(report, &table, file.named) {
                file.content = Content::Rules(vec![(rule, report.emptied(), span)]);
            }
        }
        TomlKind::Statements => {
            file.content = Content::Statements(statements::load(report, &table));
        }
        TomlKind::Exceptions if file.named => {
            not_a_rule(report, "the file holds exceptions, which `--exceptions` reads");
        }
        TomlKind::Other if file.named => not_a_rule(report, "the file has no `[rule]` table"),
        TomlKind::Exceptions | TomlKind::Other => {}
    }
}

fn yaml(file: &mut FileRead, report: &mut FileReport, text: &str) {
    if looks_like_sigma(text) {
        return sigma(file, report);
    }
    let value: Value = match serde_norway::from_str(text) {
        Ok(value) => value,
        Err(error) => {
            file.of_rules = true;
            let diagnostic = Diagnostic::error(&SYNTAX, one_line(&yaml_message(&error)));
            report.add(match error.location() {
                Some(at) => diagnostic.at(Span::new(at.index(), at.index() + 1)),
                None => diagnostic,
            });
            return;
        }
    };
    match yaml_kind(&value) {
        YamlKind::Detection => {
            file.of_rules = true;
            file.content = Content::Detection(report.emptied(), value);
        }
        YamlKind::Sigma => sigma(file, report),
        YamlKind::Other if file.named => {
            let text = "the file has neither a `search` with an `id` nor a `detection`";
            not_a_rule(report, text);
        }
        _ if file.named => not_a_rule(report, "the file defines what rules use, but no rule"),
        kind => file.content = Content::Definition(report.emptied(), kind, value),
    }
}

fn sigma(file: &mut FileRead, report: &mut FileReport) {
    file.of_rules = true;
    file.content = Content::Sigma(sigma::load(report, file.named));
}

/// The message without the place, which the caret shows.
fn yaml_message(error: &serde_norway::Error) -> String {
    let text = error.to_string();
    text.split(" at line ").next().unwrap_or(&text).to_owned()
}
