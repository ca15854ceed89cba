//! Collecting what is to be said about one file.

use crate::Problem;
use std::path::{Path, PathBuf};
use tripline_diag::{Diagnostic, SourceText};

/// A file that is being read, and the problems found in it.
#[derive(Debug)]
pub(crate) struct FileReport {
    pub path: PathBuf,
    pub source: SourceText,
    pub problems: Vec<Problem>,
}

impl FileReport {
    pub fn new(path: &Path, text: &str) -> Self {
        let source = SourceText::new(path.display().to_string(), text);
        Self { path: path.to_owned(), source, problems: vec![] }
    }

    pub fn add(&mut self, diagnostic: Diagnostic) {
        self.problems.push(Problem {
            path: self.path.clone(),
            source: self.source.clone(),
            diagnostic,
        });
    }

    /// The text from a byte of the file on as the source of an inner text (a query).
    pub fn inner(&self, text: &str, at: usize) -> SourceText {
        let (line, _) = self.source.line_column(at as u32);
        SourceText { name: self.source.name.clone(), text: text.into(), first_line: line }
    }
}
