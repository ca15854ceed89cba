//! Text with wildcards: reading, changing, printing.

use crate::ast::{Part, Text};
use std::sync::Arc;
use tripline_ir::{Case, Glob, GlobBuilder};

impl Text {
    /// Text as a rule writes it. `*` and `?` are wildcards. A backslash before one of them, or
    /// before another backslash, stands for what follows it; before anything else it is itself.
    ///
    /// ```
    /// use tripline_sigma::ast::{Part, Text};
    /// let parts = |text| Text::parse(text).parts;
    /// assert_eq!(parts(r"C:\a\*"), [Part::Literal(r"C:\a*".into())]);
    /// assert_eq!(parts(r"C:\a\\*"), [Part::Literal(r"C:\a\".into()), Part::Many]);
    /// assert_eq!(parts(r"\\srv\\c$"), [Part::Literal(r"\srv\c$".into())]);
    /// ```
    pub fn parse(text: &str) -> Self {
        let mut out = Self::default();
        let mut literal = String::with_capacity(text.len());
        let mut chars = text.chars().peekable();
        while let Some(c) = chars.next() {
            match c {
                '\\' => match chars.next_if(|next| matches!(next, '\\' | '*' | '?')) {
                    Some(escaped) => literal.push(escaped),
                    None => literal.push('\\'),
                },
                '*' | '?' => {
                    out.push_literal(&std::mem::take(&mut literal));
                    out.push(if c == '*' { Part::Many } else { Part::One });
                }
                c => literal.push(c),
            }
        }
        out.push_literal(&literal);
        out
    }

    /// Text in which nothing is special.
    pub fn literal(text: &str) -> Self {
        let mut out = Self::default();
        out.push_literal(text);
        out
    }

    /// Adds text at the end.
    pub fn push_literal(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        match self.parts.last_mut() {
            Some(Part::Literal(last)) => last.push_str(text),
            _ => self.parts.push(Part::Literal(text.to_owned())),
        }
    }

    /// Adds a part at the end.
    pub fn push(&mut self, part: Part) {
        match part {
            Part::Literal(text) => self.push_literal(&text),
            Part::Many if self.parts.last() == Some(&Part::Many) => {}
            other => self.parts.push(other),
        }
    }

    /// Adds all of another text at the end.
    pub fn append(&mut self, other: &Self) {
        for part in &other.parts {
            self.push(part.clone());
        }
    }

    /// The text, if nothing in it is special.
    pub fn as_literal(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [] => Some(""),
            [Part::Literal(text)] => Some(text),
            _ => None,
        }
    }

    /// Whether it has `*` or `?`.
    pub fn has_wildcard(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Many | Part::One))
    }

    /// The placeholders in it.
    pub fn placeholders(&self) -> impl Iterator<Item = &Arc<str>> {
        self.parts.iter().filter_map(|part| match part {
            Part::Placeholder(name) => Some(name),
            _ => None,
        })
    }

    /// The text with `f` applied to its literals.
    #[must_use]
    pub fn map_literals(&self, mut f: impl FnMut(&str) -> Text) -> Self {
        let mut out = Self::default();
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.append(&f(text)),
                other => out.push(other.clone()),
            }
        }
        out
    }

    /// As a rule would write it; [`Text::parse`] reads it back. Placeholders are `%name%`.
    pub fn to_rule(&self) -> String {
        self.spelled(&['*', '?', '\\'])
    }

    /// The text with wildcards and placeholders as a rule writes them, and a backslash before each
    /// of these characters in its literals.
    pub(crate) fn spelled(&self, escaped: &[char]) -> String {
        let mut out = String::new();
        for part in &self.parts {
            match part {
                Part::Many => out.push('*'),
                Part::One => out.push('?'),
                Part::Placeholder(name) => {
                    out.push('%');
                    out.push_str(name);
                    out.push('%');
                }
                Part::Literal(text) => {
                    for c in text.chars() {
                        if escaped.contains(&c) {
                            out.push('\\');
                        }
                        out.push(c);
                    }
                }
            }
        }
        out
    }

    /// As a pattern of the plan. Placeholders must be gone.
    pub(crate) fn glob(&self, case: Case) -> Glob {
        let mut glob = GlobBuilder::default();
        for part in &self.parts {
            match part {
                Part::Many => glob.many(),
                Part::One => glob.one(),
                Part::Placeholder(_) => {}
                Part::Literal(text) => text.chars().for_each(|c| glob.literal(c)),
            }
        }
        glob.finish(case)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_those_of_the_specification() {
        let lit = |t: &str| Part::Literal(t.to_owned());
        for (text, expected) in [
            (r"\a", vec![lit(r"\a")]),
            (r"\\a", vec![lit(r"\a")]),
            (r"\\\a", vec![lit(r"\\a")]),
            (r"\\\\a", vec![lit(r"\\a")]),
            (r"\*", vec![lit("*")]),
            (r"\?", vec![lit("?")]),
            (r"\\*", vec![lit(r"\"), Part::Many]),
            (r"\\\*", vec![lit(r"\*")]),
            (r"\\\\*", vec![lit(r"\\"), Part::Many]),
            (r"a\", vec![lit(r"a\")]),
            (r"a**b?*", vec![lit("a"), Part::Many, lit("b"), Part::One, Part::Many]),
            ("", vec![]),
        ] {
            let parsed = Text::parse(text);
            assert_eq!(parsed.parts, expected, "{text}");
            assert_eq!(Text::parse(&parsed.to_rule()), parsed, "{text}");
        }
    }
}
