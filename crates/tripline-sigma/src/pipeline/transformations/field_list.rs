//! `add_field`, `remove_field`, `set_field`: the list of fields that another product shows with a
//! finding. Alerts show the whole event, so that nothing is to be done.

use super::{Target, Transformation};
use crate::pipeline::params::Params;

#[derive(Debug)]
struct FieldList;

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    params.ignore(&["field", "fields"]);
    Some(Box::new(FieldList))
}

impl Transformation for FieldList {
    fn apply(&self, _: &mut Target<'_>) {}
}
