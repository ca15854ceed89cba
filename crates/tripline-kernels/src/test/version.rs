//! Versions.

use std::cmp::Ordering;

/// Orders two versions: numeric parts one by one (of any length; `1.2` before `1.2.0`), a
/// pre-release before its release, pre-release identifiers numeric before alphanumeric. What is no
/// version comes after all that are, in the order of its text, as in Elasticsearch's `version`
/// fields.
///
/// ```
/// use std::cmp::Ordering::Less;
/// use tripline_kernels::test::compare_versions;
/// for pair in [("1.9.0", "1.10.0"), ("1.2.4-SNAPSHOT", "1.2.4"), ("9.9.9", "bad")] {
///     assert_eq!(compare_versions(pair.0, pair.1), Less);
/// }
/// ```
pub fn compare_versions(a: &str, b: &str) -> Ordering {
    match (Version::parse(a), Version::parse(b)) {
        (Some(a), Some(b)) => a.compare(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

struct Version<'a> {
    main: Vec<&'a str>,
    pre: Option<Vec<&'a str>>,
    build: Option<&'a str>,
}

impl<'a> Version<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (rest, build) = match text.split_once('+') {
            Some((rest, build)) => (rest, Some(build)),
            None => (text, None),
        };
        let (main, pre) = match rest.split_once('-') {
            Some((main, pre)) => (main, Some(pre)),
            None => (rest, None),
        };
        let numeric = |p: &str| {
            !p.is_empty()
                && p.bytes().all(|b| b.is_ascii_digit())
                && (p == "0" || !p.starts_with('0'))
        };
        let word =
            |p: &str| !p.is_empty() && p.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let main: Vec<&str> = main.split('.').collect();
        let pre: Option<Vec<&str>> = pre.map(|p| p.split('.').collect());
        let legal = main.iter().all(|p| numeric(p))
            && pre.iter().flatten().all(|p| word(p))
            && build.is_none_or(|b| b.split('.').all(word));
        legal.then_some(Self { main, pre, build })
    }

    fn compare(&self, other: &Self) -> Ordering {
        for (a, b) in self.main.iter().zip(&other.main) {
            let by_part = digits(a, b);
            if by_part != Ordering::Equal {
                return by_part;
            }
        }
        self.main
            .len()
            .cmp(&other.main.len())
            .then_with(|| match (&self.pre, &other.pre) {
                (None, None) => Ordering::Equal,
                (None, Some(_)) => Ordering::Greater,
                (Some(_), None) => Ordering::Less,
                (Some(a), Some(b)) => {
                    let by_part = a.iter().zip(b).map(|(a, b)| identifier(a, b));
                    by_part
                        .into_iter()
                        .find(|o| *o != Ordering::Equal)
                        .unwrap_or_else(|| a.len().cmp(&b.len()))
                }
            })
            .then_with(|| self.build.cmp(&other.build))
    }
}

/// Numbers without leading zeros, of any length.
fn digits(a: &str, b: &str) -> Ordering {
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

fn identifier(a: &str, b: &str) -> Ordering {
    let numeric = |p: &str| p.bytes().all(|c| c.is_ascii_digit());
    match (numeric(a), numeric(b)) {
        (true, true) => digits(a.trim_start_matches('0'), b.trim_start_matches('0')),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => a.cmp(b),
    }
}
