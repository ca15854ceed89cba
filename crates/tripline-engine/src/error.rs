//! What can go wrong when a plan is bound.

use std::fmt;
use tripline_kernels::test::TestError;

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The rule's: an invalid regular expression, a bound that is no date.
    Query,
    /// It would take more than a limit allows.
    Resources,
}

/// Why a plan cannot run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    kind: ErrorKind,
    message: String,
    span: Option<tripline_diag::Span>,
}

impl Error {
    pub(crate) fn resources(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Resources, message: message.into(), span: None }
    }

    pub(crate) fn test(error: TestError, span: tripline_diag::Span) -> Self {
        Self { kind: ErrorKind::Query, message: error.message, span: Some(span) }
    }

    /// Whose fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where in the query, if it is about a place.
    pub fn span(&self) -> Option<tripline_diag::Span> {
        self.span
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
