//! What the user must fix.

use std::fmt;
use std::io;

/// Why a verb could not do its work, in a sentence.
#[derive(Debug)]
pub enum Failure {
    /// Something in the command line, the files or the query.
    User(String),
    /// The same, already written as a compiler would, with code and place.
    Shown(String),
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
        matches!(self, Self::Io(error) if broken_pipe(error))
    }

    /// Prints it to standard error.
    pub fn print(&self) {
        use io::Write;
        // Nobody is left to be told where standard error is closed too.
        let mut err = io::stderr().lock();
        let _ = match self {
            Self::User(text) => writeln!(err, "tripline: {}", text.trim_end()),
            Self::Shown(text) => writeln!(err, "{}", text.trim_end()),
            Self::Io(error) => writeln!(err, "tripline: cannot write output: {}", io_reason(error)),
        };
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// The writer of CSV wraps what the system says.
fn broken_pipe(error: &io::Error) -> bool {
    let wrapped = error.get_ref().and_then(|inner| inner.downcast_ref::<csv::Error>());
    match wrapped.map(csv::Error::kind) {
        Some(csv::ErrorKind::Io(inner)) => broken_pipe(inner),
        _ => error.kind() == io::ErrorKind::BrokenPipe,
    }
}

/// An error of the system in a few words, without its number.
pub fn io_reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "no permission to read it".to_owned(),
        io::ErrorKind::InvalidData => "not text (UTF-8)".to_owned(),
        io::ErrorKind::NotADirectory => "not a folder".to_owned(),
        io::ErrorKind::IsADirectory => "a folder, where a file is needed".to_owned(),
        io::ErrorKind::StorageFull => "no space left on the device".to_owned(),
        _ => error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pipe_that_broke_is_found_inside_of_other_errors() {
        let broken = || io::Error::from(io::ErrorKind::BrokenPipe);
        let in_csv = io::Error::from(csv::Error::from(broken()));
        for error in [broken(), in_csv] {
            assert!(Failure::Io(error).is_broken_pipe());
        }
        assert!(!Failure::Io(io::Error::other("full")).is_broken_pipe());
        assert!(!Failure::user("Broken pipe").is_broken_pipe());
    }
}
