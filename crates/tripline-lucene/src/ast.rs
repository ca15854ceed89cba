//! What a query says, before anything is known of its fields.
//!
//! The tree is Lucene's own: a group is a list of clauses, each of which must, should or must not
//! hold; fields are written out (`f:(a OR b)` is two values of `f`). A part that could not be read is
//! [`NodeKind::Error`]; there is a diagnostic for it.

use tripline_diag::Span;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Its condition; none for a blank query.
    pub root: Option<Node>,
}

/// A condition with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it says.
    pub kind: NodeKind,
    /// Where it stands.
    pub span: Span,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// Clauses.
    Group(Vec<Clause>),
    /// A value of a field.
    Value {
        /// The field; none for the default ones.
        field: Option<Name>,
        /// What it is compared with.
        value: Value,
    },
    /// Unreadable.
    Error,
}

/// A clause of a group.
#[derive(Debug, Clone, PartialEq)]
pub struct Clause {
    /// What it has to do.
    pub occur: Occur,
    /// Whether it is excluded although it was introduced by `OR`.
    pub after_or: bool,
    /// What it says.
    pub node: Node,
}

/// What a clause has to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occur {
    /// Hold.
    Must,
    /// Hold, unless another one of the group must or does.
    Should,
    /// Not hold.
    MustNot,
}

/// A field's name, freed of escapes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name; a `*` in it is a pattern, `*` alone is every field.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// What a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Without quotes, freed of escapes; words in a row are one text.
    Text(String),
    /// In quotes.
    Phrase {
        /// Freed of escapes.
        text: String,
        /// Whether a distance between the words was allowed (`~3`), and where.
        slop: Option<Span>,
    },
    /// With wildcards.
    Pattern(Vec<Piece>),
    /// Between slashes, as written.
    Regex(String),
    /// Between two bounds.
    Range {
        /// Lower bound.
        lower: Edge,
        /// Upper bound.
        upper: Edge,
    },
    /// A word that may differ (`word~`).
    Fuzzy(String),
}

/// A bound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Edge {
    /// The value, freed of escapes; none for `*`.
    pub value: Option<String>,
    /// Whether the value itself is inside.
    pub inclusive: bool,
}

/// A part of a pattern. No two texts stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// This text.
    Text(String),
    /// `*`.
    Many,
    /// `?`.
    One,
}
