//! Where a key stands in a YAML file.
//!
//! The YAML reader gives values without places. Detections are written in block style by one tool,
//! so a key is found by its line: at the start of the line, behind blanks for a nested one.

use tripline_diag::Span;

/// The place of a key, given with the keys above it. The start of the file if it is not found
/// (flow style, anchors).
pub(super) fn locate(file: &str, path: &[&str]) -> Span {
    let mut from = 0;
    let mut found = Span::new(0, 0);
    for (depth, key) in path.iter().enumerate() {
        match line_of(file, from, key, depth > 0) {
            Some(at) => {
                found = Span::new(at, at + key.len());
                from = at + key.len();
            }
            None => return found,
        }
    }
    found
}

fn line_of(file: &str, from: usize, key: &str, nested: bool) -> Option<usize> {
    let mut start = if from == 0 { 0 } else { from + file[from..].find('\n')? + 1 };
    while start < file.len() {
        let end = file[start..].find('\n').map_or(file.len(), |at| start + at);
        let line = &file[start..end];
        let blanks = line.len() - line.trim_start_matches([' ', '-']).len();
        if nested && blanks == 0 && !line.trim().is_empty() {
            return None;
        }
        let body = &line[blanks..];
        let is_key = body.strip_prefix(key).is_some_and(|rest| rest.starts_with(':'));
        if is_key && (nested == (blanks > 0)) {
            return Some(start + blanks);
        }
        start = end + 1;
    }
    None
}

/// The line on which the search starts. A folded search has one line where the file has several;
/// its diagnostics point at the first of them.
pub(super) fn query_line(file: &str) -> u32 {
    let Some(at) = line_of(file, 0, "search", false) else { return 1 };
    let line = file[..at].matches('\n').count() as u32 + 1;
    let rest = file[at..].lines().next().unwrap_or("");
    let value = rest.trim_start_matches("search:").trim_start();
    let block = value.is_empty() || value.starts_with(['|', '>']) && !value.starts_with("| ");
    if block { line + 1 } else { line }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_by_their_lines() {
        let file = "name: a\ntags:\n  name: b\n  observable:\n  - name: c\nsearch: |-\n  x\n";
        assert_eq!(locate(file, &["name"]).start, 0);
        assert_eq!(locate(file, &["tags"]).of(file), "tags");
        assert_eq!(locate(file, &["tags", "name"]).start, 16);
        assert_eq!(locate(file, &["tags", "absent"]).of(file), "tags");
        assert_eq!(locate(file, &["absent"]), Span::new(0, 0));
        assert_eq!(query_line(file), 7);
        assert_eq!(query_line("search: '| tstats'"), 1);
    }
}
