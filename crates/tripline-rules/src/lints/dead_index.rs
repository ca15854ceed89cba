//! An index pattern that is nearly the name of an index.
//!
//! What no source of ours is in may well exist elsewhere; only a slip of the pen is worth a word.

use super::Subject;
use crate::codes::DEAD_INDEX;
use std::collections::BTreeSet;
use tripline_diag::Diagnostic;
use tripline_schema::IndexPatterns;

/// Shorter names are near to too many others.
const SHORTEST: usize = 8;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let rule = subject.rule;
    let indices: BTreeSet<&str> =
        subject.schema.mappings().iter().flat_map(|m| &m.elastic.indices).map(|i| &**i).collect();
    for pattern in rule.indices.iter().filter(|p| !p.starts_with('-')) {
        let patterns = IndexPatterns::new([pattern.clone()]);
        if indices.iter().any(|index| patterns.matches(index)) {
            continue;
        }
        let stem = pattern.trim_end_matches(['*', '-', '.']);
        if stem.len() < SHORTEST || stem.contains('*') {
            continue;
        }
        let meant =
            indices.iter().flat_map(|index| stems(index)).find(|known| one_off(stem, known));
        if let Some(meant) = meant {
            let text = format!("no source has an index that `{pattern}` matches");
            let rest = &pattern[stem.len()..];
            let help = format!("did you mean `{meant}{rest}`?");
            found.push(Diagnostic::warning(&DEAD_INDEX, text).help(help));
        }
    }
}

/// A name cut at each of its joints.
fn stems(index: &str) -> impl Iterator<Item = &str> {
    let joints = index.char_indices().filter(|(_, c)| matches!(c, '-' | '.')).map(|(at, _)| at);
    joints.chain([index.len()]).map(|at| &index[..at]).filter(|stem| stem.len() >= SHORTEST)
}

/// Whether two names differ in one letter that is missing, too many, wrong, or swapped with the
/// next. Digits and what stands at the joints make other names.
pub(super) fn one_off(left: &str, right: &str) -> bool {
    if left == right || left.len().abs_diff(right.len()) > 1 {
        return false;
    }
    let (a, b) = (left.as_bytes(), right.as_bytes());
    let head = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let tail =
        a[head..].iter().rev().zip(b[head..].iter().rev()).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[head..a.len() - tail], &b[head..b.len() - tail]);
    let letters = a.iter().chain(b).all(u8::is_ascii_alphabetic);
    letters
        && (a.len().max(b.len()) <= 1
            || (a.len() == 2 && b.len() == 2 && a[0] == b[1] && a[1] == b[0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_of_the_pen() {
        for (a, b, expected) in [
            ("winlogbet", "winlogbeat", true),
            ("winlgobeat", "winlogbeat", true),
            ("winlogbeat", "winlogbeat", false),
            ("logs-windows", "logs-window", true),
            ("filebeat-7", "filebeat-8", false),
            ("auditbeat", "filebeat", false),
        ] {
            assert_eq!(one_off(a, b), expected, "{a} {b}");
        }
        let cut: Vec<&str> = stems("logs-windows.sysmon-default").collect();
        assert_eq!(cut, ["logs-windows", "logs-windows.sysmon", "logs-windows.sysmon-default"]);
    }
}
