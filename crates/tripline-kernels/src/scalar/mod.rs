//! Scalar functions by name.

mod doc;
mod mv;

use tripline_ir::Value;

/// What a function may know besides its arguments.
#[derive(Debug, Clone)]
pub struct Context {
    /// The run's clock, nanoseconds since 1970. Nothing reads a wall clock.
    pub now: i64,
    /// The time zone of functions that print or read civil time.
    pub zone: jiff::tz::TimeZone,
}

impl Default for Context {
    fn default() -> Self {
        Self { now: 0, zone: jiff::tz::TimeZone::UTC }
    }
}

/// A scalar function: name, arguments, documentation and evaluation in one place.
pub struct Function {
    /// `doc.length`: what [`tripline_ir::ExprKind::Call`] names.
    pub name: &'static str,
    /// Fewest and most arguments.
    pub arity: (usize, usize),
    /// What it does, null and multivalue rules included.
    pub doc: &'static str,
    /// `(arguments, result)`: run as tests, shown in the reference. Values as JSON.
    pub examples: &'static [(&'static str, &'static str)],
    /// Evaluates it. Total: what makes no sense is null.
    pub eval: fn(&Context, &[Value]) -> Value,
}

/// All functions, family by family.
pub fn all() -> impl Iterator<Item = &'static Function> {
    doc::FUNCTIONS.iter().chain(mv::FUNCTIONS).copied()
}

/// The function of that name.
pub fn named(name: &str) -> Option<&'static Function> {
    all().find(|f| f.name == name)
}
