//! Splunk's search language: text in, a plan and diagnostics out.
//!
//! ```text
//! text ─ expand (macros) ─▶ tokens ─ parser/ ─▶ ast::Query ─ lower/, commands/ ─▶ ir::Plan
//! ```
//!
//! - [`compile`] does all of it, [`parse`] and [`expand`] the first steps, [`eval_pred`] a search
//!   expression alone (filters, exceptions).
//! - What a search refers to by name comes from an [`Environment`].
//! - All spans, in diagnostics, in the AST and in the plan, point into the query as written: what
//!   stands inside a macro has the place of the macro's call.
//! - [`COMMANDS`] documents what can be run; everything else is a diagnostic with one of [`CODES`].
//!
//! ```
//! use tripline_schema::Schema;
//! let compiled = tripline_spl::compile(
//!     "EventCode=3 dest_port=445 | stats count by dest_ip",
//!     &tripline_spl::Empty,
//!     Schema::builtin(),
//! );
//! assert!(compiled.plan.is_some());
//! ```

pub mod ast;
mod codes;
mod commands;
mod env;
mod expand;
mod functions;
mod lower;
mod parser;
mod print;
mod spans;
mod tokens;

pub use codes::CODES;
pub use commands::{COMMANDS, Command};
pub use env::{Empty, Environment, LookupInfo, Macro};
pub use expand::{Expanded, expand};
pub use spans::SpanMap;
pub use tokens::{Mode, Token, TokenKind};

use tripline_diag::{Diagnostic, has_errors};
use tripline_ir::{Compiled, Pred, View};
use tripline_schema::Fields;

/// A search after macro expansion and parsing.
#[derive(Debug, Clone, PartialEq)]
pub struct Parsed {
    /// What was understood.
    pub query: ast::Query,
    /// The expanded text.
    pub expanded: String,
    /// What there is to say about macros and syntax. If a macro could not be expanded, only that:
    /// the rest would follow from it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Expands macros and parses. Never fails.
pub fn parse(text: &str, env: &dyn Environment) -> Parsed {
    let expanded = expand(text, env);
    let mut diagnostics = expanded.diagnostics;
    let mut syntax = vec![];
    let query = parser::pipeline(&expanded.text, &expanded.map, &mut syntax);
    if !has_errors(&diagnostics) {
        diagnostics.extend(syntax);
    }
    Parsed { query, expanded: expanded.text, diagnostics }
}

/// Makes a plan of a search. There is none if a diagnostic is an error.
pub fn compile(text: &str, env: &dyn Environment, fields: &dyn Fields) -> Compiled {
    let parsed = parse(text, env);
    lower::lower(&parsed.query, env, fields, parsed.diagnostics)
}

/// The condition that a search expression states about an event ([`View::Splunk`]) or about a row
/// ([`View::Row`]), for filters and exceptions. None if there is an error.
pub fn eval_pred(text: &str, view: &View, fields: &dyn Fields) -> (Option<Pred>, Vec<Diagnostic>) {
    let map = SpanMap::default();
    let mut diagnostics = vec![];
    let mut arguments = parser::Arguments::new(text, 0, text.len(), &map, &mut diagnostics);
    arguments.check_quotes();
    let search = arguments.search_expression();
    lower::warn_about_mixed(&search, &mut diagnostics);
    let place = lower::Place { view: view.clone(), dataset: None };
    let pred = lower::condition(&search, &place, fields, &mut diagnostics);
    let pred = (!has_errors(&diagnostics)).then_some(pred);
    (pred, diagnostics)
}

/// The parsed search, one command a line, with all parentheses.
pub fn print_ast(query: &ast::Query) -> String {
    print::query(query)
}

/// The tokens of a search after macro expansion, all in the alphabet of arguments and search
/// expressions.
pub fn tokens(text: &str, env: &dyn Environment) -> Vec<Token> {
    let expanded = expand(text, env);
    tokens::tokenize(&expanded.text, 0, expanded.text.len(), Mode::Words, &expanded.map)
}
