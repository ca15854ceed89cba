//! KQL, the query language of Kibana, from text to plan.
//!
//! ```text
//! text ─ tokens ─▶ [Token] ─ parser ─▶ ast::Query ─ resolve ─▶ bound conditions ─ lower ─▶ ir::Plan
//!                                                     ▲
//!                                     field catalogues (tripline_schema::Fields)
//! ```
//!
//! The grammar is Kibana's, quirk by quirk (`docs/reference/kql.md`); what a comparison means
//! depends on the type of its field, as it does in Elasticsearch. Parsing never fails: every stage
//! hands on what it understood and says the rest with a code of [`CODES`].
//!
//! ```
//! use tripline_schema::Schema;
//! let text = "destination.port: (139 or 445) and not destination.ip: 10.0.0.0/8";
//! let compiled = tripline_kql::compile(text, Schema::builtin());
//! let plan = compiled.plan.expect("the query is right");
//! assert_eq!(
//!     tripline_ir::print(&plan),
//!     "filter 0 Any\n  and\n    destination.port =number [139.0, 445.0]\n    not\n      \
//!      destination.ip in 10.0.0.0/8\neach []\n"
//! );
//! ```

pub mod ast;
mod codes;
mod lower;
mod parser;
mod print;
mod resolve;
mod tokens;

pub use codes::CODES;
pub use print::{print_ast, print_kql};
pub use tokens::{Token, TokenKind, tokens};

use tripline_diag::{Diagnostic, Span, has_errors};
use tripline_ir::{Compiled, Filter, Plan, Pred, Scope, Tail};
use tripline_schema::Fields;

/// Compiles a query to a plan with one filter, each hit of which is a finding. There is a plan
/// unless a diagnostic is an error.
pub fn compile(text: &str, fields: &dyn Fields) -> Compiled {
    let (pred, diagnostics) = compile_pred(text, fields);
    let plan = pred.map(|pred| Plan {
        filters: vec![Filter { scope: Scope::Any, pred, span: Span::new(0, text.len()) }],
        tail: Tail::Each { pipes: vec![] },
    });
    Compiled { plan, diagnostics }
}

/// Compiles a query to a condition, for exceptions, filters and languages that embed KQL. There is
/// a condition unless a diagnostic is an error; diagnostics come in the order of the text.
pub fn compile_pred(text: &str, fields: &dyn Fields) -> (Option<Pred>, Vec<Diagnostic>) {
    let (query, mut diagnostics) = parse(text);
    let mut pred = None;
    if !has_errors(&diagnostics) {
        let (bound, more) = resolve::resolve(&query, fields);
        diagnostics.extend(more);
        pred = bound.filter(|_| !has_errors(&diagnostics)).map(lower::lower);
    }
    diagnostics.sort_by_key(|d| d.span.map(|s| s.start));
    (pred, diagnostics)
}

/// Reads a query. What cannot be read is [`ast::NodeKind::Error`], with a diagnostic.
pub fn parse(text: &str) -> (ast::Query, Vec<Diagnostic>) {
    parser::parse(text)
}
