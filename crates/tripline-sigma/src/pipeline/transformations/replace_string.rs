//! `replace_string`: parts of texts that a regular expression matches are replaced. The text is
//! taken as the rule writes it, wildcards included, or with `skip_special` only what stands between
//! them. The replacement names groups as `\1` or `\g<name>`.

use super::{Target, Transformation};
use crate::ast::{Part, Text, ValueKind};
use crate::pipeline::conditions::pattern;
use crate::pipeline::params::Params;
use regex::Regex;
use std::fmt::Write;
use std::sync::Arc;

#[derive(Debug)]
struct ReplaceString {
    regex: Regex,
    replacement: String,
    skip_special: bool,
    interpret_special: bool,
}

pub(super) fn make(params: &mut Params<'_>, _: usize) -> Option<Box<dyn Transformation>> {
    let regex = pattern(params, "regex", false);
    let replacement = params.needed_text("replacement");
    let skip_special = params.flag("skip_special");
    let interpret_special = params.flag("interpret_special");
    Some(Box::new(ReplaceString {
        regex: regex?,
        replacement: groups(&replacement?),
        skip_special,
        interpret_special,
    }))
}

/// Python's references to groups in the spelling of the regex library.
fn groups(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '$' => out.push_str("$$"),
            '\\' => {
                let digits = rest.bytes().take_while(u8::is_ascii_digit).count().min(2);
                if digits > 0 {
                    let _ = write!(out, "${{{}}}", &rest[..digits]);
                    rest = &rest[digits..];
                } else if let Some((name, after)) =
                    rest.strip_prefix("g<").and_then(|named| named.split_once('>'))
                {
                    let _ = write!(out, "${{{name}}}");
                    rest = after;
                } else {
                    rest = rest.strip_prefix('\\').unwrap_or(rest);
                    out.push('\\');
                }
            }
            c => out.push(c),
        }
    }
    out
}

impl ReplaceString {
    fn of(&self, text: &Text) -> Option<Text> {
        let replace =
            |text: &str| self.regex.replace_all(text, self.replacement.as_str()).into_owned();
        let new = if self.skip_special {
            text.map_literals(|literal| {
                let replaced = replace(literal);
                if self.interpret_special {
                    Text::parse(&replaced)
                } else {
                    Text::literal(&replaced)
                }
            })
        } else {
            let names: Vec<Arc<str>> = text.placeholders().cloned().collect();
            // The text as the rule has it, where a backslash is its own escape only if it must be.
            let replaced = replace(&text.spelled(&['*', '?']));
            with_placeholders(Text::parse(&replaced), &names)
        };
        (new != *text).then_some(new)
    }
}

/// `%name%` is a placeholder again where it was one.
fn with_placeholders(text: Text, names: &[Arc<str>]) -> Text {
    names.iter().fold(text, |text, name| {
        let spelled = format!("%{name}%");
        let split = |literal: &str| {
            let mut out = Text::default();
            for (at, piece) in literal.split(&spelled).enumerate() {
                if at > 0 {
                    out.push(Part::Placeholder(Arc::clone(name)));
                }
                out.push_literal(piece);
            }
            out
        };
        text.map_literals(split)
    })
}

impl Transformation for ReplaceString {
    fn apply(&self, target: &mut Target<'_>) {
        target.each_value(&mut |kind, _, _| match kind {
            ValueKind::Text { text, cased } => {
                Some(vec![ValueKind::Text { text: self.of(text)?, cased: *cased }])
            }
            ValueKind::Number { text, .. } => {
                let text = self.of(&Text::literal(text))?;
                Some(vec![ValueKind::Text { text, cased: false }])
            }
            _ => None,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::groups;

    #[test]
    fn groups_as_python_names_them() {
        for (python, ours) in [
            (r"\1-\2", "${1}-${2}"),
            (r"\g<name>x", "${name}x"),
            ("$1", "$$1"),
            (r"a\\b", r"a\b"),
            (r"C:\temp", r"C:\temp"),
        ] {
            assert_eq!(groups(python), ours);
        }
    }
}
