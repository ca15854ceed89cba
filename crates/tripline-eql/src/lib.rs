//! EQL, the Event Query Language of Elasticsearch: text in, plan and diagnostics out.
//!
//! ```text
//! text ─ tokens ─▶ parser ─▶ ast::Query ─ resolve ─▶ typed tree ─ lower ─▶ tripline_ir::Plan
//! ```
//!
//! - [`compile`] does it all; [`tokens()`], [`parse`] and [`print_ast`] show the stages.
//! - Every function is one file in `functions/`, with its types, documentation and examples.
//! - Nothing fails and nothing panics: what cannot be read or run is a [`Diagnostic`] with one of
//!   [`CODES`] and a place, and the plan is then missing.
//!
//! ```
//! use tripline_eql::{Options, compile};
//! let query = "process where process.name : \"cmd.exe\" and process.args_count > 3";
//! let compiled = compile(query, &Options::default(), tripline_schema::Schema::builtin());
//! assert!(compiled.diagnostics.is_empty());
//! let plan = compiled.plan.expect("a plan");
//! assert!(tripline_ir::print(&plan).contains("process.name =~ [\"cmd.exe\"]"));
//! ```

pub mod ast;
mod codes;
mod functions;
mod lower;
mod parser;
mod print;
mod resolve;
mod tokens;

pub use codes::CODES;
pub use functions::{ArgType, Function, Param, functions};
pub use parser::parse;
pub use print::print_ast;
pub use tokens::{Token, TokenKind, tokens};

use std::sync::Arc;
use tripline_diag::has_errors;
use tripline_ir::Compiled;
use tripline_schema::Fields;

/// What a rule may set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The field that `process where` is about.
    pub event_category_field: Arc<str>,
}

impl Default for Options {
    fn default() -> Self {
        Self { event_category_field: "event.category".into() }
    }
}

/// Compiles a query. The plan is there unless a diagnostic is an error.
pub fn compile(text: &str, options: &Options, fields: &dyn Fields) -> Compiled {
    let (query, mut diagnostics) = parse(text);
    let mut plan = None;
    if !has_errors(&diagnostics) {
        let resolved = resolve::resolve(&query, fields, &mut diagnostics);
        if !has_errors(&diagnostics) {
            let lowered = lower::lower(&resolved, options, fields, &mut diagnostics);
            plan = (!has_errors(&diagnostics)).then_some(lowered);
        }
    }
    diagnostics.sort_by_key(|d| d.span.map_or(0, |s| s.start));
    Compiled { plan, diagnostics }
}
