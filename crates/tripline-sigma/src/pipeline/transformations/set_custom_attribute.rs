//! `set_custom_attribute`: something that a `rule_attribute` condition can ask for.

use super::{Target, Transformation};
use crate::pipeline::params::Params;
use std::sync::Arc;

#[derive(Debug)]
struct SetAttribute(Arc<str>, Arc<str>);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let name = params.needed_text("attribute");
    let value = params.needed_text("value");
    Some(Box::new(SetAttribute(name?, value?)))
}

impl Transformation for SetAttribute {
    fn apply(&self, target: &mut Target<'_>) {
        target.state.attributes.insert(Arc::clone(&self.0), Arc::clone(&self.1));
    }
}
