//! `expand`.

use super::{Apply, Definition, text};
use crate::ast::{Part, Regex, Text, ValueKind};

pub(super) static EXPAND: Definition = Definition {
    names: &["expand"],
    doc: "`%name%` is a placeholder for values that are given when the rule is loaded; `\\%` is a \
          percent sign.",
    apply: Apply::Value(|kind, _| match kind {
        ValueKind::Regex(regex) => {
            Ok(ValueKind::Regex(Regex { text: regex.text.map_literals(placeholders), ..regex }))
        }
        kind => {
            let (text, cased) = text(kind, "expand")?;
            Ok(ValueKind::Text { text: text.map_literals(placeholders), cased })
        }
    }),
};

fn placeholders(text: &str) -> Text {
    let mut out = Text::default();
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        let (before, after) = (&rest[..at], &rest[at + 1..]);
        let slashes = before.len() - before.trim_end_matches('\\').len();
        if slashes % 2 == 1 {
            out.push_literal(&before[..before.len() - 1]);
            out.push_literal("%");
            rest = after;
            continue;
        }
        let end = after.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(after.len());
        if end > 0 && after[end..].starts_with('%') {
            // Two backslashes are one that escapes nothing.
            out.push_literal(&before[..before.len() - slashes / 2]);
            out.push(Part::Placeholder(after[..end].into()));
            rest = &after[end + 1..];
        } else {
            out.push_literal(before);
            out.push_literal("%");
            rest = after;
        }
    }
    out.push_literal(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_stand_between_percent_signs() {
        let lit = |t: &str| Part::Literal(t.to_owned());
        let name = |t: &str| Part::Placeholder(t.into());
        for (text, expected) in [
            ("%a%", vec![name("a")]),
            ("x%a%%b_1%y", vec![lit("x"), name("a"), name("b_1"), lit("y")]),
            (r"\%plain%name%", vec![lit("%plain"), name("name")]),
            (r"a\\%name%", vec![lit(r"a\"), name("name")]),
            (r"a\\%", vec![lit(r"a\\%")]),
            ("100% %a b% %%", vec![lit("100% %a b% %%")]),
        ] {
            assert_eq!(placeholders(text).parts, expected, "{text}");
        }
    }
}
