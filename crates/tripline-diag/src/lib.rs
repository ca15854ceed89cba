//! What Tripline says about a text that a person wrote: a rule, a query, a mapping file.
//!
//! A front end turns text into a plan and a list of [`Diagnostic`]s; it never fails. A diagnostic
//! has a [`Code`] with a page of its own, the [`Span`] that it is about, and, where there is one,
//! the nearest valid name. Renderers turn it into what a compiler would print ([`render`]) or into
//! JSON ([`to_json`]).
//!
//! ```
//! use tripline_diag::{render, Code, Diagnostic, SourceText, Span};
//! static DEMO: Code = Code::new("DEMO1", "unknown field", "The field is in no source.");
//! let source = SourceText::new("rule.toml", "process where proces.name == \"x\"");
//! let diagnostic = Diagnostic::error(&DEMO, "unknown field `proces.name`")
//!     .at(Span::new(14, 25))
//!     .help("did you mean `process.name`?");
//! let text = render(&diagnostic, &source, false);
//! assert!(text.contains("^^^^^^^^^^^"));
//! ```

mod code;
mod diagnostic;
mod json;
mod nearest;
mod render;
mod source;

pub use code::Code;
pub use diagnostic::{Diagnostic, Label, Severity, has_errors};
pub use json::to_json;
pub use nearest::{did_you_mean, nearest};
pub use render::render;
pub use source::{SourceText, Span};
