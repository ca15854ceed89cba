//! `map_string`: other texts for whole values; with a list one of them must be there.

use super::{Target, Transformation};
use crate::ast::{Text, ValueKind};
use crate::pipeline::params::Params;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Debug)]
struct MapString(HashMap<Arc<str>, Vec<Arc<str>>>);

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let mapping = params.mapping("mapping")?.into_iter();
    // Keys are written as in a rule, where `\*` and `\\*` differ and `\a` and `\\a` do not.
    let mapping = mapping.map(|(key, values)| (Text::parse(&key).to_rule().into(), values));
    Some(Box::new(MapString(mapping.collect())))
}

impl Transformation for MapString {
    fn apply(&self, target: &mut Target<'_>) {
        target.each_value(&mut |kind, _, _| {
            let ValueKind::Text { text, cased } = kind else { return None };
            let mapped = self.0.get(text.to_rule().as_str())?;
            let one = |new: &Arc<str>| ValueKind::Text { text: Text::parse(new), cased: *cased };
            Some(mapped.iter().map(one).collect())
        });
    }
}
