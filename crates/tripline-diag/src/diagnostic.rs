//! One thing to say, and where.

use crate::{Code, Span};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; nothing is wrong.
    Note,
    /// The rule runs, but perhaps not as its author meant.
    Warning,
    /// The rule does not run.
    Error,
}

/// A second place that helps to understand the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What is to be seen there.
    pub text: String,
}

/// Something to say about a text, with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Which kind.
    pub code: &'static Code,
    /// How much it matters.
    pub severity: Severity,
    /// One terse sentence that names the thing, without a full stop.
    pub message: String,
    /// The place in the text; absent when it is about the whole text.
    pub span: Option<Span>,
    /// Further places.
    pub labels: Vec<Label>,
    /// What to do about it.
    pub help: Option<String>,
}

impl Diagnostic {
    /// The rule cannot run.
    pub fn error(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// The rule runs, perhaps not as meant.
    pub fn warning(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// Worth knowing.
    pub fn note(code: &'static Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: &'static Code, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), span: None, labels: vec![], help: None }
    }

    /// Places it.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Span, text: impl Into<String>) -> Self {
        self.labels.push(Label { span, text: text.into() });
        self
    }

    /// Says what to do.
    #[must_use]
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says what to do, if there is something to say.
    #[must_use]
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help = self.help.or(text);
        self
    }

    /// Whether the rule cannot run.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Whether one of them is an error.
pub fn has_errors(diagnostics: &[Diagnostic]) -> bool {
    diagnostics.iter().any(Diagnostic::is_error)
}
