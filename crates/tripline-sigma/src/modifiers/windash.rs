//! `windash`.

use super::{Apply, Definition, Refusal, text};
use crate::ast::{Part, Text, ValueKind};

/// What Windows programs take for the dash of an option: hyphen, slash, en dash, em dash,
/// horizontal bar.
const DASHES: [char; 5] = ['-', '/', '\u{2013}', '\u{2014}', '\u{2015}'];
/// Each dash of a value multiplies its forms by five.
const MOST_DASHES: u32 = 4;

pub(super) static WINDASH: Definition = Definition {
    names: &["windash"],
    doc: "A dash that starts an option (`-a`, `/a`) can be any of the five that Windows programs \
          take for one: `-`, `/`, en dash, em dash, horizontal bar.",
    apply: Apply::Value(|kind, _| {
        let (text, cased) = text(kind, "windash")?;
        let mut forms = vec![Text::default()];
        let mut dashes = 0;
        for part in &text.parts {
            let Part::Literal(literal) = part else {
                for form in &mut forms {
                    form.push(part.clone());
                }
                continue;
            };
            let mut from = 0;
            for (at, dash) in options(literal) {
                dashes += 1;
                if dashes > MOST_DASHES {
                    let message = format!("more than {MOST_DASHES} options in one value");
                    return Err(Refusal::value(message)
                        .help("write each option as a value of its own, with `contains|all`"));
                }
                let before = &literal[from..at];
                forms = forms
                    .iter()
                    .flat_map(|form| {
                        DASHES.map(|dash| {
                            let mut form = form.clone();
                            form.push_literal(before);
                            form.push_literal(dash.encode_utf8(&mut [0; 4]));
                            form
                        })
                    })
                    .collect();
                from = at + dash.len_utf8();
            }
            for form in &mut forms {
                form.push_literal(&literal[from..]);
            }
        }
        let mut kinds: Vec<ValueKind> =
            forms.into_iter().map(|text| ValueKind::Text { text, cased }).collect();
        Ok(if kinds.len() == 1 { kinds.remove(0) } else { ValueKind::AnyOf(kinds) })
    }),
};

/// The dashes that start an option: a letter, digit or `_` after it, none before it.
fn options(text: &str) -> Vec<(usize, char)> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let mut before = false;
    let mut found = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = chars.peek().is_some_and(|(_, next)| word(*next));
        if DASHES.contains(&c) && !before && after {
            found.push((at, c));
        }
        before = word(c);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dashes_of_options_are_found() {
        for (text, expected) in [
            ("-f", vec![0]),
            (" /f -param-name ", vec![1, 4]),
            ("a-b", vec![]),
            ("--force", vec![1]),
            ("- f", vec![]),
            ("C:/x", vec![2]),
        ] {
            let at: Vec<usize> = options(text).into_iter().map(|(at, _)| at).collect();
            assert_eq!(at, expected, "{text}");
        }
    }
}
