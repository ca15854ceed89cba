//! What the user must fix.

use std::fmt;
use std::io;

/// Why a verb could not do its work, in a sentence.
#[derive(Debug)]
pub enum Failure {
    /// Something in the command line, the files or the query.
    User(String),
    /// Output could not be written.
    Io(io::Error),
}

impl Failure {
    /// Something that the user must fix.
    pub fn user(text: impl fmt::Display) -> Self {
        Self::User(text.to_string())
    }

    /// Whether the reader of the output went away, which is no failure.
    pub fn is_broken_pipe(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Prints it to standard error.
    #[expect(clippy::print_stderr, reason = "this is where failures are shown")]
    pub fn print(&self) {
        match self {
            Self::User(text) => eprintln!("tripline: {}", text.trim_end()),
            Self::Io(error) => eprintln!("tripline: cannot write output: {error}"),
        }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
