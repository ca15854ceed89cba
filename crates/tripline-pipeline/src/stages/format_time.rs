//! `FormatTime`: epoch seconds become local time, value by value. What is no number, or out of
//! range, stays as it is.

use super::Run;
use crate::error::Error;
use crate::frame::Frame;
use crate::functions::row;
use crate::patterns;
use jiff::tz::TimeZone;
use std::sync::Arc;
use tripline_ir::Value;
use tripline_kernels::strftime;

pub(super) fn lower(
    frame: Frame,
    run: &Run<'_>,
    columns: &[(Arc<str>, Option<Arc<str>>)],
    format: &Arc<str>,
) -> Result<Frame, Error> {
    let mut formatted = Vec::new();
    for (pattern, name) in columns {
        for column in &frame.columns {
            let Some(captured) = patterns::captures(pattern, column) else { continue };
            let name = match name {
                Some(name) => patterns::fill(name, &captured).into(),
                None => column.clone(),
            };
            let (format, zone) = (format.clone(), run.context.zone.clone());
            let cell = frame.column_or_null(column);
            let value = row("format_time", vec![cell], move |cells| {
                let values = cells[0].items().iter();
                Value::list(values.map(|value| local(value, &format, &zone)))
            });
            formatted.push((name, value));
        }
    }
    frame.set(formatted)
}

fn local(value: &Value, format: &str, zone: &TimeZone) -> Value {
    let text = value.as_number().and_then(nanoseconds);
    let text = text.and_then(|ns| strftime::format(format, ns, zone));
    text.map_or_else(|| value.clone(), Value::str)
}

/// Epoch seconds as nanoseconds. A double holds times of our century to the microsecond; what it
/// has beyond is noise.
fn nanoseconds(seconds: f64) -> Option<i64> {
    let micros = (seconds * 1e6).round();
    (micros.abs() < 9e15).then(|| micros as i64 * 1000)
}
