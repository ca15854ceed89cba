//! Conditions on rows.

use super::cells::Cells;
use super::{by_id, next_id};
use arrow_array::{ArrayRef, BooleanArray};
use arrow_schema::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};
use std::sync::Arc;
use tripline_ir::{FieldRef, View};
use tripline_kernels::pred::{Compiled, Row};
use tripline_kernels::scalar::Context;

/// Whether a condition holds, given the columns that it looks at.
pub(crate) fn condition(
    compiled: Compiled,
    columns: Vec<(Arc<str>, Expr)>,
    context: Context,
) -> Expr {
    let (names, args): (Vec<_>, Vec<_>) = columns.into_iter().unzip();
    if args.is_empty() {
        return lit(compiled.eval(&RowView { names: &names, columns: &[], row: 0 }, &context));
    }
    let signature = Signature::variadic_any(Volatility::Immutable);
    let function = Condition { id: next_id(), signature, compiled, names, context };
    ScalarUDF::new_from_impl(function).call(args)
}

struct Condition {
    id: u64,
    signature: Signature,
    compiled: Compiled,
    /// The arguments' names.
    names: Vec<Arc<str>>,
    context: Context,
}

by_id!(Condition);

impl std::fmt::Debug for Condition {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("condition")
    }
}

impl ScalarUDFImpl for Condition {
    fn name(&self) -> &'static str {
        "condition"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Boolean)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays: Vec<ArrayRef> =
            args.args.iter().map(|a| a.to_array(args.number_rows)).collect::<Result<_>>()?;
        let columns: Vec<Cells> =
            arrays.iter().map(|a| Cells::of(a.as_ref())).collect::<Result<_>>()?;
        let holds = |row: usize| {
            let view = RowView { names: &self.names, columns: &columns, row };
            self.compiled.eval(&view, &self.context)
        };
        let result: BooleanArray = (0..args.number_rows).map(|row| Some(holds(row))).collect();
        Ok(ColumnarValue::Array(Arc::new(result)))
    }
}

/// A row as the kernels see it.
struct RowView<'a> {
    names: &'a [Arc<str>],
    columns: &'a [Cells<'a>],
    row: usize,
}

impl Row for RowView<'_> {
    fn values(&self, field: &FieldRef, f: &mut dyn FnMut(&str)) {
        let at = if field.view == View::Row {
            self.names.iter().position(|name| *name == field.name)
        } else {
            let column = field.column();
            self.names.iter().position(|name| **name == *column)
        };
        if let Some(at) = at {
            self.columns[at].texts(self.row).for_each(f);
        }
    }

    fn each_field(&self, _: &View, f: &mut dyn FnMut(&str, &str)) {
        for (name, column) in self.names.iter().zip(self.columns) {
            for text in column.texts(self.row) {
                f(name, text);
            }
        }
    }

    fn raw(&self) -> Option<&str> {
        let at = self.names.iter().position(|name| &**name == "_raw");
        at.and_then(|at| self.columns[at].texts(self.row).next())
    }
}
