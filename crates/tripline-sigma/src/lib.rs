//! Sigma rules, from text to plan.
//!
//! ```text
//! text ─ yaml ─▶ located nodes ─ read ─▶ Document ─ lower ─▶ ir::Plan
//! ```
//!
//! A file holds one or several documents: detections, correlations, filters. Sigma's query is the
//! YAML itself, so every node keeps its place in the text. Nothing here fails: what is not
//! understood has a code of [`CODES`].

mod codes;

pub use codes::CODES;
