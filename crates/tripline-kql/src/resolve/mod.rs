//! Binds names to fields and literals to types, and reports all that does not fit. What comes out
//! has a meaning; [`crate::lower`] only writes it down.

mod field;
mod range;
mod suspect;
mod value;
mod words;

use crate::ast::{Node, NodeKind, Query};
use field::{Scope, Target};
use ipnet::IpNet;
use std::collections::{HashMap, HashSet};
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{Case, FieldSet, Glob, Order, Scalar, Test, TextMode};
use tripline_schema::{FieldRef, Fields};

/// A condition whose fields and literals have types.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Bound {
    /// True for every event.
    All,
    /// False for every event: the comparison can match no value.
    Never,
    And(Vec<Bound>),
    Or(Vec<Bound>),
    Not(Box<Bound>),
    /// A comparison.
    Compare {
        fields: FieldSet,
        with: Comparison,
        span: Span,
    },
    /// A condition on one element of an array of objects; its fields are named from the root.
    Nested {
        path: FieldRef,
        inner: Box<Bound>,
        span: Span,
    },
}

/// What a value of a field is compared with.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Comparison {
    Exists,
    Equals(String, Case),
    Glob(Glob, Case),
    Number(f64),
    Bool(bool),
    Net(IpNet),
    /// The instant, or the period that a date without a time stands for.
    Date(String),
    Range(crate::ast::RangeOp, Scalar, Order),
    Words(Vec<String>, TextMode),
    /// Written down already.
    Test(Test),
    /// One of them.
    Any(Vec<Comparison>),
}

/// Binds a query. There is no condition if something could not be bound.
pub(crate) fn resolve(query: &Query, fields: &dyn Fields) -> (Option<Bound>, Vec<Diagnostic>) {
    let mut resolver = Resolver {
        fields,
        names: None,
        targets: HashMap::new(),
        unknown: HashSet::new(),
        diagnostics: Vec::new(),
    };
    let bound = resolver.node(&query.root, &Scope::default());
    (bound, resolver.diagnostics)
}

struct Resolver<'a> {
    fields: &'a dyn Fields,
    /// All known names, once they were asked for.
    names: Option<Vec<&'a str>>,
    /// Targets by the place of their names: `field: (a or b)` asks for its field once per value.
    targets: HashMap<Span, Option<Target>>,
    /// Unknown names that were reported.
    unknown: HashSet<String>,
    diagnostics: Vec<Diagnostic>,
}

impl Resolver<'_> {
    fn node(&mut self, node: &Node, scope: &Scope) -> Option<Bound> {
        match &node.kind {
            NodeKind::Or(parts) => self.nodes(parts, scope).map(Bound::Or),
            NodeKind::And(parts) => self.nodes(parts, scope).map(Bound::And),
            NodeKind::Not(inner) => Some(Bound::Not(Box::new(self.node(inner, scope)?))),
            NodeKind::Is { field, value } => {
                let all = field.as_ref().is_some_and(crate::ast::Literal::is_lone_wildcard);
                if all && value.is_lone_wildcard() && scope.is_root() {
                    return Some(Bound::All);
                }
                let target = self.target(field.as_ref(), scope)?;
                self.compare(&target, value, node.span)
            }
            NodeKind::Range { field, op, value } => {
                let target = self.target(Some(field), scope)?;
                self.range(&target, *op, value, node.span)
            }
            NodeKind::Nested { field, query } => {
                let path = self.nested(field, scope)?;
                let inner = self.node(query, &scope.inside(&path.name))?;
                Some(Bound::Nested { path, inner: Box::new(inner), span: node.span })
            }
            NodeKind::Error => None,
        }
    }

    /// All of them, so that each reports what is wrong with it.
    fn nodes(&mut self, nodes: &[Node], scope: &Scope) -> Option<Vec<Bound>> {
        let parts: Vec<Option<Bound>> = nodes.iter().map(|n| self.node(n, scope)).collect();
        parts.into_iter().collect()
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}
