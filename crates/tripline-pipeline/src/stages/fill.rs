//! `Fill`: writes a value into null cells. A named column that is not there is made.

use crate::error::Error;
use crate::frame::Frame;
use crate::functions::row;
use std::sync::Arc;
use tripline_ir::Value;

pub(super) fn lower(frame: Frame, columns: &[Arc<str>], value: &Arc<str>) -> Result<Frame, Error> {
    let names = if columns.is_empty() { frame.columns.clone() } else { columns.to_vec() };
    let filled = names.into_iter().map(|name| {
        let fill = Value::Str(value.clone());
        let args = frame.column(&name).into_iter().collect();
        let cell = row("fill", args, move |cells| match cells.first() {
            None | Some(Value::Null) => fill.clone(),
            Some(cell) => cell.clone(),
        });
        (name, cell)
    });
    let filled = filled.collect();
    frame.set(filled)
}
