//! `nest`: several items under the conditions of one.

use super::{Target, Transformation};
use crate::pipeline::params::Params;
use crate::pipeline::{Step, read_steps, run};
use std::sync::Arc;

#[derive(Debug)]
struct Nest(Vec<Arc<Step>>);

pub(super) fn make(params: &mut Params<'_>, depth: usize) -> Option<Box<dyn Transformation>> {
    let entry = params.needed("items")?;
    Some(Box::new(Nest(read_steps(&entry.value, depth + 1, params.diagnostics))))
}

impl Transformation for Nest {
    fn apply(&self, target: &mut Target<'_>) {
        run(&self.0, target.pipeline, target.rule, target.about, target.state);
    }
}
