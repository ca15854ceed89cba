//! Collecting what is to be said about one file.

use crate::Problem;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tripline_diag::{Diagnostic, SourceText, Span};

/// A file that is being read, and the problems found in it.
#[derive(Debug, Clone)]
pub(crate) struct FileReport {
    pub path: PathBuf,
    pub source: SourceText,
    pub format: Format,
    pub problems: Vec<Problem>,
}

/// How the text of a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// TOML or YAML.
    Plain,
    Json,
}

impl FileReport {
    pub fn new(path: &Path, text: &str) -> Self {
        let source = SourceText::new(path.display().to_string(), text);
        Self { path: path.to_owned(), source, format: Format::Plain, problems: vec![] }
    }

    /// A part of a JSON file that starts on this line.
    pub fn json(path: &Path, text: &str, first_line: u32) -> Self {
        let source =
            SourceText { name: path.display().to_string().into(), text: text.into(), first_line };
        Self { path: path.to_owned(), source, format: Format::Json, problems: vec![] }
    }

    /// The same file without problems.
    pub fn emptied(&self) -> Self {
        Self {
            path: self.path.clone(),
            source: self.source.clone(),
            format: self.format,
            problems: vec![],
        }
    }

    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.problems.push(Problem {
            path: self.path.clone(),
            source: self.source.clone(),
            diagnostic,
        });
    }

    /// Says something about a part of the file that has a text of its own.
    pub fn in_part(&mut self, diagnostic: Diagnostic, source: SourceText) {
        self.problems.push(Problem { path: self.path.clone(), source, diagnostic });
    }

    /// A query as the source of what is said about it. `span` is that of the quoted text in the
    /// file.
    ///
    /// A query in TOML is as it stands in the file, so that its lines are the file's. In JSON it is
    /// one line with escapes, so that its lines are counted by themselves, under a name that says
    /// where it is.
    pub fn query(&self, text: &str, span: Option<Span>) -> SourceText {
        let Some(span) = span else {
            return SourceText { name: self.source.name.clone(), text: text.into(), first_line: 1 };
        };
        if self.format == Format::Json {
            let (line, _) = self.source.line_column(span.start);
            let name = format!("{}, line {line}, query", self.source.name);
            return SourceText::new(name, text);
        }
        let at = inner_start(&self.source.text, span.range());
        let (line, _) = self.source.line_column(at as u32);
        SourceText { name: self.source.name.clone(), text: text.into(), first_line: line }
    }
}

/// The byte at which a TOML string's content starts: after its quotes, and after the line break
/// that TOML drops behind an opening `'''`.
fn inner_start(file: &str, span: Range<usize>) -> usize {
    let text = file.get(span.clone()).unwrap_or("");
    let quotes = if text.starts_with("'''") || text.starts_with("\"\"\"") { 3 } else { 1 };
    let rest = text.get(quotes..).unwrap_or("");
    let line_break = match rest.as_bytes() {
        [b'\r', b'\n', ..] if quotes == 3 => 2,
        [b'\n', ..] if quotes == 3 => 1,
        _ => 0,
    };
    span.start + quotes + line_break
}
