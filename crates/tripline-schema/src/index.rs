//! Index patterns.

use std::sync::Arc;

/// Whether `name` matches `pattern`, in which `*` is any text. Case counts.
pub fn wildcard_match(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut tail) = name.strip_prefix(head) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return tail.ends_with(part);
        }
        match tail.find(part) {
            Some(at) => tail = &tail[at + part.len()..],
            None => return false,
        }
    }
    true
}

/// A rule's list of index patterns.
///
/// ```
/// use tripline_schema::IndexPatterns;
/// let patterns = IndexPatterns::new(["logs-*".into(), "-logs-zeek.*".into()]);
/// assert!(patterns.matches("logs-windows.sysmon_operational-default"));
/// assert!(!patterns.matches("logs-zeek.connection-default"));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexPatterns(Vec<Arc<str>>);

impl IndexPatterns {
    /// Patterns in their order. A leading `-` excludes; a cluster prefix (`*:logs-*`) is
    /// understood as any cluster.
    pub fn new(patterns: impl IntoIterator<Item = Arc<str>>) -> Self {
        Self(patterns.into_iter().collect())
    }

    /// Whether an index of that name is searched.
    pub fn matches(&self, index: &str) -> bool {
        let mut matched = false;
        for pattern in &self.0 {
            match pattern.strip_prefix('-') {
                Some(excluded) if matched && wildcard_match(excluded, index) => matched = false,
                None if !matched => {
                    let local = pattern.split_once(':').map_or(&**pattern, |(_, local)| local);
                    matched = wildcard_match(local, index);
                }
                _ => {}
            }
        }
        matched
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_anywhere() {
        for (pattern, name, expected) in [
            ("filebeat-*", "filebeat-8.1.0", true),
            ("filebeat-*", "filebeat", false),
            ("*", "", true),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxbyy", false),
            ("logs-endpoint.events.*", "logs-endpoint.events.network-default", true),
            ("ab*b", "ab", false),
        ] {
            assert_eq!(wildcard_match(pattern, name), expected, "{pattern} {name}");
        }
    }
}
