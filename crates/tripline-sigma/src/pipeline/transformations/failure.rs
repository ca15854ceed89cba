//! `rule_failure` and `detection_item_failure`: a rule, or one with such an item, cannot work with
//! the data that the pipeline is for.

use super::{Target, Transformation};
use crate::pipeline::codes::FAILURE;
use crate::pipeline::params::Params;
use crate::pipeline::target::Change;
use std::sync::Arc;

#[derive(Debug)]
struct RuleFailure(Arc<str>);

#[derive(Debug)]
struct ItemFailure(Arc<str>);

pub(super) fn make_rule(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(Box::new(RuleFailure(params.needed_text("message")?)))
}

pub(super) fn make_item(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(Box::new(ItemFailure(params.needed_text("message")?)))
}

impl Transformation for RuleFailure {
    fn apply(&self, target: &mut Target<'_>) {
        let span = target.rule.log_source.span;
        target.error(&FAILURE, &self.0, Some(span));
    }
}

impl Transformation for ItemFailure {
    fn apply(&self, target: &mut Target<'_>) {
        let mut places = Vec::new();
        target.each_item(&mut |item, _| {
            places.push(item.span);
            Change::Nothing
        });
        for span in places {
            target.error(&FAILURE, &self.0, Some(span));
        }
    }
}
