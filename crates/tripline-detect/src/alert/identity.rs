//! Ids. `spec/elastic.md` 7.2, 7.3: SHA-256 over what made the rule fire.

use sha2::{Digest, Sha256};

/// The space that a rule runs in; ids of Elastic's alerts contain it.
const SPACE: &str = "default";

/// The `_version` of an event: files are not updated.
const VERSION: &str = "1";

/// The id of an alert on one event. `extra` distinguishes several alerts on the same event (new
/// terms).
pub(crate) fn alert_id(index: &str, event: &str, rule: &str, extra: &[String]) -> String {
    let mut hash = Sha256::new();
    for part in [index, event, VERSION, SPACE, ":", rule] {
        hash.update(part);
    }
    for term in extra {
        hash.update([0]);
        hash.update(term);
    }
    hex(&hash.finalize())
}

/// The id of a sequence's shell alert, or with `index` of one of its building blocks: a hash over
/// the ids and indices of all its events and the rule.
pub(crate) fn shell_id(events: &[(String, String)], rule: &str, index: Option<usize>) -> String {
    let mut hash = Sha256::new();
    for (id, name) in events {
        hash.update(id);
        hash.update(name);
    }
    hash.update(rule);
    if let Some(index) = index {
        hash.update(index.to_string());
    }
    hex(&hash.finalize())
}

/// The id of a result row: the rule, the window and what the row says. A row that a later,
/// overlapping window gives again with the same content is another finding of another window.
pub(crate) fn row_id(rule: &str, from: i64, to: i64, row: &[(String, Vec<String>)]) -> String {
    let mut hash = Sha256::new();
    hash.update(rule);
    hash.update(from.to_be_bytes());
    hash.update(to.to_be_bytes());
    for (name, values) in row {
        hash.update([1]);
        hash.update(name);
        for value in values {
            hash.update([2]);
            hash.update(value);
        }
    }
    hex(&hash.finalize())
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `printf '%s' 'logs-xe11default:r' | sha256sum`: index, event, version, space and rule, as
    /// the product hashes them.
    #[test]
    fn the_id_of_an_alert_on_an_event() {
        assert_eq!(
            alert_id("logs-x", "e1", "r", &[]),
            "cc22be5d9d8c0f1420e6c852dbf34ec476f93cdc5e618b78f6649a8c08857e79"
        );
    }

    /// A row is what it says, in its window.
    #[test]
    fn ids_of_rows() {
        let row = |cells: &[(&str, &[&str])]| -> Vec<(String, Vec<String>)> {
            cells
                .iter()
                .map(|(n, v)| ((*n).to_owned(), v.iter().map(|v| (*v).to_owned()).collect()))
                .collect()
        };
        let one = row_id("r", 0, 1, &row(&[("a", &["x", "y"])]));
        assert_eq!(one, row_id("r", 0, 1, &row(&[("a", &["x", "y"])])));
        for other in [
            row_id("s", 0, 1, &row(&[("a", &["x", "y"])])),
            row_id("r", 0, 2, &row(&[("a", &["x", "y"])])),
            row_id("r", 1, 1, &row(&[("a", &["x", "y"])])),
            row_id("r", 0, 1, &row(&[("a", &["xy"])])),
            row_id("r", 0, 1, &row(&[("a", &["x"]), ("y", &[])])),
            row_id("r", 0, 1, &row(&[("b", &["x", "y"])])),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn the_events_of_a_sequence_count_in_their_order() {
        let (a, b) = (("a".to_owned(), "i".to_owned()), ("b".to_owned(), "i".to_owned()));
        let ids = [a.clone(), b.clone()];
        assert_ne!(shell_id(&ids, "r", None), shell_id(&[b, a], "r", None));
        assert_ne!(shell_id(&ids, "r", Some(0)), shell_id(&ids, "r", Some(1)));
        assert_ne!(shell_id(&ids, "r", None), shell_id(&ids, "s", None));
    }

    #[test]
    fn ids_tell_rules_events_and_terms_apart() {
        let a = alert_id("i", "e", "r", &[]);
        assert_eq!(a.len(), 64);
        assert_eq!(a, alert_id("i", "e", "r", &[]));
        assert_ne!(a, alert_id("i", "e", "s", &[]));
        assert_ne!(a, alert_id("i", "e", "r", &["x".to_owned()]));
        let events = [("a".to_owned(), "i".to_owned()), ("b".to_owned(), "i".to_owned())];
        assert_ne!(shell_id(&events, "r", None), shell_id(&events, "r", Some(0)));
    }
}
