//! A rule about events as its author wrote it, modifiers applied.
//!
//! This is what processing pipelines change. Nothing is bound to a source yet, and placeholders
//! are still there.

use ipnet::IpNet;
use std::sync::Arc;
use tripline_diag::Span;

/// A rule about events.
#[derive(Debug, Clone, PartialEq)]
pub struct Rule {
    /// Which events it looks at.
    pub log_source: LogSource,
    /// What it looks for.
    pub detection: Detection,
}

/// Which events a rule looks at; what is not given does not count.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LogSource {
    /// `windows`.
    pub product: Option<Arc<str>>,
    /// `process_creation`.
    pub category: Option<Arc<str>>,
    /// `security`.
    pub service: Option<Arc<str>>,
    /// Where it stands.
    pub span: Span,
}

/// Selections and how they are combined. A filter has one too.
#[derive(Debug, Clone, PartialEq)]
pub struct Detection {
    /// The selections in the order of the file.
    pub selections: Vec<Selection>,
    /// The conditions; the rule fires if one of them holds.
    pub conditions: Vec<Condition>,
    /// `timeframe`, in nanoseconds: what older rules count within.
    pub timeframe: Option<i64>,
    /// Where its key stands, if it is there.
    pub timeframe_span: Span,
    /// Where it stands.
    pub span: Span,
}

/// A named selection.
#[derive(Debug, Clone, PartialEq)]
pub struct Selection {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// What an event must have.
    pub body: Body,
}

/// What an event must have.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// All of these (a map).
    All(Vec<Body>),
    /// One of these (a list).
    Any(Vec<Body>),
    /// None of what is inside. No rule can write it; pipelines add it.
    Not(Box<Body>),
    /// A condition on one field, or keywords.
    Item(Item),
}

/// A condition on one field.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// The field; keywords have none.
    pub field: Option<Field>,
    /// The modifiers as they are written, already applied to the values.
    pub modifiers: Vec<Modifier>,
    /// The values.
    pub values: Vec<Value>,
    /// Whether all values must be there (`all`), not one of them.
    pub all: bool,
    /// Whether it must not hold (`neq`).
    pub negated: bool,
    /// Where it stands, from the field to the last value.
    pub span: Span,
}

/// A field as the rule names it.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name, without modifiers.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A modifier as the rule writes it.
#[derive(Debug, Clone, PartialEq)]
pub struct Modifier {
    /// Its name.
    pub name: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A value with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// What it is.
    pub kind: ValueKind,
    /// Where it stands.
    pub span: Span,
}

/// What a value is once the modifiers are applied.
#[derive(Debug, Clone, PartialEq)]
pub enum ValueKind {
    /// Text with wildcards and placeholders.
    Text {
        /// It.
        text: Text,
        /// Whether case counts (`cased`).
        cased: bool,
    },
    /// A number; text that reads like it counts too.
    Number {
        /// As the rule has it.
        text: Arc<str>,
        /// What it is worth.
        value: f64,
    },
    /// A truth value.
    Bool(bool),
    /// No value: the field is not there.
    Null,
    /// Whether the field is there (`exists`).
    Exists(bool),
    /// A regular expression (`re`).
    Regex(Regex),
    /// A network (`cidr`).
    Cidr(IpNet),
    /// A comparison with a number.
    Compare {
        /// How.
        op: Compare,
        /// The number.
        value: f64,
    },
    /// Another field of the same event (`fieldref`).
    FieldRef {
        /// Its name.
        name: Arc<str>,
        /// What the field must be to the other one.
        how: Relation,
        /// Whether case counts.
        cased: bool,
    },
    /// A part of the time that the field holds.
    Time {
        /// Which.
        part: TimePart,
        /// How it compares.
        op: Compare,
        /// The number.
        value: f64,
    },
    /// One of these: what a modifier made of one value (`windash`, `base64offset`). With `all`, each
    /// value of the rule must be there in one of its forms.
    AnyOf(Vec<ValueKind>),
}

/// Text with wildcards and placeholders; no two literals side by side.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    /// From left to right.
    pub parts: Vec<Part>,
}

/// A part of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// This text.
    Literal(String),
    /// `*`.
    Many,
    /// `?`.
    One,
    /// `%name%` under `expand`.
    Placeholder(Arc<str>),
}

/// A regular expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Regex {
    /// As the rule has it (PCRE), or with placeholders.
    pub text: Text,
    /// `i`.
    pub ignore_case: bool,
    /// `m`.
    pub multi_line: bool,
    /// `s`.
    pub dot_all: bool,
    /// Whether it must match from the start (`startswith`).
    pub from_start: bool,
    /// Whether it must match to the end (`endswith`).
    pub to_end: bool,
}

/// A comparison with a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compare {
    /// Equal.
    Eq,
    /// Less.
    Lt,
    /// Less or equal.
    Lte,
    /// Greater.
    Gt,
    /// Greater or equal.
    Gte,
}

/// What a field must be to another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// Equal.
    Equal,
    /// It starts with it.
    StartsWith,
    /// It ends with it.
    EndsWith,
    /// It contains it.
    Contains,
}

/// A part of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TimePart {
    /// 0 to 59.
    Minute,
    /// 0 to 23.
    Hour,
    /// Of the month, from 1.
    Day,
    /// Of the year (ISO 8601), from 1.
    Week,
    /// From 1.
    Month,
    /// Four digits.
    Year,
}

/// A condition, with what older rules put behind a `|`.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    /// How selections are combined.
    pub expr: Expr,
    /// What is counted.
    pub aggregation: Option<Aggregation>,
    /// Where it stands.
    pub span: Span,
}

/// How selections are combined.
#[derive(Debug, Clone, PartialEq)]
pub enum Expr {
    /// All of these.
    And(Vec<Expr>),
    /// One of these.
    Or(Vec<Expr>),
    /// It does not hold.
    Not(Box<Expr>),
    /// A selection.
    Selection {
        /// Its name.
        name: Arc<str>,
        /// Where it stands.
        span: Span,
    },
    /// `1 of x*`, `all of them`.
    Of {
        /// Whether all must hold, not one of them.
        all: bool,
        /// Names with `*`; `them` is none.
        pattern: Option<Arc<str>>,
        /// Where it stands.
        span: Span,
    },
}

/// What older rules put behind a `|`.
#[derive(Debug, Clone, PartialEq)]
pub enum Aggregation {
    /// `count(field) by group > n`.
    Number {
        /// `count`, `sum`, …
        function: Function,
        /// The field whose values are counted or reckoned with.
        field: Option<Field>,
        /// The fields whose values make groups.
        by: Vec<Field>,
        /// How the number compares.
        op: tripline_ir::CorrelationTest,
        /// With what.
        value: f64,
    },
    /// `near a and not b`.
    Near(Expr),
}

/// A function of an aggregation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Function {
    /// The number of events, or of distinct values of a field.
    Count,
    /// The sum.
    Sum,
    /// The mean.
    Avg,
}
