//! `convert_type`: numbers as text (`str`), texts as numbers (`num`). Null stays what it is.

use super::{Target, Transformation};
use crate::ast::{Text, ValueKind};
use crate::pipeline::codes::VALUE;
use crate::pipeline::conditions::text_of;
use crate::pipeline::params::Params;
use tripline_ir::parse_number;

#[derive(Debug)]
struct ConvertType {
    number: bool,
}

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    params.needed("target_type")?;
    Some(Box::new(ConvertType { number: params.word("target_type", &["str", "num"]) == "num" }))
}

impl Transformation for ConvertType {
    fn apply(&self, target: &mut Target<'_>) {
        let mut wrong = None;
        target.each_value(&mut |kind, span, _| match kind {
            ValueKind::Number { text, .. } if !self.number => {
                Some(vec![ValueKind::Text { text: Text::literal(text), cased: false }])
            }
            ValueKind::Bool(value) if !self.number => {
                let text = Text::literal(&value.to_string());
                Some(vec![ValueKind::Text { text, cased: false }])
            }
            ValueKind::Text { text, .. } if self.number => {
                let number = text.as_literal().and_then(|t| Some((t, parse_number(t)?)));
                let Some((text, value)) = number else {
                    wrong.get_or_insert((span, text_of(kind).unwrap_or_default()));
                    return None;
                };
                Some(vec![ValueKind::Number { text: text.into(), value }])
            }
            _ => None,
        });
        if let Some((span, text)) = wrong {
            target.error(&VALUE, &format!("`{text}` is no number"), Some(span));
        }
    }
}
