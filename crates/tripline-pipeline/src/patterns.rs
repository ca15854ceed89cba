//! Column names with wildcards.

/// Whether a name is a pattern.
pub(crate) fn is_pattern(name: &str) -> bool {
    name.contains('*')
}

/// What each `*` of the pattern stands for in the name; none if the name does not match.
///
/// Each `*` takes as little as it can. Names that start with an underscore are internal: only a
/// pattern that itself starts with one matches them (in Splunk, `*` does not mean `_time`).
pub(crate) fn captures<'n>(pattern: &str, name: &'n str) -> Option<Vec<&'n str>> {
    if name.starts_with('_') && pattern.starts_with('*') {
        return None;
    }
    let mut parts = pattern.split('*');
    let mut rest = name.strip_prefix(parts.next()?)?;
    let mut parts: Vec<&str> = parts.collect();
    let Some(last) = parts.pop() else { return rest.is_empty().then(Vec::new) };
    let mut found = Vec::with_capacity(parts.len() + 1);
    for part in parts {
        let at = rest.find(part)?;
        found.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    found.push(rest.strip_suffix(last)?);
    Some(found)
}

/// Whether a name, or a pattern's name, is meant.
pub(crate) fn matches(pattern: &str, name: &str) -> bool {
    captures(pattern, name).is_some()
}

/// Puts what was captured in the place of each `*`. With too few, the last one is used again.
pub(crate) fn fill(target: &str, captured: &[&str]) -> String {
    let mut parts = target.split('*');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        out.push_str(captured.get(at).or(captured.last()).copied().unwrap_or_default());
        out.push_str(part);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn captures_and_fills() {
        assert_eq!(captures("All_Traffic.*", "All_Traffic.dest"), Some(vec!["dest"]));
        assert_eq!(captures("*_ip", "src_ip"), Some(vec!["src"]));
        assert_eq!(captures("a*b*c", "a1b2b3c"), Some(vec!["1", "2b3"]));
        assert_eq!(captures("a", "a"), Some(vec![]));
        assert_eq!(captures("a", "ab"), None);
        assert_eq!(captures("aa*aa", "aaa"), None);
        assert_eq!(fill("*", &["dest"]), "dest");
        assert_eq!(fill("x_*_*", &["a", "b"]), "x_a_b");
        assert_eq!(fill("sum(*)", &["n"]), "sum(n)");
    }

    #[test]
    fn a_star_does_not_mean_internal_columns() {
        assert!(!matches("*", "_time"));
        assert!(matches("_*", "_time"));
        assert!(matches("_time", "_time"));
    }
}
