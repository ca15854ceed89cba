//! `field_name_prefix` and `field_name_suffix`: something in front of or behind the names of fields.

use super::{Target, Transformation};
use crate::pipeline::params::Params;
use std::sync::Arc;

#[derive(Debug)]
struct Affix {
    prefix: Arc<str>,
    suffix: Arc<str>,
}

pub(super) fn make_prefix(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let prefix = params.needed_text("prefix")?;
    Some(Box::new(Affix { prefix, suffix: "".into() }))
}

pub(super) fn make_suffix(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let suffix = params.needed_text("suffix")?;
    Some(Box::new(Affix { prefix: "".into(), suffix }))
}

impl Transformation for Affix {
    fn apply(&self, target: &mut Target<'_>) {
        target.rename();
    }

    fn rename(&self, name: &str) -> Option<Vec<Arc<str>>> {
        Some(vec![format!("{}{name}{}", self.prefix, self.suffix).into()])
    }
}
