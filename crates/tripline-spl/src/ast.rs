//! The search as written, after macro expansion. Spans point into the original text.

use tripline_diag::Span;

/// A whole search: commands from left to right.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Query {
    /// The commands.
    pub commands: Vec<Command>,
}

/// A command of the pipeline.
#[derive(Debug, Clone, PartialEq)]
pub struct Command {
    /// Its name, lower case.
    pub name: String,
    /// The whole command.
    pub span: Span,
    /// What it says.
    pub kind: CommandKind,
}

/// What a command says.
#[derive(Debug, Clone, PartialEq)]
pub enum CommandKind {
    /// `search`, also implicit.
    Search(Search),
    /// `tstats`.
    Tstats(Tstats),
    /// `stats`.
    Stats(Stats),
    /// `eval`.
    Eval(Vec<(Name, Eval)>),
    /// `where`.
    Where(Eval),
    /// `rename a as b`.
    Rename(Vec<(Name, Name)>),
    /// `fields`: whether the columns are removed, and which.
    Fields(bool, Vec<Name>),
    /// `table`.
    Table(Vec<Name>),
    /// `convert`.
    Convert {
        /// `timeformat=`.
        format: Option<String>,
        /// Function, field, new name.
        conversions: Vec<(Name, Name, Option<Name>)>,
    },
    /// `iplocation`.
    IpLocation {
        /// The column with the address.
        field: Name,
        /// `prefix=`.
        prefix: String,
        /// `allfields=`.
        all_fields: bool,
    },
    /// `lookup`.
    Lookup {
        /// The table.
        table: Name,
        /// Table column and row column.
        keys: Vec<(Name, Name)>,
        /// Table column and row column.
        outputs: Vec<(Name, Name)>,
        /// `OUTPUTNEW`.
        only_missing: bool,
    },
    /// `sort`: limit, and (descending, column).
    Sort(u64, Vec<(bool, Name)>),
    /// `head`.
    Head(u64),
    /// `tail`.
    Tail(u64),
    /// `dedup`.
    Dedup {
        /// The columns.
        fields: Vec<Name>,
        /// How many of each.
        keep: u64,
        /// `keepempty=`.
        keep_empty: bool,
        /// `consecutive=`.
        consecutive: bool,
    },
    /// `rex`.
    Rex {
        /// The column.
        field: Name,
        /// The expression, translated.
        pattern: String,
        /// `max_match=`.
        max_match: u64,
    },
    /// `regex`.
    Regex {
        /// The column.
        field: Name,
        /// The expression, translated.
        pattern: String,
        /// `!=`.
        negated: bool,
    },
    /// `bin`, `bucket`.
    Bin {
        /// The column.
        field: Name,
        /// The multiple, seconds or plain.
        span: f64,
        /// The new name.
        name: Option<Name>,
    },
    /// `fillnull`.
    FillNull(String, Vec<Name>),
    /// `mvexpand`: column and limit.
    MvExpand(Name, u64),
    /// A command that cannot be run, or was not understood; the reason has been reported.
    Refused,
}

/// A name with its place.
#[derive(Debug, Clone, PartialEq)]
pub struct Name {
    /// The name, without quotes.
    pub text: String,
    /// Where.
    pub span: Span,
}

/// A search expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Search {
    /// What it is.
    pub kind: SearchKind,
    /// Where.
    pub span: Span,
    /// Whether it stands in parentheses of its own.
    pub grouped: bool,
}

/// What a search expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum SearchKind {
    /// All of them; none: everything.
    And(Vec<Search>),
    /// One of them.
    Or(Vec<Search>),
    /// Not it.
    Not(Box<Search>),
    /// A field compared with a value.
    Compare {
        /// The field.
        field: Name,
        /// How.
        op: CompareOp,
        /// With what.
        value: Name,
    },
    /// A field in a list of values.
    In {
        /// The field.
        field: Name,
        /// The values.
        values: Vec<Name>,
    },
    /// A word or phrase anywhere in the event.
    Term {
        /// The text.
        text: String,
        /// Quoted, or `TERM()` or `CASE()`.
        form: TermForm,
    },
    /// What was not understood; reported.
    Error,
}

/// How a term is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TermForm {
    /// A bare word.
    Word,
    /// In quotes.
    Phrase,
    /// `TERM(...)`.
    Term,
    /// `CASE(...)`.
    Case,
}

/// A comparison in a search expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CompareOp {
    /// `=`
    Equal,
    /// `!=`
    NotEqual,
    /// `<`
    Less,
    /// `<=`
    LessEqual,
    /// `>`
    Greater,
    /// `>=`
    GreaterEqual,
}

impl CompareOp {
    /// As written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessEqual => "<=",
            Self::Greater => ">",
            Self::GreaterEqual => ">=",
        }
    }
}

/// An `eval` expression.
#[derive(Debug, Clone, PartialEq)]
pub struct Eval {
    /// What it is.
    pub kind: EvalKind,
    /// Where.
    pub span: Span,
}

/// What an `eval` expression is.
#[derive(Debug, Clone, PartialEq)]
pub enum EvalKind {
    /// A number, as written.
    Number(String),
    /// Text in quotes.
    Text(String),
    /// A field.
    Field(String),
    /// A function, lower case, with its arguments.
    Call(String, Vec<Eval>),
    /// An operator, by its kernel's name without the family (`and`, `eq`, `concat`), with its
    /// operands.
    Operator(&'static str, Vec<Eval>),
    /// What was not understood; reported.
    Error,
}

/// `tstats`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tstats {
    /// `fillnull_value=`.
    pub fill: Option<String>,
    /// The aggregates.
    pub aggregates: Vec<Aggregate>,
    /// `from datamodel=`: model, with or without dataset.
    pub datamodel: Option<Name>,
    /// `where`.
    pub condition: Option<Search>,
    /// `by`.
    pub by: Vec<Name>,
    /// `span=` in seconds.
    pub span: Option<f64>,
}

/// `stats`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Stats {
    /// The aggregates.
    pub aggregates: Vec<Aggregate>,
    /// `by`.
    pub by: Vec<Name>,
}

/// An aggregate.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggregate {
    /// The kernel's name.
    pub function: &'static str,
    /// A percentile.
    pub parameter: Option<f64>,
    /// What is aggregated.
    pub arg: AggregateArg,
    /// The result's name.
    pub name: String,
    /// Where.
    pub span: Span,
}

/// What is aggregated.
#[derive(Debug, Clone, PartialEq)]
pub enum AggregateArg {
    /// Rows.
    Rows,
    /// A field, or a pattern over field names.
    Field(Name),
    /// `eval(...)`.
    Eval(Eval),
}
