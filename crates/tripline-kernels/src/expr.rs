//! Expressions over the fields of an event or the columns of a row.
//!
//! [`Compiled`] looks the functions up once; a name that the registry does not have is an error
//! when the plan is bound, never a null at run time.

use crate::scalar::{self, Context, Function};
use crate::test::TestError;
use tripline_ir::{Expr, ExprKind, FieldRef, FieldType, Value, parse_number};

/// An expression, ready to be evaluated.
pub struct Compiled {
    root: Node,
    fields: Vec<FieldRef>,
}

enum Node {
    /// Position in [`Compiled::fields`].
    Field(usize),
    Literal(Value),
    Call(&'static Function, Vec<Node>),
}

/// How deep calls may be nested.
const DEPTH_LIMIT: usize = 256;

impl Compiled {
    /// Looks up an expression's functions and collects its fields.
    pub fn new(expr: &Expr) -> Result<Self, TestError> {
        let mut fields = Vec::new();
        let root = node(expr, &mut fields, 0)?;
        Ok(Self { root, fields })
    }

    /// The distinct fields, in the order of their first mention.
    pub fn fields(&self) -> &[FieldRef] {
        &self.fields
    }

    /// Its value, given the values of [`Self::fields`] in that order.
    pub fn eval(&self, fields: &[Value], context: &Context) -> Value {
        run(&self.root, fields, context)
    }
}

impl std::fmt::Debug for Compiled {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Compiled").field("fields", &self.fields).finish_non_exhaustive()
    }
}

/// The value of an expression. `value` gives the fields'. For more than a few rows, keep a
/// [`Compiled`].
pub fn eval(
    expr: &Expr,
    value: &mut dyn FnMut(&FieldRef) -> Value,
    context: &Context,
) -> Result<Value, TestError> {
    let compiled = Compiled::new(expr)?;
    let fields: Vec<Value> = compiled.fields.iter().map(value).collect();
    Ok(compiled.eval(&fields, context))
}

fn node(expr: &Expr, fields: &mut Vec<FieldRef>, depth: usize) -> Result<Node, TestError> {
    if depth > DEPTH_LIMIT {
        return Err(TestError::new(format!("expression nested deeper than {DEPTH_LIMIT}")));
    }
    Ok(match &expr.kind {
        ExprKind::Field(field) => {
            let at = fields.iter().position(|f| f == field).unwrap_or_else(|| {
                fields.push(field.clone());
                fields.len() - 1
            });
            Node::Field(at)
        }
        ExprKind::Literal(value) => Node::Literal(value.clone()),
        ExprKind::Call { function, args } => {
            let found = scalar::named(function)
                .ok_or_else(|| TestError::new(format!("there is no function `{function}`")))?;
            let (least, most) = found.arity;
            if args.len() < least || args.len() > most {
                return Err(TestError::new(format!(
                    "`{function}` takes {least} to {most} arguments, not {}",
                    args.len()
                )));
            }
            let args = args.iter().map(|a| node(a, fields, depth + 1)).collect::<Result<_, _>>()?;
            Node::Call(found, args)
        }
    })
}

fn run(node: &Node, fields: &[Value], context: &Context) -> Value {
    match node {
        Node::Field(at) => fields.get(*at).cloned().unwrap_or_default(),
        Node::Literal(value) => value.clone(),
        Node::Call(function, args) => {
            let args: Vec<Value> = args.iter().map(|a| run(a, fields, context)).collect();
            (function.eval)(context, &args)
        }
    }
}

/// A field's text as a value of its catalogue type: whole numbers, other numbers and booleans as
/// such where the text reads so, everything else as text.
pub fn typed(ty: FieldType, text: &str) -> Value {
    let number = || match text.parse::<i64>() {
        Ok(n) => Some(Value::Int(n)),
        Err(_) => parse_number(text).map(Value::Float),
    };
    let read = match ty {
        FieldType::Long => number(),
        FieldType::Double => parse_number(text).map(Value::Float),
        FieldType::Boolean if text.eq_ignore_ascii_case("true") => Some(Value::Bool(true)),
        FieldType::Boolean if text.eq_ignore_ascii_case("false") => Some(Value::Bool(false)),
        _ => None,
    };
    read.unwrap_or_else(|| Value::str(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_diag::Span;
    use tripline_ir::View;

    #[test]
    fn unknown_functions_and_wrong_arities_are_errors_before_any_row() {
        let call = |name, count: usize| {
            let arg = Expr::literal(Value::Int(1), Span::default());
            Compiled::new(&Expr::call(name, vec![arg; count], Span::default()))
        };
        let error = call("doc.no_such_thing", 1).unwrap_err();
        assert!(error.message.contains("doc.no_such_thing"), "{error}");
        let function = scalar::all().find(|f| f.arity.1 < 5).unwrap();
        let error = call(function.name, function.arity.1 + 1).unwrap_err();
        assert!(error.message.contains("arguments"), "{error}");
        let unary = scalar::all().find(|f| f.arity.0 <= 1 && f.arity.1 >= 1).unwrap();
        let mut deep = Expr::literal(Value::Int(1), Span::default());
        for _ in 0..300 {
            deep = Expr::call(unary.name, vec![deep], Span::default());
        }
        let error = Compiled::new(&deep).unwrap_err();
        assert!(error.message.contains("nested"), "{error}");
    }

    #[test]
    fn fields_are_listed_once_and_typed_by_their_catalogue() {
        let field = FieldRef::new(View::Ecs, "n", FieldType::Long);
        let expr = Expr::field(field.clone(), Span::default());
        let compiled = Compiled::new(&expr).unwrap();
        assert_eq!(compiled.fields(), [field]);
        assert_eq!(compiled.eval(&[Value::Int(7)], &Context::default()), Value::Int(7));
        for (ty, text, expected) in [
            (FieldType::Long, "445", Value::Int(445)),
            (FieldType::Long, "4.5", Value::Float(4.5)),
            (FieldType::Long, "x", Value::from("x")),
            (FieldType::Double, "4", Value::Float(4.0)),
            (FieldType::Boolean, "TRUE", Value::Bool(true)),
            (FieldType::Boolean, "1", Value::from("1")),
            (FieldType::Keyword, "445", Value::from("445")),
            (FieldType::Unknown, "true", Value::from("true")),
        ] {
            assert_eq!(typed(ty, text), expected, "{ty:?} {text}");
        }
    }
}
