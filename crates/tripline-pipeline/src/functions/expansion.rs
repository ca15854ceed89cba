//! Whether rows may be multiplied.

use super::cells::Cells;
use arrow_array::{ArrayRef, BooleanArray};
use arrow_schema::DataType;
use datafusion::error::{DataFusionError, Result};
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;

/// Bytes that a cell takes besides its text.
const CELL_BYTES: f64 = 24.0;

/// True for every row, or out of memory: when one row per value of each cell in `unnested` (one
/// cell after the other), with copies of the cells in `carried`, would take more than `limit`
/// bytes a batch. DataFusion multiplies a batch in one go and does not count that memory, so a few
/// rows with three keys of a thousand values each would take all there is.
pub(crate) fn expansion_fits(unnested: Vec<Expr>, carried: Vec<Expr>, limit: usize) -> Expr {
    let signature = Signature::variadic_any(Volatility::Immutable);
    let keys = unnested.len();
    let args = unnested.into_iter().chain(carried).collect();
    ScalarUDF::new_from_impl(Fits { signature, keys, limit }).call(args)
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct Fits {
    signature: Signature,
    /// How many of the arguments are unnested.
    keys: usize,
    limit: usize,
}

impl ScalarUDFImpl for Fits {
    fn name(&self) -> &'static str {
        "expansion_fits"
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
        let (keys, carried) = columns.split_at(self.keys);
        let bytes: f64 = (0..args.number_rows).map(|row| peak(keys, carried, row)).sum();
        if bytes > self.limit as f64 {
            let mib = bytes / f64::from(1 << 20);
            let message = format!("one row for each combination of values would take {mib:.0} MiB");
            return Err(DataFusionError::ResourcesExhausted(message));
        }
        let all = BooleanArray::from(vec![true; args.number_rows]);
        Ok(ColumnarValue::Array(Arc::new(all)))
    }
}

/// The most bytes that a row takes while its keys are unnested one after the other.
fn peak(keys: &[Cells], carried: &[Cells], row: usize) -> f64 {
    let size = |cells: &Cells| {
        let (mut values, mut bytes) = (0.0, 0.0);
        for text in cells.texts(row) {
            values += 1.0;
            bytes += text.len() as f64 + CELL_BYTES;
        }
        (values, bytes)
    };
    let sizes: Vec<(f64, f64)> = keys.iter().map(size).collect();
    let fixed: f64 = carried.iter().map(|cells| size(cells).1).sum();
    let mut lists: f64 = sizes.iter().map(|(_, bytes)| bytes).sum();
    let (mut rows, mut singles, mut most) = (1.0, 0.0, 0.0_f64);
    for (values, bytes) in sizes {
        if values == 0.0 {
            break;
        }
        rows *= values;
        lists -= bytes;
        singles += bytes / values;
        most = most.max(rows * (fixed + lists + singles));
    }
    most
}
