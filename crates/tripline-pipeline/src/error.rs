//! Why a pipeline did not run.

use crate::codes;
use datafusion::error::DataFusionError;
use std::fmt;
use tripline_diag::{Code, Diagnostic, Span};

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The query's: someone must change it, or give what it refers to.
    Query,
    /// The rows need more memory than is allowed.
    Resources,
    /// Ours.
    Internal,
}

/// Why a pipeline did not run.
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    code: &'static Code,
    message: String,
    span: Option<Span>,
    help: Option<String>,
}

impl Error {
    pub(crate) fn query(code: &'static Code, message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Query, code, message: message.into(), span: None, help: None }
    }

    pub(crate) fn internal(message: impl Into<String>) -> Self {
        let (kind, code) = (ErrorKind::Internal, &codes::INTERNAL);
        Self { kind, code, message: message.into(), span: None, help: None }
    }

    #[must_use]
    pub(crate) fn help(mut self, help: Option<String>) -> Self {
        self.help = help;
        self
    }

    /// Places it, unless it has a narrower place.
    #[must_use]
    pub(crate) fn or_at(mut self, span: Span) -> Self {
        self.span = self.span.or(Some(span));
        self
    }

    /// Whose fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Which kind of problem.
    pub fn code(&self) -> &'static Code {
        self.code
    }

    /// Where in the query; absent when it is about the whole.
    pub fn span(&self) -> Option<Span> {
        self.span
    }

    /// As a diagnostic about the query.
    pub fn to_diagnostic(&self) -> Diagnostic {
        let mut diagnostic =
            Diagnostic::error(self.code, self.message.clone()).maybe_help(self.help.clone());
        diagnostic.span = self.span;
        diagnostic
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

impl From<DataFusionError> for Error {
    fn from(error: DataFusionError) -> Self {
        match error.find_root() {
            DataFusionError::ResourcesExhausted(detail) => Self {
                kind: ErrorKind::Resources,
                code: &codes::OUT_OF_MEMORY,
                message: format!("the pipeline ran out of memory: {detail}"),
                span: None,
                help: Some("narrow the search, or raise the memory limit".to_owned()),
            },
            root => Self::internal(root.to_string()),
        }
    }
}
