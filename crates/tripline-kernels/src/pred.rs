//! Conditions on one row.
//!
//! For rows that are not columns of a batch: rows of a pipeline, elements of a nested array,
//! exceptions; and for the parts of a rule's filter that the matcher evaluates only on rows that
//! survive everything else. Tests are [`crate::test::Compiled`], functions are
//! [`crate::scalar`]'s; this module only combines them.

use crate::expr;
use crate::scalar::Context;
use crate::test::{self, TestError};
use tripline_ir::{FieldRef, FieldSet, Multi, Pred, Value, View};
use tripline_schema::wildcard_match;

/// One event or one row.
pub trait Row {
    /// Calls `f` with each value of a field; not at all where it is absent.
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str));

    /// Calls `f` with name and value for each value of each field that the view can name.
    fn each_field(&self, view: &View, f: &mut dyn FnMut(&str, &str));

    /// Calls `f` with each value of the event, whatever the field is called.
    fn each_value(&self, f: &mut dyn FnMut(&str)) {
        self.each_field(&View::Row, &mut |_, value| f(value));
    }

    /// The raw text of the event, if it has one.
    fn raw(&self) -> Option<&str> {
        None
    }

    /// Calls `f` with each element of an array of objects. The element's fields are named from
    /// the root.
    fn elements(&self, path: &FieldRef, f: &mut dyn FnMut(&dyn Row)) {
        let _ = (path, f);
    }
}

/// A condition, ready to be asked.
#[derive(Debug)]
pub struct Compiled(Node);

#[derive(Debug)]
enum Node {
    Const(bool),
    And(Vec<Node>),
    Or(Vec<Node>),
    Not(Box<Node>),
    Leaf(FieldSet, test::Compiled),
    Expr(expr::Compiled, Multi),
    Nested(FieldRef, Box<Node>),
}

/// How deep conditions may be nested.
pub const DEPTH_LIMIT: usize = 256;

/// How many combinations of values of one event an expression is tried on. Events with more (for
/// instance two fields of 257 distinct values) are tried on the first ones only.
pub const COMBINATION_LIMIT: usize = 1 << 16;

impl Compiled {
    /// Makes a condition ready. `now` (nanoseconds since 1970) is the clock of its date math.
    pub fn new(pred: &Pred, now: i64) -> Result<Self, TestError> {
        compile(pred, now, 0).map(Self)
    }

    /// Whether it holds for a row.
    pub fn eval(&self, row: &dyn Row, context: &Context) -> bool {
        run(&self.0, row, context)
    }
}

/// Whether a condition holds for a row. For more than a few rows, keep a [`Compiled`].
pub fn eval(pred: &Pred, row: &dyn Row, context: &Context) -> Result<bool, TestError> {
    Ok(Compiled::new(pred, context.now)?.eval(row, context))
}

fn compile(pred: &Pred, now: i64, depth: usize) -> Result<Node, TestError> {
    if depth > DEPTH_LIMIT {
        return Err(TestError::new(format!("condition nested deeper than {DEPTH_LIMIT}")));
    }
    let all = |parts: &[Pred]| {
        parts.iter().map(|p| compile(p, now, depth + 1)).collect::<Result<Vec<_>, _>>()
    };
    Ok(match pred {
        Pred::Const(b) => Node::Const(*b),
        Pred::And(parts) => Node::And(all(parts)?),
        Pred::Or(parts) => Node::Or(all(parts)?),
        Pred::Not(inner) => Node::Not(Box::new(compile(inner, now, depth + 1)?)),
        Pred::Leaf(leaf) => Node::Leaf(leaf.field.clone(), test::Compiled::new(&leaf.test, now)?),
        Pred::Expr { expr, multi } => Node::Expr(expr::Compiled::new(expr)?, *multi),
        Pred::Nested { path, pred, .. } => {
            Node::Nested(path.clone(), Box::new(compile(pred, now, depth + 1)?))
        }
    })
}

fn run(node: &Node, row: &dyn Row, context: &Context) -> bool {
    match node {
        Node::Const(b) => *b,
        Node::And(parts) => parts.iter().all(|p| run(p, row, context)),
        Node::Or(parts) => parts.iter().any(|p| run(p, row, context)),
        Node::Not(inner) => !run(inner, row, context),
        Node::Leaf(fields, test) => leaf(fields, test, row),
        Node::Expr(expr, multi) => expression(expr, *multi, row, context),
        Node::Nested(path, inner) => {
            let mut hit = false;
            row.elements(path, &mut |element| hit = hit || run(inner, element, context));
            hit
        }
    }
}

fn leaf(fields: &FieldSet, test: &test::Compiled, row: &dyn Row) -> bool {
    let mut hit = false;
    match fields {
        FieldSet::One(field) => row.values(field, &mut |v| hit = hit || test.matches(v)),
        FieldSet::Matching { view, pattern } => row.each_field(view, &mut |name, value| {
            hit = hit || (wildcard_match(pattern, name) && test.matches(value));
        }),
        FieldSet::Anything => {
            row.each_value(&mut |v| hit = hit || test.matches(v));
            hit = hit || row.raw().is_some_and(|raw| test.matches_raw(raw));
        }
    }
    hit
}

/// Whether an expression is exactly true for a row.
pub fn expression(expr: &expr::Compiled, multi: Multi, row: &dyn Row, context: &Context) -> bool {
    verdict(expr, multi, row, context) == Verdict::Holds
}

/// What trying an expression on a row came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is exactly true.
    Holds,
    /// It is not.
    Fails,
    /// Not for the first [`COMBINATION_LIMIT`] combinations of values; there are more.
    Cut,
}

/// As [`expression`], but says when not all combinations of values were tried.
pub fn verdict(expr: &expr::Compiled, multi: Multi, row: &dyn Row, context: &Context) -> Verdict {
    let truth = Value::Bool(true);
    let mut columns: Vec<Vec<Value>> = expr
        .fields()
        .iter()
        .map(|field| {
            let mut values = Vec::new();
            row.values(field, &mut |text| values.push(expr::typed(field.ty, text)));
            values
        })
        .collect();
    if multi == Multi::Whole {
        let fields: Vec<Value> = columns.into_iter().map(Value::list).collect();
        let holds = expr.eval(&fields, context) == truth;
        return if holds { Verdict::Holds } else { Verdict::Fails };
    }
    for column in &mut columns {
        if column.is_empty() {
            column.push(Value::Null);
        }
    }
    let mut at = vec![0; columns.len()];
    for _ in 0..COMBINATION_LIMIT {
        let fields: Vec<Value> = columns.iter().zip(&at).map(|(c, i)| c[*i].clone()).collect();
        if expr.eval(&fields, context) == truth {
            return Verdict::Holds;
        }
        // The next combination, the last field fastest.
        let mut place = columns.len();
        loop {
            let Some(before) = place.checked_sub(1) else { return Verdict::Fails };
            place = before;
            at[place] += 1;
            if at[place] < columns[place].len() {
                break;
            }
            at[place] = 0;
        }
    }
    Verdict::Cut
}
