//! `hashes_fields`: a value such as `SHA256=9f86…` of `Hashes` becomes one of a field for its
//! algorithm. Give it a condition on the field's name.

use super::{Target, Transformation};
use crate::ast::{Body, Field, Item, Part, Text, Value, ValueKind};
use crate::pipeline::codes::VALUE;
use crate::pipeline::params::Params;
use crate::pipeline::target::Change;
use std::sync::Arc;

#[derive(Debug)]
struct HashesFields {
    algorithms: Vec<Arc<str>>,
    prefix: Arc<str>,
    without_name: bool,
}

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    params.needed("valid_hash_algos")?;
    let algorithms = params.texts("valid_hash_algos")?;
    let prefix = params.text("field_prefix").unwrap_or_else(|| "".into());
    let without_name = params.flag("drop_algo_prefix");
    Some(Box::new(HashesFields { algorithms, prefix, without_name }))
}

impl HashesFields {
    /// The algorithm and the hash of `*SHA1=5f1c…*`, `MD5|987b…`, or of a hash alone.
    fn read(&self, text: &Text) -> Option<(Arc<str>, String)> {
        let literals = text.parts.iter().filter_map(|part| match part {
            Part::Literal(text) => Some(text.as_str()),
            _ => None,
        });
        let plain: String = literals.collect();
        let (name, hash) = if let Some((name, hash)) = plain.split_once(['=', '|']) {
            (name.to_uppercase(), hash.to_owned())
        } else {
            let name = match plain.len() {
                32 => "MD5",
                40 => "SHA1",
                64 => "SHA256",
                128 => "SHA512",
                _ => return None,
            };
            (name.to_owned(), plain)
        };
        let known = self.algorithms.iter().find(|known| known.to_uppercase() == name)?;
        Some((Arc::clone(known), hash))
    }

    fn split(&self, item: &Item) -> Option<Vec<Body>> {
        let mut fields: Vec<(Arc<str>, Vec<Value>)> = Vec::new();
        for value in &item.values {
            let ValueKind::Text { text, cased } = &value.kind else { return None };
            let (algorithm, hash) = self.read(text)?;
            let name = if self.without_name { "" } else { &*algorithm };
            let name: Arc<str> = format!("{}{name}", self.prefix).into();
            let kind = ValueKind::Text { text: Text::literal(&hash), cased: *cased };
            let value = Value { kind, span: value.span };
            match fields.iter_mut().find(|(known, _)| *known == name) {
                Some((_, values)) => values.push(value),
                None => fields.push((name, vec![value])),
            }
        }
        let span = item.field.as_ref().map_or(item.span, |field| field.span);
        let one = |(name, values)| {
            let field = Some(Field { name, span });
            let (all, negated, span) = (item.all, item.negated, item.span);
            Body::Item(Item { field, modifiers: vec![], values, all, negated, span })
        };
        Some(fields.into_iter().map(one).collect())
    }
}

impl Transformation for HashesFields {
    fn apply(&self, target: &mut Target<'_>) {
        let mut wrong = None;
        target.each_item(&mut |item, _| match self.split(item) {
            Some(parts) if item.all || item.negated => Change::Replace(Body::All(parts)),
            Some(parts) => Change::Replace(Body::Any(parts)),
            None => {
                wrong.get_or_insert(item.span);
                Change::Nothing
            }
        });
        if let Some(span) = wrong {
            let known = self.algorithms.join(", ");
            let message = format!("a value is no hash of one of these algorithms: {known}");
            target.error(&VALUE, &message, Some(span));
        }
    }
}
