//! Codes: the stable names of what can be said.

/// The stable identity of a kind of diagnostic, for example `KQL003`.
///
/// Every crate that reports keeps its codes as statics in one file and lists them in a `CODES`
/// slice, from which the reference pages are generated.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    /// `KQL003`: an upper-case area and three digits. Never reused for another meaning.
    pub id: &'static str,
    /// The kind in a few words, without the particulars of one occurrence.
    pub title: &'static str,
    /// The page: what it means, why it matters, what to do. Plain Markdown.
    pub page: &'static str,
}

impl Code {
    /// A code, for use in statics.
    pub const fn new(id: &'static str, title: &'static str, page: &'static str) -> Self {
        Self { id, title, page }
    }
}
