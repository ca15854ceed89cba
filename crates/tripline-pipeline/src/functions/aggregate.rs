//! Aggregates.

use super::cells::{self, Cells};
use arrow_array::ArrayRef;
use arrow_schema::{DataType, Field, FieldRef};
use datafusion::common::ScalarValue;
use datafusion::error::Result;
use datafusion::logical_expr::function::{AccumulatorArgs, StateFieldsArgs};
use datafusion::logical_expr::{
    Accumulator, AggregateUDF, AggregateUDFImpl, Expr, Signature, Volatility,
};
use std::sync::Arc;
use tripline_ir::{Value, parse_number};
use tripline_kernels::aggregate as kernel;

/// Aggregates cells in row order; `time` is the cell with the row's time in epoch seconds.
pub(crate) fn aggregate(
    function: &'static kernel::Aggregate,
    parameter: Option<f64>,
    cell: Expr,
    time: Expr,
) -> Expr {
    let signature = Signature::any(2, Volatility::Immutable);
    AggregateUDF::new_from_impl(Function { kernel: function, parameter, signature })
        .call(vec![cell, time])
}

struct Function {
    kernel: &'static kernel::Aggregate,
    parameter: Option<f64>,
    signature: Signature,
}

impl Function {
    fn identity(&self) -> (&'static str, Option<u64>) {
        (self.kernel.name, self.parameter.map(f64::to_bits))
    }
}

impl PartialEq for Function {
    fn eq(&self, other: &Self) -> bool {
        self.identity() == other.identity()
    }
}

impl Eq for Function {}

impl std::hash::Hash for Function {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.identity().hash(state);
    }
}

impl std::fmt::Debug for Function {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.kernel.name)
    }
}

impl AggregateUDFImpl for Function {
    fn name(&self) -> &str {
        self.kernel.name
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(cells::data_type())
    }

    fn accumulator(&self, _: AccumulatorArgs) -> Result<Box<dyn Accumulator>> {
        Ok(Box::new(Gather((self.kernel.make)(self.parameter))))
    }

    fn state_fields(&self, args: StateFieldsArgs) -> Result<Vec<FieldRef>> {
        let name = format!("{}[state]", args.name);
        Ok(vec![Arc::new(Field::new(name, cells::data_type(), true))])
    }
}

#[derive(Debug)]
struct Gather(Box<dyn kernel::Accumulator>);

impl Accumulator for Gather {
    fn update_batch(&mut self, values: &[ArrayRef]) -> Result<()> {
        let (cells, times) = (Cells::of(values[0].as_ref())?, Cells::of(values[1].as_ref())?);
        for row in 0..values[0].len() {
            self.0.update(&cells.value(row), times.texts(row).next().and_then(parse_number));
        }
        Ok(())
    }

    fn evaluate(&mut self) -> Result<ScalarValue> {
        Ok(ScalarValue::List(Arc::new(cells::single(&self.0.finish()))))
    }

    fn size(&self) -> usize {
        size_of_val(self) + size_of_val(&*self.0) + self.0.size()
    }

    fn state(&mut self) -> Result<Vec<ScalarValue>> {
        let texts = Value::list(self.0.state().into_iter().map(Value::str));
        Ok(vec![ScalarValue::List(Arc::new(cells::single(&texts)))])
    }

    fn merge_batch(&mut self, states: &[ArrayRef]) -> Result<()> {
        let cells = Cells::of(states[0].as_ref())?;
        for row in 0..states[0].len() {
            self.0.merge(&cells.texts(row).collect::<Vec<_>>());
        }
        Ok(())
    }
}
