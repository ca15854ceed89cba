//! The functions of EQL, one file each: name, arguments, types, documentation, examples, lowering.
//!
//! Names are read without regard to case. A tilde after the name makes those that have such a form
//! blind to case. Every function is null when an argument is null.

mod add;
mod between;
mod cidr_match;
mod concat;
mod divide;
mod ends_with;
mod index_of;
mod length;
mod modulo;
mod multiply;
mod number;
mod starts_with;
mod string;
mod string_contains;
mod substring;
mod subtract;

use crate::resolve::Typed;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{Case, FieldRef, Glob, GlobBuilder, Pred, Test};

static FUNCTIONS: [&Function; 16] = [
    &add::ADD,
    &between::BETWEEN,
    &cidr_match::CIDR_MATCH,
    &concat::CONCAT,
    &divide::DIVIDE,
    &ends_with::ENDS_WITH,
    &index_of::INDEX_OF,
    &length::LENGTH,
    &modulo::MODULO,
    &multiply::MULTIPLY,
    &number::NUMBER,
    &starts_with::STARTS_WITH,
    &string::STRING,
    &string_contains::STRING_CONTAINS,
    &substring::SUBSTRING,
    &subtract::SUBTRACT,
];

/// All functions, by name.
pub fn functions() -> &'static [&'static Function] {
    &FUNCTIONS
}

/// The function of that name, without regard to case.
pub(crate) fn named(name: &str) -> Option<&'static Function> {
    FUNCTIONS.iter().copied().find(|f| f.name.eq_ignore_ascii_case(name))
}

/// A function.
#[derive(Debug)]
pub struct Function {
    /// As people write it: `startsWith`.
    pub name: &'static str,
    /// What it takes.
    pub params: &'static [Param],
    /// Whether the last parameter may be repeated.
    pub variadic: bool,
    /// What it yields.
    pub returns: ArgType,
    /// What it does.
    pub doc: &'static str,
    /// A condition and the predicate that it becomes; run as tests.
    pub examples: &'static [(&'static str, &'static str)],
    /// The kernel that computes it.
    pub kernel: &'static str,
    /// The kernel of the form with a tilde, if there is one.
    pub kernel_insensitive: Option<&'static str>,
    /// How a call whose first argument is a field, and whose others are constant, becomes leaves.
    pub(crate) leaf: Option<Leaf>,
}

/// A parameter.
#[derive(Debug)]
pub struct Param {
    /// Its name.
    pub name: &'static str,
    /// What it takes.
    pub ty: ArgType,
    /// Whether it may be left out.
    pub optional: bool,
    /// Whether it must be constant.
    pub constant: bool,
}

/// What a parameter takes, or a function yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArgType {
    /// Anything with a value.
    Any,
    /// A number.
    Number,
    /// A text.
    Str,
    /// True or false.
    Bool,
    /// An address.
    Ip,
}

/// Makes leaves of a call, if its constants are literals.
pub(crate) type Leaf = fn(&Call<'_>, &mut Vec<Diagnostic>) -> Option<Pred>;

/// A call that may become leaves.
pub(crate) struct Call<'a> {
    pub field: &'a FieldRef,
    /// The arguments after the field, all constant.
    pub rest: &'a [Typed],
    pub insensitive: bool,
    pub span: Span,
}

impl Function {
    /// Fewest and most arguments.
    pub fn arity(&self) -> (usize, usize) {
        let fewest = self.params.iter().filter(|p| !p.optional).count();
        (fewest, if self.variadic { usize::MAX } else { self.params.len() })
    }

    /// `between(source, left, right[, greedy])`.
    pub fn signature(&self) -> String {
        let mut text = format!("{}(", self.name);
        for (at, param) in self.params.iter().enumerate() {
            let separator = if at > 0 { ", " } else { "" };
            if param.optional {
                text = format!("{text}[{separator}{}]", param.name);
            } else {
                text = format!("{text}{separator}{}", param.name);
            }
        }
        text.push_str(if self.variadic { ", …)" } else { ")" });
        text
    }
}

const fn param(name: &'static str, ty: ArgType) -> Param {
    Param { name, ty, optional: false, constant: false }
}

const fn optional(name: &'static str, ty: ArgType) -> Param {
    Param { name, ty, optional: true, constant: false }
}

/// A literal text with any text before or after it.
fn glob_leaf(call: &Call<'_>, before: bool, after: bool) -> Option<Pred> {
    let text = call.rest.first()?.as_str()?;
    let case = if call.insensitive { Case::Ascii } else { Case::Sensitive };
    let mut glob = GlobBuilder::default();
    if before {
        glob.many();
    }
    text.chars().for_each(|c| glob.literal(c));
    if after {
        glob.many();
    }
    let patterns: Vec<Glob> = vec![glob.finish(case)];
    Some(Pred::leaf(call.field.clone(), Test::Glob { patterns, case }, call.span))
}

#[cfg(test)]
mod tests {
    use super::functions;
    use crate::{Options, compile};
    use tripline_schema::Schema;

    #[test]
    fn examples_hold() {
        for function in functions() {
            assert!(!function.examples.is_empty(), "{}", function.name);
            for (condition, expected) in function.examples {
                let query = format!("any where {condition}");
                let compiled = compile(&query, &Options::default(), Schema::builtin());
                let plan = compiled
                    .plan
                    .unwrap_or_else(|| panic!("{condition}: {:?}", compiled.diagnostics));
                let printed = tripline_ir::print(&plan);
                let lines: Vec<&str> = printed.lines().skip(1).collect();
                let shown: Vec<&str> =
                    lines[..lines.len() - 1].iter().map(|l| l.trim_start()).collect();
                assert_eq!(shown.join(" "), *expected, "{condition}");
            }
        }
    }

    #[test]
    fn every_file_is_registered() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/functions");
        let files = std::fs::read_dir(folder).unwrap().count() - 1;
        assert_eq!(files, functions().len());
        assert!(functions().windows(2).all(|w| w[0].name < w[1].name), "sorted by name");
    }
}
