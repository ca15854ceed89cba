//! How often a combination of cells has come so far.

use super::cells::Cells;
use arrow_array::{ArrayRef, UInt64Array};
use arrow_schema::{DataType, Field, FieldRef};
use datafusion::error::Result;
use datafusion::logical_expr::function::{PartitionEvaluatorArgs, WindowUDFFieldArgs};
use datafusion::logical_expr::{
    Expr, PartitionEvaluator, Signature, Volatility, WindowUDF, WindowUDFImpl,
};
use std::collections::HashMap;
use std::sync::Arc;

/// For each row, in row order: 1 for the first row with this combination of cells, 2 for the
/// second. A row with a null cell is 0 with `keep_empty`, else beyond every count. With
/// `consecutive` counting starts anew whenever the combination changes.
pub(crate) fn occurrence(keys: Vec<Expr>, keep_empty: bool, consecutive: bool) -> Expr {
    let signature = Signature::variadic_any(Volatility::Immutable);
    let function = Occurrence { signature, keep_empty, consecutive };
    WindowUDF::new_from_impl(function).call(keys)
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Occurrence {
    signature: Signature,
    keep_empty: bool,
    consecutive: bool,
}

impl WindowUDFImpl for Occurrence {
    fn name(&self) -> &'static str {
        "occurrence"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn partition_evaluator(
        &self,
        _: PartitionEvaluatorArgs,
    ) -> Result<Box<dyn PartitionEvaluator>> {
        Ok(Box::new(self.clone()))
    }

    fn field(&self, args: WindowUDFFieldArgs) -> Result<FieldRef> {
        Ok(Arc::new(Field::new(args.name(), DataType::UInt64, false)))
    }
}

impl PartitionEvaluator for Occurrence {
    fn evaluate_all(&mut self, values: &[ArrayRef], rows: usize) -> Result<ArrayRef> {
        let columns: Vec<Cells> =
            values.iter().map(|array| Cells::of(array.as_ref())).collect::<Result<_>>()?;
        let mut seen: HashMap<Vec<Vec<&str>>, u64> = HashMap::new();
        let mut last: Option<Vec<Vec<&str>>> = None;
        let mut counts = Vec::with_capacity(rows);
        for row in 0..rows {
            let key: Vec<Vec<&str>> = columns.iter().map(|c| c.texts(row).collect()).collect();
            if key.iter().any(Vec::is_empty) {
                counts.push(if self.keep_empty { 0 } else { u64::MAX });
                continue;
            }
            if self.consecutive && last.as_ref() != Some(&key) {
                seen.clear();
                last = Some(key.clone());
            }
            let count = seen.entry(key).or_insert(0);
            *count += 1;
            counts.push(*count);
        }
        Ok(Arc::new(UInt64Array::from(counts)))
    }

    fn uses_window_frame(&self) -> bool {
        false
    }
}
