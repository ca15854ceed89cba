//! What a query says, before anything is known of its fields.
//!
//! The tree is Kibana's: `field:(a or b)` is already distributed over its values, parentheses are
//! gone, `and` and `or` hold all operands of one level. A part that could not be read is
//! [`NodeKind::Error`]; there is a diagnostic for it.

use tripline_diag::Span;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// Its condition. A blank query is `*: *`, which is true for every event.
    pub root: Node,
}

/// A condition with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// What it says.
    pub kind: NodeKind,
    /// Where it stands. Of a value in a list this is the value's place.
    pub span: Span,
}

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub enum NodeKind {
    /// One of them; at least two.
    Or(Vec<Node>),
    /// All of them; at least two.
    And(Vec<Node>),
    /// Not so.
    Not(Box<Node>),
    /// `field: value`, or a value alone.
    Is {
        /// The field; none for free text.
        field: Option<Literal>,
        /// What it is compared with.
        value: Literal,
    },
    /// `field >= value`.
    Range {
        /// The field.
        field: Literal,
        /// The comparison.
        op: RangeOp,
        /// What it is compared with.
        value: Literal,
    },
    /// `field: { … }`.
    Nested {
        /// The array of objects.
        field: Literal,
        /// The condition on one element, its fields named from the element.
        query: Box<Node>,
    },
    /// Unreadable.
    Error,
}

/// How a range compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeOp {
    /// `<`
    Lt,
    /// `<=`
    Lte,
    /// `>`
    Gt,
    /// `>=`
    Gte,
}

impl RangeOp {
    /// As it is written.
    pub fn sign(self) -> &'static str {
        match self {
            Self::Lt => "<",
            Self::Lte => "<=",
            Self::Gt => ">",
            Self::Gte => ">=",
        }
    }
}

/// A name or a value as written, with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Literal {
    /// What it is.
    pub kind: LiteralKind,
    /// Where it stands, quotes included.
    pub span: Span,
}

/// A name or a value, freed of quotes and escapes. Numbers are text until a field says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub enum LiteralKind {
    /// In quotes.
    Quoted(String),
    /// Without quotes.
    Text(String),
    /// Without quotes, with at least one wildcard.
    Wildcard(Vec<Piece>),
    /// `true` or `false` without quotes.
    Bool(bool),
    /// `null` without quotes.
    Null,
}

/// A part of a wildcard literal. No two texts stand side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// This text; an escaped `\*` is in here.
    Text(String),
    /// `*`.
    Many,
}

impl Literal {
    /// Whether it is nothing but wildcards: any value, or any field.
    pub fn is_lone_wildcard(&self) -> bool {
        matches!(&self.kind, LiteralKind::Wildcard(pieces)
            if pieces.iter().all(|p| *p == Piece::Many))
    }

    /// The text that it stands for; wildcards as `*`.
    pub fn text(&self) -> String {
        match &self.kind {
            LiteralKind::Quoted(text) | LiteralKind::Text(text) => text.clone(),
            LiteralKind::Wildcard(pieces) => pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.as_str(),
                    Piece::Many => "*",
                })
                .collect(),
            LiteralKind::Bool(true) => "true".to_owned(),
            LiteralKind::Bool(false) => "false".to_owned(),
            LiteralKind::Null => "null".to_owned(),
        }
    }
}
