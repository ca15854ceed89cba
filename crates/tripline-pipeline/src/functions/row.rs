//! Functions of a row's cells that give cells.

use super::cells::{self, Cells, CellsBuilder};
use super::{by_id, next_id};
use arrow_array::{Array, ArrayRef, StructArray};
use arrow_schema::{DataType, Field, Fields};
use datafusion::common::ScalarValue;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility, lit,
};
use std::sync::Arc;
use tripline_ir::Value;

type Eval = dyn Fn(&[Value]) -> Vec<Value> + Send + Sync;

/// One cell from the cells of a row. The function must depend on nothing else. Without arguments
/// it is evaluated now.
pub(crate) fn row(
    name: &str,
    args: Vec<Expr>,
    eval: impl Fn(&[Value]) -> Value + Send + Sync + 'static,
) -> Expr {
    if args.is_empty() {
        return lit(ScalarValue::List(Arc::new(cells::single(&eval(&[])))));
    }
    let eval: Arc<Eval> = Arc::new(move |values| vec![eval(values)]);
    ScalarUDF::new_from_impl(Function::new(name, None, eval)).call(args)
}

/// Several cells from the cells of a row, as one struct, and how to take each out of it once it is
/// a column: so that a search, an extraction is done once for all its results.
pub(crate) fn row_many(
    name: &str,
    args: Vec<Expr>,
    outputs: usize,
    eval: impl Fn(&[Value]) -> Vec<Value> + Send + Sync + 'static,
) -> (Expr, impl Fn(Expr, usize) -> Expr) {
    let all =
        ScalarUDF::new_from_impl(Function::new(name, Some(outputs), Arc::new(eval))).call(args);
    let take = |all: Expr, at: usize| ScalarUDF::new_from_impl(Part::new(at)).call(vec![all]);
    (all, take)
}

struct Function {
    id: u64,
    name: String,
    signature: Signature,
    /// None: a cell; some: a struct of so many.
    outputs: Option<usize>,
    eval: Arc<Eval>,
}

by_id!(Function);

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.name)
    }
}

impl Function {
    fn new(name: &str, outputs: Option<usize>, eval: Arc<Eval>) -> Self {
        let signature = Signature::variadic_any(Volatility::Immutable);
        Self { id: next_id(), name: name.to_owned(), signature, outputs, eval }
    }
}

fn fields(outputs: usize) -> Fields {
    (0..outputs).map(|at| Field::new(at.to_string(), cells::data_type(), true)).collect()
}

impl ScalarUDFImpl for Function {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(match self.outputs {
            None => cells::data_type(),
            Some(outputs) => DataType::Struct(fields(outputs)),
        })
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let arrays: Vec<ArrayRef> =
            args.args.iter().map(|a| a.to_array(args.number_rows)).collect::<Result<_>>()?;
        let columns: Vec<Cells> =
            arrays.iter().map(|a| Cells::of(a.as_ref())).collect::<Result<_>>()?;
        let outputs = self.outputs.unwrap_or(1);
        let mut builders: Vec<CellsBuilder> =
            std::iter::repeat_with(CellsBuilder::default).take(outputs).collect();
        let mut cells = Vec::with_capacity(columns.len());
        for row in 0..args.number_rows {
            cells.clear();
            cells.extend(columns.iter().map(|column| column.value(row)));
            let results = (self.eval)(&cells);
            for (at, builder) in builders.iter_mut().enumerate() {
                builder.push(results.get(at).unwrap_or(&Value::Null));
            }
        }
        let mut arrays: Vec<ArrayRef> = builders.into_iter().map(CellsBuilder::finish).collect();
        Ok(ColumnarValue::Array(match self.outputs {
            None => arrays.remove(0),
            Some(0) => Arc::new(StructArray::new_empty_fields(args.number_rows, None)),
            Some(outputs) => Arc::new(StructArray::try_new(fields(outputs), arrays, None)?),
        }))
    }
}

/// Takes one cell out of a struct of them.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Part {
    at: usize,
    name: String,
    signature: Signature,
}

impl Part {
    fn new(at: usize) -> Self {
        let signature = Signature::any(1, Volatility::Immutable);
        Self { at, name: format!("part_{at}"), signature }
    }
}

impl ScalarUDFImpl for Part {
    fn name(&self) -> &str {
        &self.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(cells::data_type())
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let array = args.args[0].to_array(args.number_rows)?;
        match array.as_any().downcast_ref::<StructArray>() {
            Some(all) if self.at < all.num_columns() => {
                Ok(ColumnarValue::Array(all.column(self.at).clone()))
            }
            _ => Err(DataFusionError::Internal(format!("no part {} of {array:?}", self.at))),
        }
    }
}
