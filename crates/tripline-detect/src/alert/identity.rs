//! Ids. `spec/elastic.md` 7.2, 7.3: SHA-256 over what made the rule fire.

use super::lineage::{ALERT_SOURCE, dig};
use super::object_hash::Written;
use memchr::memmem;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use xxhash_rust::xxh3::xxh3_128;

/// The space that a rule runs in; ids of Elastic's alerts contain it.
const SPACE: &str = "default";

/// The `_version` of an event: files are not updated.
const VERSION: &str = "1";

/// What identifies an event: its document's own id where it has one (an export of an index, an
/// alert), else a hash of what it is and says. The same record in two places is the same event.
/// `hashed`: the source's name, a zero, and the record.
pub(crate) fn identity(source: &str, hashed: &[u8], raw: &[u8]) -> Result<u128, String> {
    let own = |path: &str| {
        let record: serde_json::Value = serde_json::from_slice(raw).ok()?;
        dig(&record, path)?.as_str().map(str::to_owned)
    };
    let id = match source {
        _ if has_own_id(raw) => own("_id"),
        ALERT_SOURCE => own("kibana.alert.uuid"),
        _ => None,
    };
    if let Some(own) = id {
        return Err(own);
    }
    Ok(xxh3_128(hashed))
}

fn has_own_id(raw: &[u8]) -> bool {
    static FINDER: LazyLock<memmem::Finder<'static>> =
        LazyLock::new(|| memmem::Finder::new(b"\"_id\""));
    FINDER.find(raw).is_some()
}

/// The id of an alert on one event. `terms` distinguishes several alerts on the same event: new
/// terms, with which the product hashes in another way (7.4).
pub(crate) fn alert_id(index: &str, event: &str, rule: &str, terms: &[String]) -> String {
    if terms.is_empty() {
        return hash_of(&[index, event, VERSION, SPACE, ":", rule]);
    }
    let mut written = Written::default();
    written.list(5).string(index).string(event).string(VERSION);
    written.string(&format!("{SPACE}:{rule}")).list(terms.len());
    for term in terms {
        written.string(term);
    }
    written.hash()
}

/// The ids of a sequence's (or sample's) shell alert and of its building blocks, in their order.
/// `ancestors` are ids and indices of what each block comes from: its event, and if that is an alert
/// itself, first all that it comes from.
///
/// A block's id is a hash over the ancestors of all blocks, the rule's id after those of each, and
/// the place of the block; the shell's one over the ancestors of each block and the block itself
/// (which has no index yet), and the rule's id.
pub(crate) fn group_ids(ancestors: &[Vec<(String, String)>], rule: &str) -> (String, Vec<String>) {
    let mut base = Sha256::new();
    for block in ancestors {
        for (id, index) in block {
            base.update(id);
            base.update(index);
        }
        base.update(rule);
    }
    let block = |place: usize| hex(&base.clone().chain_update(place.to_string()).finalize());
    let blocks: Vec<String> = (0..ancestors.len()).map(block).collect();
    let mut shell = Sha256::new();
    for (of_block, id) in ancestors.iter().zip(&blocks) {
        for (id, index) in of_block {
            shell.update(id);
            shell.update(index);
        }
        shell.update(id);
    }
    shell.update(rule);
    (hex(&shell.finalize()), blocks)
}

/// The id of an alert on findings that belong together: the rule, what they share, and id and index
/// of the first and the last event.
pub(crate) fn correlation_id(
    rule: &str,
    terms: &[(String, String)],
    ends: &[(&str, &str)],
) -> String {
    let mut hash = Sha256::new();
    hash.update("correlation");
    hash.update(rule);
    let terms = terms.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    for (name, value) in terms.chain(ends.iter().copied()) {
        hash.update([1]);
        hash.update(name);
        hash.update([2]);
        hash.update(value);
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

/// SHA-256 over texts one after the other.
pub(super) fn hash_of(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part);
    }
    hex(&hash.finalize())
}

/// Bytes as hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    let mut out = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
    out
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

    /// `printf '%s' 'aibr' 'cdefr' '0' | sha256sum` for the first block, and the events' ids and
    /// indices, each pair followed by its block's id, with the rule at the end for the shell.
    #[test]
    fn the_ids_of_a_sequence() {
        let pair = |id: &str, index: &str| (id.to_owned(), index.to_owned());
        let ids = [vec![pair("a", "ib")], vec![pair("c", "d"), pair("e", "f")]];
        let (shell, blocks) = group_ids(&ids, "r");
        assert_eq!(blocks[0], hash_of(&["aibrcdefr0"]));
        assert_eq!(blocks[1], hash_of(&["aibrcdefr1"]));
        assert_eq!(shell, hash_of(&["aib", &blocks[0], "cdef", &blocks[1], "r"]));
        let [first, second] = ids;
        assert_ne!(group_ids(&[second, first], "r").0, shell, "the order of events counts");
    }

    #[test]
    fn ids_tell_rules_events_and_terms_apart() {
        let a = alert_id("i", "e", "r", &[]);
        assert_eq!(a.len(), 64);
        assert_eq!(a, alert_id("i", "e", "r", &[]));
        assert_ne!(a, alert_id("i", "e", "s", &[]));
        // As the product's library hashes ["i", "e", "1", "default:r", ["x", "y"]].
        assert_eq!(
            alert_id("i", "e", "r", &["x".to_owned(), "y".to_owned()]),
            "e2f3598c9228773a0612f5f450e1e9143b98357f"
        );
    }
}
