//! A search with the line breaks that its file has.
//!
//! Detections are written with folded lines: YAML reads a line break inside a quoted or folded
//! text as one blank, so that a search of twenty lines becomes one line, and a diagnostic would
//! name the wrong line. Blanks and line breaks mean the same to SPL outside quotes, so there the
//! file's own breaks and indentation are put back.

/// The search as the file breaks it, and the line on which it starts; the search as it is where
/// the two cannot be laid side by side (escapes, quotes over several lines).
pub(super) fn unfold(file: &str, search: &str) -> Option<(String, u32)> {
    let key = find_key(file)?;
    let after = &file[key..];
    let value = after.trim_start_matches([' ', '\t']);
    let mut at = key + (after.len() - value.len());
    // Where the text starts: behind the quote, or on the line behind `>-` or `|`.
    let single = value.starts_with('\'');
    if single {
        at += 1;
    } else if value.starts_with('"') {
        return None;
    } else if value.starts_with(['>', '|']) && !value.starts_with("| ") {
        at += value.find('\n')? + 1;
    }
    let rest = &file[at..];
    let lead = rest.len() - rest.trim_start_matches([' ', '\n', '\r']).len();
    let start = at + lead;
    let line = file[..start].matches('\n').count() as u32 + 1;

    let mut raw = file[start..].chars().peekable();
    let mut out = String::with_capacity(search.len() + 64);
    let mut quoted = false;
    let mut escaped = false;
    let mut wanted = search.trim().chars().peekable();
    while let Some(&c) = wanted.peek() {
        let found = *raw.peek()?;
        if c.is_whitespace() && found.is_whitespace() {
            // A run of blanks on both sides: the file's, unless it is inside quotes.
            let mut folded = String::new();
            let mut written = String::new();
            while let Some(c) = wanted.next_if(|c| c.is_whitespace()) {
                folded.push(c);
            }
            while let Some(c) = raw.next_if(|c| c.is_whitespace()) {
                written.push(c);
            }
            if quoted && written.contains('\n') {
                return None;
            }
            out.push_str(if quoted { &folded } else { &written });
            escaped = false;
            continue;
        }
        if c != found {
            return None;
        }
        wanted.next();
        raw.next();
        if single && c == '\'' {
            raw.next_if_eq(&'\'')?;
        }
        if c == '"' && !escaped {
            quoted = !quoted;
        }
        escaped = c == '\\' && !escaped;
        out.push(c);
    }
    Some((out, line))
}

/// The byte behind `search:` at the start of a line.
fn find_key(file: &str) -> Option<usize> {
    const KEY: &str = "search:";
    if file.starts_with(KEY) {
        return Some(KEY.len());
    }
    file.find("\nsearch:").map(|at| at + 1 + KEY.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(file: &str) -> Option<(String, u32)> {
        let value: serde_norway::Value = serde_norway::from_str(file).unwrap();
        unfold(file, value["search"].as_str().unwrap())
    }

    #[test]
    fn lines_are_as_in_the_file() {
        for (file, expected) in [
            ("name: n\nsearch: 'a=1\n  b=''x'' | c'\n", Some(("a=1\n  b='x' | c", 2))),
            ("name: n\nsearch: a=1\n  b=2\nid: i\n", Some(("a=1\n  b=2", 2))),
            ("search: >-\n  a=1\n  b=2\nid: i\n", Some(("a=1\n  b=2", 2))),
            ("search: |\n  a=1\n  b=2\nid: i\n", Some(("a=1\n  b=2", 2))),
            ("search: '| tstats count'\n", Some(("| tstats count", 1))),
            // Inside quotes a blank is a blank.
            ("search: 'a=\"x\n  y\"'\n", None),
            ("search: \"a=1\\n  b\"\n", None),
        ] {
            let expected = expected.map(|(text, line)| (text.to_owned(), line));
            assert_eq!(of(file), expected, "{file}");
        }
    }
}
