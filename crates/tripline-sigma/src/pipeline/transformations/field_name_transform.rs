//! `field_name_transform`: names of fields in another case; `mapping` says what is called otherwise.

use super::{Target, Transformation};
use crate::pipeline::params::Params;
use std::collections::HashMap;
use std::sync::Arc;

/// The words for cases.
pub(super) const WORDS: &[&str] = &["lower", "upper", "snake_case"];

/// How letters are written.
#[derive(Debug, Clone, Copy)]
pub(super) enum Case {
    Lower,
    Upper,
    Snake,
}

impl Case {
    pub(super) fn named(word: &str) -> Self {
        match word {
            "upper" => Self::Upper,
            "snake_case" => Self::Snake,
            _ => Self::Lower,
        }
    }

    pub(super) fn of(self, text: &str) -> String {
        match self {
            Self::Lower => text.to_lowercase(),
            Self::Upper => text.to_uppercase(),
            Self::Snake => snake(text),
        }
    }
}

/// `ParentCommandLine` is `parent_command_line`, `LogonID` is `logon_id`.
fn snake(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len() + 4);
    for (at, c) in chars.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| chars[at]);
        let starts = c.is_uppercase()
            && before.is_some_and(|b| {
                b.is_lowercase()
                    || b.is_numeric()
                    || (b.is_uppercase() && chars.get(at + 1).is_some_and(|n| n.is_lowercase()))
            });
        if starts {
            out.push('_');
        }
        out.extend(c.to_lowercase());
    }
    out
}

#[derive(Debug)]
struct NameTransform {
    case: Case,
    mapping: HashMap<Arc<str>, Vec<Arc<str>>>,
}

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    params.needed("transform_func")?;
    let case = Case::named(params.word("transform_func", WORDS));
    let mapping = match params.entry("mapping") {
        Some(_) => params.mapping("mapping")?,
        None => vec![],
    };
    Some(Box::new(NameTransform { case, mapping: mapping.into_iter().collect() }))
}

impl Transformation for NameTransform {
    fn apply(&self, target: &mut Target<'_>) {
        target.rename();
    }

    fn rename(&self, name: &str) -> Option<Vec<Arc<str>>> {
        let own = self.mapping.get(name).cloned();
        Some(own.unwrap_or_else(|| vec![self.case.of(name).into()]))
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn snake_case() {
        for (name, expected) in [
            ("ParentCommandLine", "parent_command_line"),
            ("LogonID", "logon_id"),
            ("EventID", "event_id"),
            ("SHA256Hash", "sha256_hash"),
            ("already_there", "already_there"),
        ] {
            assert_eq!(super::snake(name), expected);
        }
    }
}
