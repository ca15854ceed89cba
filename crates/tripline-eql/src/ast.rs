//! What the parser makes: the query as it is written, nothing resolved.

use std::sync::Arc;
use tripline_diag::Span;

/// A whole query.
#[derive(Debug, Clone, PartialEq)]
pub struct Query {
    /// What it looks for.
    pub body: Body,
    /// `| head 3 | tail 1`.
    pub pipes: Vec<Pipe>,
    /// Where it stands.
    pub span: Span,
}

/// What a query looks for.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Single events.
    Event(EventFilter),
    /// Events in order.
    Sequence(Sequence),
    /// Events in any order.
    Sample(Sample),
}

/// `process where …`.
#[derive(Debug, Clone, PartialEq)]
pub struct EventFilter {
    /// The event category; none for `any`.
    pub category: Option<Name>,
    /// The condition.
    pub condition: Expr,
    /// Where it stands.
    pub span: Span,
}

/// A name or a text that serves as one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Name {
    /// The name.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// `sequence by … with maxspan=… […] […] until […]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sequence {
    /// Join keys of all steps.
    pub keys: Vec<Expr>,
    /// The longest time from the first to the last event.
    pub maxspan: Option<Spanned<MaxSpan>>,
    /// The steps.
    pub terms: Vec<Term>,
    /// What ends it.
    pub until: Option<Term>,
    /// Where it stands.
    pub span: Span,
}

/// Something with its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The thing.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// `500ms`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MaxSpan {
    /// How many.
    pub count: u64,
    /// Of what.
    pub unit: Unit,
}

/// A unit of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// `ms`
    Millisecond,
    /// `s`
    Second,
    /// `m`
    Minute,
    /// `h`
    Hour,
    /// `d`
    Day,
}

impl Unit {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Millisecond, Self::Second, Self::Minute, Self::Hour, Self::Day];

    /// As it is written.
    pub fn name(self) -> &'static str {
        match self {
            Self::Millisecond => "ms",
            Self::Second => "s",
            Self::Minute => "m",
            Self::Hour => "h",
            Self::Day => "d",
        }
    }

    /// Its length in nanoseconds.
    pub fn nanoseconds(self) -> i64 {
        match self {
            Self::Millisecond => 1_000_000,
            Self::Second => 1_000_000_000,
            Self::Minute => 60_000_000_000,
            Self::Hour => 3_600_000_000_000,
            Self::Day => 86_400_000_000_000,
        }
    }
}

/// `sample by … […] […]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    /// Join keys of all steps.
    pub keys: Vec<Expr>,
    /// The steps.
    pub terms: Vec<Term>,
    /// Where it stands.
    pub span: Span,
}

/// `[process where …] by … with runs=3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// Whether the event must not occur: `![…]`.
    pub missing: bool,
    /// The event.
    pub filter: EventFilter,
    /// Its own join keys.
    pub keys: Vec<Expr>,
    /// How often it must occur.
    pub runs: Option<Spanned<u64>>,
    /// Where it stands.
    pub span: Span,
}

/// `head 3`.
#[derive(Debug, Clone, PartialEq)]
pub struct Pipe {
    /// Which pipe.
    pub name: Name,
    /// Its arguments.
    pub args: Vec<Expr>,
    /// Where it stands.
    pub span: Span,
}

/// An expression with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Expr {
    /// What it is.
    pub kind: ExprKind,
    /// Where it stands.
    pub span: Span,
}

/// What an expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum ExprKind {
    /// `null`
    Null,
    /// `true`, `false`
    Bool(bool),
    /// `445`
    Int(i64),
    /// `0.5`
    Float(f64),
    /// `"text"`
    Str(Arc<str>),
    /// `process.name`, `?user.id`
    Field {
        /// The name, backticks gone.
        name: Arc<str>,
        /// Whether it may be unknown.
        optional: bool,
    },
    /// `length(x)`, `startsWith~(x, y)`
    Call {
        /// The function as written.
        name: Name,
        /// Whether a tilde follows.
        insensitive: bool,
        /// The arguments.
        args: Vec<Expr>,
    },
    /// `not x`
    Not(Box<Expr>),
    /// `x and y and …`
    And(Vec<Expr>),
    /// `x or y or …`
    Or(Vec<Expr>),
    /// `-x`
    Neg(Box<Expr>),
    /// `x == y`
    Compare {
        /// How.
        op: CompareOp,
        /// What.
        left: Box<Expr>,
        /// With what.
        right: Box<Expr>,
    },
    /// `x + y`
    Arithmetic {
        /// How.
        op: ArithmeticOp,
        /// What.
        left: Box<Expr>,
        /// With what.
        right: Box<Expr>,
    },
    /// `x in (…)`, `x : "…"`, `x like ("…", "…")`
    Match {
        /// How.
        op: MatchOp,
        /// Whether it is negated: `x not in (…)`.
        negated: bool,
        /// What.
        value: Box<Expr>,
        /// With one of these.
        list: Vec<Expr>,
    },
    /// What could not be read. There is a diagnostic.
    Bad,
}

/// A comparison with one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
}

impl CompareOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }

    /// The operator with its sides exchanged.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Lt => Self::Gt,
            Self::Le => Self::Ge,
            Self::Gt => Self::Lt,
            Self::Ge => Self::Le,
            same => same,
        }
    }
}

/// A calculation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArithmeticOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
}

impl ArithmeticOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
        }
    }
}

/// A comparison with one of several values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MatchOp {
    /// `in`
    In,
    /// `in~`
    InInsensitive,
    /// `:`
    Colon,
    /// `like`
    Like,
    /// `like~`
    LikeInsensitive,
    /// `regex`
    Regex,
    /// `regex~`
    RegexInsensitive,
}

impl MatchOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::InInsensitive => "in~",
            Self::Colon => ":",
            Self::Like => "like",
            Self::LikeInsensitive => "like~",
            Self::Regex => "regex",
            Self::RegexInsensitive => "regex~",
        }
    }

    /// Whether letters count as they are.
    pub fn sensitive(self) -> bool {
        matches!(self, Self::In | Self::Like | Self::Regex)
    }
}
