//! Lucene's query strings as Elasticsearch's `query_string` query reads them, from text to plan.
//!
//! ```text
//! text ─ tokens ─▶ [Token] ─ parser ─▶ ast::Query ─ lower ─▶ ir::Plan
//!                                                     ▲
//!                          leaf queries by field type (leaf) · field catalogues (tripline_schema::Fields)
//! ```
//!
//! The grammar is that of Lucene's classic query parser, oddities included: `AND` and `OR` are no
//! operators with a precedence but marks on the clauses beside them, words in a row are one text, a
//! slash starts a regular expression. `docs/reference/lucene.md` lists them. Scores do not exist
//! here, so boosts are read and have no effect. Parsing never fails: what is not understood has a
//! code of [`CODES`].
//!
//! [`leaf`] is of use alone: it says what Elasticsearch's `term`, `match`, `wildcard` and their like
//! mean on a field of a type, which filters beside a rule's query are written in.
//!
//! ```
//! use tripline_schema::Schema;
//! let text = "destination.port:(139 OR 445) AND NOT destination.ip:\"10.0.0.0/8\"";
//! let compiled = tripline_lucene::compile(text, Schema::builtin());
//! let plan = compiled.plan.expect("the query is right");
//! assert_eq!(
//!     tripline_ir::print(&plan),
//!     "filter 0 Any\n  and\n    or\n      destination.port =number [139.0]\n      \
//!      destination.port =number [445.0]\n    not\n      destination.ip in 10.0.0.0/8\neach []\n"
//! );
//! ```

pub mod ast;
mod codes;
pub mod leaf;
mod lower;
mod parser;
mod print;
mod tokens;

pub use codes::CODES;
pub use print::print_ast;
pub use tokens::{Token, TokenKind, tokens};

use tripline_diag::{Diagnostic, Span, has_errors};
use tripline_ir::{Compiled, Filter, Plan, Pred, Scope, Tail};
use tripline_schema::Fields;

/// Settings of a `query_string` query that change what its text means.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Which fields a value without a field is looked for in (`default_field`, `fields`); none for
    /// all.
    pub default_fields: Vec<String>,
    /// Whether clauses without an operator must all hold (`default_operator: AND`).
    pub all: bool,
}

/// Compiles a query to a plan with one filter, each hit of which is a finding. There is a plan
/// unless a diagnostic is an error. A blank query is true for every event, as it is in Kibana.
pub fn compile(text: &str, fields: &dyn Fields) -> Compiled {
    let (pred, diagnostics) = compile_pred(text, fields);
    let plan = pred.map(|pred| Plan {
        filters: vec![Filter { scope: Scope::Any, pred, span: Span::new(0, text.len()) }],
        tail: Tail::Each { pipes: vec![] },
    });
    Compiled { plan, diagnostics }
}

/// Compiles a query to a condition, with Kibana's settings. There is a condition unless a diagnostic
/// is an error; diagnostics come in the order of the text.
pub fn compile_pred(text: &str, fields: &dyn Fields) -> (Option<Pred>, Vec<Diagnostic>) {
    compile_pred_with(text, &Options::default(), fields)
}

/// The same with other settings.
pub fn compile_pred_with(
    text: &str,
    options: &Options,
    fields: &dyn Fields,
) -> (Option<Pred>, Vec<Diagnostic>) {
    let (query, mut diagnostics) = parser::parse(text, options.all);
    let mut pred = None;
    if !has_errors(&diagnostics) {
        let (lowered, more) = lower::lower(&query, options, fields);
        diagnostics.extend(more);
        pred = lowered.filter(|_| !has_errors(&diagnostics));
    }
    diagnostics.sort_by_key(|d| d.span.map(|s| s.start));
    (pred, diagnostics)
}

/// Reads a query. What cannot be read is [`ast::NodeKind::Error`], with a diagnostic.
pub fn parse(text: &str) -> (ast::Query, Vec<Diagnostic>) {
    parser::parse(text, false)
}
