//! Indicator match against a slow, obvious model: every event with every indicator, by the sentences
//! of the rule.

use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_engine::tails::indicators::{Entry, Limits, Side, run};
use tripline_ir::FieldType;

/// Rows of columns of values.
type Table = Vec<Vec<Vec<&'static str>>>;

/// Few values, in the spellings and kinds that matter: two of one address, two of one number, a
/// network that holds one of the addresses, words that differ in case.
const VALUES: [&str; 8] =
    ["10.0.0.1", "::ffff:10.0.0.1", "10.0.0.0/8", "11.0.0.1", "80", "080", "Bad", "bad"];

/// Whether `one`, of the side that is read, finds `other` in an index of a type.
fn finds(ty: FieldType, one: &str, other: &str, one_is_indicator: bool) -> bool {
    let address = |text: &str| match text {
        "10.0.0.1" | "::ffff:10.0.0.1" => Some(1),
        "11.0.0.1" => Some(2),
        _ => None,
    };
    let number = |text: &str| matches!(text, "80" | "080");
    match ty {
        FieldType::Ip if one == "10.0.0.0/8" && one_is_indicator => address(other) == Some(1),
        FieldType::Ip if address(one).is_some() => address(one) == address(other),
        FieldType::Long if number(one) => number(other),
        // One word each: its token is the word in lower case.
        FieldType::Text if one.len() == 3 => one.eq_ignore_ascii_case(other),
        _ => one == other,
    }
}

/// Whether one side, which is read, finds the other, whose index is asked.
fn asks(group: &[Entry], read: &[Vec<&str>], asked: &[Vec<&str>], indicators_read: bool) -> bool {
    let text = |ty| {
        matches!(ty, FieldType::Keyword | FieldType::Wildcard | FieldType::Ip | FieldType::Unknown)
    };
    let by_first = group.len() == 1 && text(group[0].event) && text(group[0].indicator);
    group.iter().zip(read).zip(asked).all(|((entry, read), asked)| {
        let ty = if indicators_read { entry.event } else { entry.indicator };
        let any = |one: &str| {
            asked.iter().any(|other| {
                // A network is one only where the event's field holds addresses.
                let network = indicators_read && entry.event == FieldType::Ip;
                finds(ty, one, other, network)
            })
        };
        match (entry.negate, read.len()) {
            (true, 0) => !asked.is_empty(),
            (true, 1) => !any(read[0]),
            (true, _) => true,
            (false, 0) => false,
            (false, 1) => any(read[0]),
            (false, _) => by_first && any(read[0]),
        }
    })
}

fn model(
    groups: &[Vec<Entry>],
    events: &Table,
    indicators: &Table,
) -> BTreeMap<usize, Vec<(usize, usize)>> {
    let mut found: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for (e, event) in events.iter().enumerate() {
        for (i, indicator) in indicators.iter().enumerate() {
            let mut first = 0;
            for (g, group) in groups.iter().enumerate() {
                let columns = first..first + group.len();
                first = columns.end;
                let (event, indicator) = (&event[columns.clone()], &indicator[columns]);
                if group.iter().all(|entry| entry.negate) {
                    continue;
                }
                if asks(group, indicator, event, true) || asks(group, event, indicator, false) {
                    found.entry(e).or_default().push((i, g));
                }
            }
        }
    }
    found
}

fn joined(
    groups: &[Vec<Entry>],
    events: &Table,
    indicators: &Table,
    limits: &Limits,
) -> (BTreeMap<usize, Vec<(usize, usize)>>, usize) {
    let cell = |table: &Table, row: usize, column: usize| -> Vec<Arc<str>> {
        table[row][column].iter().map(|value| Arc::from(*value)).collect()
    };
    let outcome = run(
        groups,
        Side { len: events.len(), values: &|row, column| cell(events, row, column) },
        Side { len: indicators.len(), values: &|row, column| cell(indicators, row, column) },
        limits,
    );
    let found = outcome.found.into_iter().map(|(event, matches)| {
        (event, matches.into_iter().map(|m| (m.indicator, m.group)).collect())
    });
    (found.collect(), outcome.truncated)
}

fn entry() -> impl Strategy<Value = Entry> {
    let ty = || {
        prop::sample::select(vec![
            FieldType::Keyword,
            FieldType::Wildcard,
            FieldType::Ip,
            FieldType::Long,
            FieldType::Text,
        ])
    };
    // Mostly the same type on both sides.
    (ty(), ty(), prop::bool::weighted(0.7), prop::bool::weighted(0.2)).prop_map(
        |(event, other, same, negate)| Entry {
            event,
            indicator: if same { event } else { other },
            negate,
        },
    )
}

fn world() -> impl Strategy<Value = (Vec<Vec<Entry>>, Table, Table)> {
    vec(vec(entry(), 1..4), 1..3).prop_flat_map(|groups| {
        let columns: usize = groups.iter().map(Vec::len).sum();
        let cell = vec(prop::sample::select(VALUES.to_vec()), 0..3);
        let table = |most| vec(vec(cell.clone(), columns), 0..most);
        (Just(groups), table(7), table(7))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn equals_the_model((groups, events, indicators) in world()) {
        // Analysed text of other values would be tokens that the model does not know.
        let plain = |t: &Table| t.clone();
        let (events, indicators) = (plain(&events), plain(&indicators));
        let text = |e: &Entry| e.event == FieldType::Text || e.indicator == FieldType::Text;
        let words = |table: &Table| -> Table {
            let mut table = table.clone();
            for row in &mut table {
                for (entry, cell) in groups.iter().flatten().zip(row) {
                    if text(entry) {
                        cell.retain(|value| value.len() == 3);
                    }
                }
            }
            table
        };
        let (events, indicators) = (words(&events), words(&indicators));
        let expected = model(&groups, &events, &indicators);
        let (found, truncated) = joined(&groups, &events, &indicators, &Limits::default());
        prop_assert_eq!(&found, &expected);
        prop_assert_eq!(truncated, 0);
        // The first matches, whichever side is looked up.
        let limits = Limits { matches: 2, ..Limits::default() };
        let (found, truncated) = joined(&groups, &events, &indicators, &limits);
        let cut = expected.values().filter(|all| all.len() > 2).count();
        let first: BTreeMap<_, Vec<_>> =
            expected.into_iter().map(|(e, all)| (e, all.into_iter().take(2).collect())).collect();
        prop_assert_eq!(found, first);
        prop_assert_eq!(truncated, cut);
    }
}

fn one(event: FieldType, indicator: FieldType) -> Vec<Vec<Entry>> {
    vec![vec![Entry { event, indicator, negate: false }]]
}

fn pairs(groups: &[Vec<Entry>], events: &Table, indicators: &Table) -> Vec<(usize, usize)> {
    let (found, _) = joined(groups, events, indicators, &Limits::default());
    found.into_iter().flat_map(|(e, all)| all.into_iter().map(move |(i, _)| (e, i))).collect()
}

#[test]
fn networks_match_the_addresses_in_them() {
    let indicators: Table = ["198.51.100.0/24", "2001:db8::/32", "198.51.0.0/16", "0.0.0.0/33"]
        .iter()
        .map(|value| vec![vec![*value]])
        .collect();
    let events: Table = ["198.51.100.7", "2001:db8:1::1", "198.51.101.1", "203.0.113.1"]
        .iter()
        .map(|value| vec![vec![*value]])
        .collect();
    let expected = [(0, 0), (0, 2), (1, 1), (2, 2)];
    let groups = one(FieldType::Ip, FieldType::Ip);
    assert_eq!(pairs(&groups, &events, &indicators), expected);
    // The same with the events as the larger side, which is gone through instead of looked up.
    let more: Table = events.iter().chain(&vec![vec![vec!["192.0.2.1"]]; 9]).cloned().collect();
    assert_eq!(pairs(&groups, &more, &indicators), expected);
    // Text is text.
    assert_eq!(pairs(&one(FieldType::Keyword, FieldType::Ip), &events, &indicators), []);
}

/// Both have several values: the first one of either side finds any of the other.
#[test]
fn several_values() {
    let events: Table = vec![vec![vec!["a", "b"]]];
    for (indicator, matches) in
        [(vec!["b"], true), (vec!["a", "x"], true), (vec!["x", "a"], true), (vec!["x", "b"], false)]
    {
        let found = pairs(
            &one(FieldType::Keyword, FieldType::Keyword),
            &events,
            &vec![vec![indicator.clone()]],
        );
        assert_eq!(!found.is_empty(), matches, "{indicator:?}");
    }
    // In a group of two entries a record with several values is passed over on the side that is
    // read.
    let entry = Entry { event: FieldType::Keyword, indicator: FieldType::Keyword, negate: false };
    let both = vec![vec![entry, entry]];
    let event = vec![vec![vec!["a"], vec!["b", "c"]]];
    assert_eq!(pairs(&both, &event, &vec![vec![vec!["a"], vec!["c"]]]), [(0, 0)]);
    assert_eq!(pairs(&both, &event, &vec![vec![vec!["a"], vec!["c", "d"]]]), []);
}

#[test]
fn too_many_pairs_end_it() {
    let table: Table = vec![vec![vec!["a"]]; 20];
    let limits = Limits { matches: 200, pairs: 50 };
    let cell = |row: usize, column: usize| -> Vec<Arc<str>> {
        table[row][column].iter().map(|value| Arc::from(*value)).collect()
    };
    let side = Side { len: table.len(), values: &cell };
    let outcome = run(&one(FieldType::Keyword, FieldType::Keyword), side, side, &limits);
    assert!(outcome.gave_up);
    assert_eq!(outcome.found.values().map(Vec::len).sum::<usize>(), 50);
}
