//! What events have in a field because they were recognised by it.
//!
//! A source that is told by its event id has no other: conditions on the id are decided when plans
//! are bound, and most rules of the source's channel fall away.

use std::sync::Arc;
use tripline_kernels::mapping::{self, Assets};
use tripline_schema::{MapExpr, MapFunction, Mapping};

/// Fields with the values of which every event has one.
#[derive(Default)]
pub(super) struct Told {
    fields: Vec<(Arc<str>, Vec<Arc<str>>)>,
}

impl Told {
    /// Of the events that were recognised as ones of a source. Recognition does not look at case, so
    /// only what has none is certain: numbers.
    pub(super) fn new(mapping: &Mapping) -> Self {
        let is_number = |v: &&Arc<str>| !v.is_empty() && v.bytes().all(|b| b.is_ascii_digit());
        let told = mapping.told().into_iter();
        let numbers = told.filter(|(_, values)| values.iter().all(is_number));
        let owned = |values: Vec<&Arc<str>>| values.into_iter().cloned().collect();
        Self { fields: numbers.map(|(path, values)| (Arc::clone(path), owned(values))).collect() }
    }

    fn values(&self, path: &str) -> Option<&[Arc<str>]> {
        self.fields.iter().find(|(field, _)| **field == *path).map(|(_, values)| values.as_slice())
    }

    /// An expression, with fields that have one possible value as constants.
    pub(super) fn put(&self, expr: MapExpr) -> MapExpr {
        match expr {
            MapExpr::Raw(path) => match self.values(&path) {
                Some([only]) => MapExpr::Const(vec![Arc::clone(only)]),
                _ => MapExpr::Raw(path),
            },
            MapExpr::Call(function, args) => {
                let mut args: Vec<MapExpr> = args.into_iter().map(|arg| self.put(arg)).collect();
                let certain = |arg: &MapExpr| matches!(arg, MapExpr::Const(all) if !all.is_empty());
                if function == MapFunction::Coalesce
                    && let Some(last) = args.iter().position(certain)
                {
                    args.truncate(last + 1);
                    if last == 0 {
                        return args.remove(0);
                    }
                }
                MapExpr::Call(function, args)
            }
            MapExpr::Const(_) => expr,
        }
    }

    /// What an expression may be, if that is known: its values for each value of the field that it
    /// reads.
    pub(super) fn cases(
        &self,
        expr: &MapExpr,
        mapping: &Mapping,
        assets: Option<&dyn Assets>,
    ) -> Option<Vec<Vec<Arc<str>>>> {
        let values = self.values(mapping::single_input(expr)?)?;
        let case = |value: &Arc<str>| {
            let found = mapping::eval(expr, mapping, &mut |_, f| f(value), assets);
            found.iter().map(|v| Arc::from(&**v)).collect()
        };
        Some(values.iter().map(case).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_schema::Schema;

    const SOURCES: &str = r#"
[[source]]
id = "two"
title = "Two ways"
recognise = [
  { where = { id = ["1"], kind = ["Net"], code = ["7"], odd = ["1*"] } },
  { where = { id = ["2"], kind = ["Net"], code = ["7"], one = ["3"] } },
]
[source.tables.word]
1 = "one"
2 = ["two", "zwei"]
"#;

    #[test]
    fn what_all_ways_of_recognition_say() {
        let schema = Schema::load(&[("test.toml", SOURCES)]).unwrap();
        let mapping = &schema.mappings()[0];
        let told = Told::new(mapping);
        for (expr, put) in [
            ("code", "['7']"),
            ("coalesce(x, lower(code))", "coalesce(x, lower('7'))"),
            ("coalesce(x, code, y)", "coalesce(x, '7')"),
            ("coalesce(code, y)", "'7'"),
            // Two values, a text whose case is not known, a pattern, what one way says only.
            ("append(id, kind, odd, one)", "append(id, kind, odd, one)"),
        ] {
            let put = MapExpr::parse(put).unwrap();
            assert_eq!(told.put(MapExpr::parse(expr).unwrap()), put, "{expr}");
        }
        let cases = |expr: &str| told.cases(&MapExpr::parse(expr).unwrap(), mapping, None);
        let all = |cases: &[&[&str]]| -> Option<Vec<Vec<Arc<str>>>> {
            Some(cases.iter().map(|case| case.iter().map(|v| Arc::from(*v)).collect()).collect())
        };
        assert_eq!(cases("id"), all(&[&["1"], &["2"]]));
        assert_eq!(cases("table(id, 'word')"), all(&[&["one"], &["two", "zwei"]]));
        assert_eq!(cases("kind"), None);
        assert_eq!(cases("append(id, x)"), None);
    }
}
