//! `Bin`: rounds values down to multiples. What is no number stays as it is.

use crate::codes;
use crate::error::Error;
use crate::frame::Frame;
use crate::functions::row;
use tripline_ir::{Bin, Value};

pub(super) fn lower(frame: Frame, bin: &Bin) -> Result<Frame, Error> {
    let span = Span::new(bin.span)?;
    let name = bin.name.as_ref().unwrap_or(&bin.column).clone();
    let Some(cell) = frame.column(&bin.column) else { return Ok(frame) };
    let value = row("bin", vec![cell], move |cells| span.cell(&cells[0]));
    frame.set(vec![(name, value)])
}

/// What values are rounded down to multiples of.
pub(super) struct Span {
    size: f64,
    /// Digits after the point that the size has, and so its multiples.
    decimals: usize,
}

impl Span {
    /// A size greater than 0.
    pub(super) fn new(size: f64) -> Result<Self, Error> {
        if !(size.is_finite() && size > 0.0) {
            return Err(Error::query(
                &codes::BAD_SPAN,
                format!("a span of {size} is not possible"),
            ));
        }
        let decimals = size.to_string().split_once('.').map_or(0, |(_, digits)| digits.len());
        Ok(Self { size, decimals })
    }

    /// Each value of a cell, rounded down.
    pub(super) fn cell(&self, cell: &Value) -> Value {
        Value::list(cell.items().iter().map(|value| match value.as_number() {
            Some(number) => self.floor(number),
            None => value.clone(),
        }))
    }

    fn floor(&self, number: f64) -> Value {
        let ratio = number / self.size;
        // 0.3 / 0.1 is a little less than 3: what is a multiple but for the last bits is one.
        let nearest = ratio.round();
        let near = (ratio - nearest).abs() <= ratio.abs() * 4.0 * f64::EPSILON;
        let floor = (if near { nearest } else { ratio.floor() }) * self.size;
        if self.decimals == 0 {
            return Value::Float(floor + 0.0);
        }
        let text = format!("{floor:.*}", self.decimals);
        Value::str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn floors() {
        let cases = [
            (300.0, "1700000123.5", "1700000100"),
            (300.0, "1700000100", "1700000100"),
            (0.1, "0.3", "0.3"),
            (0.1, "0.39", "0.3"),
            (0.001, "1700000000.123456", "1700000000.123"),
            (10.0, "-1", "-10"),
            (10.0, "-0", "0"),
            (0.5, "2", "2"),
            (1.0, "x", "x"),
        ];
        for (span, value, expected) in cases {
            let result = Span::new(span).unwrap().cell(&Value::from(value));
            assert_eq!(result.to_string(), expected, "{value} by {span}");
        }
        assert!(Span::new(0.0).is_err());
        assert!(Span::new(f64::NAN).is_err());
    }
}
