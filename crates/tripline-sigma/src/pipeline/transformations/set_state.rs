//! `set_state`: something that a `processing_state` condition can ask for. The key `source` binds
//! the rule to source types, by patterns of their ids (`acme.*`), whatever its log source.

use super::{Target, Transformation};
use crate::pipeline::params::Params;
use std::sync::Arc;

#[derive(Debug)]
struct SetState(Arc<str>, Vec<Arc<str>>);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let key = params.needed_text("key");
    params.needed("val")?;
    let values = params.texts("val");
    Some(Box::new(SetState(key?, values?)))
}

impl Transformation for SetState {
    fn apply(&self, target: &mut Target<'_>) {
        target.state.values.insert(Arc::clone(&self.0), self.1.clone());
    }
}
