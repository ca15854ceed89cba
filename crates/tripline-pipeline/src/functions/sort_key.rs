//! Cells as bytes that sort as cells do.

use super::cells::Cells;
use arrow_array::{Array, ArrayRef, BinaryArray};
use arrow_schema::DataType;
use datafusion::error::Result;
use datafusion::logical_expr::{
    ColumnarValue, Expr, ScalarFunctionArgs, ScalarUDF, ScalarUDFImpl, Signature, Volatility,
};
use std::sync::Arc;
use tripline_ir::parse_number;

/// The cell's sort key: numbers before texts, numbers by value, texts by code point; a multivalue
/// by its first value, then the next; null for null.
pub(crate) fn sort_key(cell: Expr) -> Expr {
    let signature = Signature::any(1, Volatility::Immutable);
    ScalarUDF::new_from_impl(SortKey { signature }).call(vec![cell])
}

#[derive(Debug, PartialEq, Eq, Hash)]
struct SortKey {
    signature: Signature,
}

impl ScalarUDFImpl for SortKey {
    fn name(&self) -> &'static str {
        "sort_key"
    }

    fn signature(&self) -> &Signature {
        &self.signature
    }

    fn return_type(&self, _: &[DataType]) -> Result<DataType> {
        Ok(DataType::Binary)
    }

    fn invoke_with_args(&self, args: ScalarFunctionArgs) -> Result<ColumnarValue> {
        let array: ArrayRef = args.args[0].to_array(args.number_rows)?;
        let cells = Cells::of(array.as_ref())?;
        let keys: BinaryArray = (0..args.number_rows).map(|row| key(cells.texts(row))).collect();
        debug_assert_eq!(keys.len(), args.number_rows);
        Ok(ColumnarValue::Array(Arc::new(keys)))
    }
}

fn key<'a>(texts: impl Iterator<Item = &'a str>) -> Option<Vec<u8>> {
    let mut key = Vec::new();
    for text in texts {
        if let Some(number) = parse_number(text) {
            key.push(1);
            // -0 is 0. The sign bit decides: positive numbers above, negative ones reversed.
            let bits = (number + 0.0).to_bits();
            let ordered = if bits >> 63 == 0 { bits ^ (1 << 63) } else { !bits };
            key.extend(ordered.to_be_bytes());
        } else {
            key.push(2);
            // A text ends with a zero, so that a prefix comes first; a zero inside is marked.
            for &byte in text.as_bytes() {
                key.push(byte);
                if byte == 0 {
                    key.push(1);
                }
            }
            key.extend([0, 0]);
        }
    }
    (!key.is_empty()).then_some(key)
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn bytes_sort_as_cells_do() {
        let ordered: &[&[&str]] = &[
            &["-1e9"],
            &["-2"],
            &["-0.5"],
            &["0"],
            &["0.5"],
            &["9"],
            &["9", "1"],
            &["9", "x"],
            &["10"],
            &[""],
            &["A"],
            &["a"],
            &["a", "1"],
            &["a\0b"],
            &["ab"],
            &["é"],
        ];
        let keys: Vec<_> = ordered.iter().map(|texts| key(texts.iter().copied())).collect();
        assert!(keys.windows(2).all(|pair| pair[0] < pair[1]), "{keys:?}");
        assert_eq!(key(["1"].into_iter()), key(["1.0"].into_iter()));
        assert_eq!(key(["-0"].into_iter()), key(["0"].into_iter()));
        assert_eq!(key(std::iter::empty()), None);
    }
}
