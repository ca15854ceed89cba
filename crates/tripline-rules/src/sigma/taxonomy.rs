//! Which log sources Sigma's taxonomy has, and which fields of them.

use std::collections::BTreeMap;
use std::sync::LazyLock;

/// Product, category, service.
type Source = [Option<&'static str>; 3];

static SOURCES: LazyLock<BTreeMap<Source, Vec<&'static str>>> = LazyLock::new(|| {
    let table = include_str!("../../data/sigma-taxonomy.tsv");
    let rows = table.lines().filter(|line| !line.starts_with('#'));
    rows.filter_map(|line| {
        let mut cells = line.split('\t').map(|cell| Some(cell).filter(|cell| *cell != "-"));
        let source = [cells.next()?, cells.next()?, cells.next()?];
        let fields = cells.next()?.unwrap_or_default();
        Some((source, fields.split_whitespace().collect()))
    })
    .collect()
});

/// The fields of a log source; none where the taxonomy does not say which there are.
pub(crate) fn fields(
    product: Option<&str>,
    category: Option<&str>,
    service: Option<&str>,
) -> Option<Vec<&'static str>> {
    // A rule with a category and a service looks at the events that both mean.
    let own = match (category, service) {
        (Some(_), None) => of([product, category, None])?,
        (None, Some(_)) => of([product, None, service])?,
        _ => return None,
    };
    let common = of([product, None, None]).into_iter().flatten();
    Some(own.iter().chain(common).copied().collect())
}

/// The fields of just this log source, if they are known.
fn of(wanted: [Option<&str>; 3]) -> Option<&'static Vec<&'static str>> {
    let found = SOURCES.iter().find(|(source, _)| **source == wanted);
    found.map(|(_, fields)| fields).filter(|fields| !fields.is_empty())
}

/// Whether the taxonomy has a log source with these attributes.
pub(crate) fn knows(wanted: [Option<&str>; 3]) -> bool {
    SOURCES.keys().any(|source| {
        wanted.iter().zip(source).all(|(wanted, has)| wanted.is_none() || *wanted == *has)
    })
}

/// The values that an attribute has in the taxonomy: 0 product, 1 category, 2 service.
pub(crate) fn values(attribute: usize) -> impl Iterator<Item = &'static str> {
    SOURCES.keys().filter_map(move |source| source[attribute])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_reads() {
        let of = fields(Some("windows"), Some("process_creation"), None).unwrap();
        assert!(of.contains(&"CommandLine") && of.contains(&"EventID"));
        assert_eq!(fields(Some("windows"), None, Some("security")), None);
        assert!(knows([Some("windows"), None, Some("security")]));
        assert!(knows([None, Some("process_creation"), None]));
        assert!(!knows([Some("windows"), Some("proces_creation"), None]));
        assert!(values(1).any(|value| value == "process_creation"));
    }
}
