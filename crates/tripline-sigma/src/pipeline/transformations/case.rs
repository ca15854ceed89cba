//! `case`: texts in lower or upper case, or in snake case.

use super::field_name_transform::{Case, WORDS};
use super::{Target, Transformation};
use crate::ast::{Text, ValueKind};
use crate::pipeline::params::Params;

#[derive(Debug)]
struct ChangeCase(Case);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(Box::new(ChangeCase(Case::named(params.word("method", WORDS)))))
}

impl Transformation for ChangeCase {
    fn apply(&self, target: &mut Target<'_>) {
        target.each_value(&mut |kind, _, _| match kind {
            ValueKind::Text { text, cased } => {
                let text = text.map_literals(|literal| Text::literal(&self.0.of(literal)));
                Some(vec![ValueKind::Text { text, cased: *cased }])
            }
            _ => None,
        });
    }
}
