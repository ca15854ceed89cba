//! `regex`: texts become regular expressions, so that products which heed case do not. Texts are
//! compared without regard to case here anyway; with `method: plain` case counts.

use super::{Target, Transformation};
use crate::ast::ValueKind;
use crate::pipeline::params::Params;

#[derive(Debug)]
struct AsRegex {
    cased: bool,
}

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let methods = &["ignore_case_brackets", "ignore_case_flag", "plain"];
    let cased = params.word("method", methods) == "plain";
    Some(Box::new(AsRegex { cased }))
}

impl Transformation for AsRegex {
    fn apply(&self, target: &mut Target<'_>) {
        target.each_value(&mut |kind, _, _| match kind {
            ValueKind::Text { text, .. } if self.cased => {
                Some(vec![ValueKind::Text { text: text.clone(), cased: true }])
            }
            _ => None,
        });
    }
}
