//! `field_name_prefix_mapping`: other prefixes of names; the first that fits counts.

use super::{Target, Transformation};
use crate::pipeline::params::{Names, Params};
use std::sync::Arc;

#[derive(Debug)]
struct PrefixMapping(Names);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    Some(Box::new(PrefixMapping(params.mapping("mapping")?)))
}

impl Transformation for PrefixMapping {
    fn apply(&self, target: &mut Target<'_>) {
        target.rename();
    }

    fn rename(&self, name: &str) -> Option<Vec<Arc<str>>> {
        let (rest, prefixes) =
            self.0.iter().find_map(|(old, new)| Some((name.strip_prefix(&**old)?, new)))?;
        Some(prefixes.iter().map(|prefix| format!("{prefix}{rest}").into()).collect())
    }
}
