//! Sources once more, for records whose top-level names are in lower case: what a data lake's
//! tables make of them.

use crate::{MapExpr, Mapping};
use serde::Deserialize;
use std::sync::Arc;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Lowered {
    /// The sources whose id starts with this.
    from: String,
    /// What stands in place of it.
    to: String,
    /// What is added to the title, in parentheses.
    title: String,
}

impl Lowered {
    /// The source as a table has it, if it is one of ours.
    pub fn copy(&self, original: &Mapping) -> Option<Mapping> {
        let mut m = original.derived(&self.from, &self.to, &self.title)?;
        for way in &mut m.recognise {
            for path in way.has.iter_mut().chain(&mut way.lacks) {
                *path = lowered(path);
            }
            way.equals =
                way.equals.iter().map(|(path, values)| (lowered(path), values.clone())).collect();
        }
        for path in &mut m.time {
            *path = lowered(path);
        }
        for (_, raw) in &mut m.elastic.prefixes {
            *raw = lowered(raw);
        }
        m.elastic.lowered = true;
        for fields in [&mut m.elastic.fields, &mut m.splunk.fields, &mut m.sigma.fields] {
            for expr in fields.values_mut() {
                *expr = in_lower_case(expr);
            }
        }
        Some(m)
    }
}

/// The expression with the first part of each raw path in lower case.
pub(crate) fn in_lower_case(expr: &MapExpr) -> MapExpr {
    match expr {
        MapExpr::Raw(path) => MapExpr::Raw(lowered(path)),
        MapExpr::Const(_) => expr.clone(),
        MapExpr::Call(f, args) => MapExpr::Call(*f, args.iter().map(in_lower_case).collect()),
    }
}

fn lowered(path: &str) -> Arc<str> {
    match path.split_once('.') {
        Some((first, rest)) => format!("{}.{rest}", first.to_lowercase()).into(),
        None => path.to_lowercase().into(),
    }
}
