//! `field_name_mapping`: other names for fields; with a list one of the fields must match.

use super::{Target, Transformation};
use crate::pipeline::params::Params;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug)]
struct Mapping(HashMap<Arc<str>, Vec<Arc<str>>>);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(Box::new(Mapping(params.mapping("mapping")?.into_iter().collect())))
}

impl Transformation for Mapping {
    fn apply(&self, target: &mut Target<'_>) {
        target.rename();
    }

    fn rename(&self, name: &str) -> Option<Vec<Arc<str>>> {
        self.0.get(name).cloned()
    }
}
