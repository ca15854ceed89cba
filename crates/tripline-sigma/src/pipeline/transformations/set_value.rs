//! `set_value`: one value for all; `force_type` says whether it is text or a number.

use super::{Target, Transformation};
use crate::ast::{Text, ValueKind};
use crate::pipeline::conditions::value_of;
use crate::pipeline::params::Params;
use tripline_ir::parse_number;

#[derive(Debug)]
struct SetValue(ValueKind);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let entry = params.needed("value")?;
    let forced = params.word("force_type", &["", "str", "num"]);
    let text = entry.value.as_str().unwrap_or_default();
    let kind = match forced {
        "str" => Some(ValueKind::Text { text: Text::parse(text), cased: false }),
        "num" => parse_number(text).map(|value| ValueKind::Number { text: text.into(), value }),
        _ => value_of(&entry.value),
    };
    if kind.is_none() {
        params.error(entry.value.span, "this is no value that can be set");
    }
    Some(Box::new(SetValue(kind?)))
}

impl Transformation for SetValue {
    fn apply(&self, target: &mut Target<'_>) {
        target.each_item(&mut |item, _| {
            let Some(first) = item.values.first() else {
                return crate::pipeline::target::Change::Nothing;
            };
            let span = first.span;
            item.values = vec![crate::ast::Value { kind: self.0.clone(), span }];
            crate::pipeline::target::Change::Done
        });
    }
}
