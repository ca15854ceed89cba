//! What makes reading impossible, as opposed to a record that is set aside.

use std::fmt;

/// An input or an option that cannot be used. What is wrong inside an input is never an error but
/// a [`crate::Rejected`].
#[derive(Debug)]
pub struct Error {
    kind: ErrorKind,
    message: String,
}

/// Whose fault it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ErrorKind {
    /// The user named something that is not there or does not read: a path, a glob, a source type.
    Usage,
    /// The operating system refused.
    Io,
}

impl Error {
    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Usage, message: message.into() }
    }

    pub(crate) fn io(message: impl Into<String>) -> Self {
        Self { kind: ErrorKind::Io, message: message.into() }
    }

    /// Whose fault it is.
    pub fn kind(&self) -> ErrorKind {
        self.kind
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
