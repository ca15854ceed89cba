//! Random rows against slow, obvious models.

use super::*;
use std::collections::BTreeMap;
use tripline_ir::Dedup;

/// A small generator, so that a failure comes back.
struct Random(u64);

impl Random {
    fn below(&mut self, most: u64) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }

    /// None, one or several values, from few that tie in all the ways that there are.
    fn cell(&mut self) -> Vec<&'static str> {
        const VALUES: [&str; 8] = ["1", "1.0", "2", "10", "-3", "a", "B", ""];
        let count = [0, 1, 1, 1, 1, 2, 3][self.below(7) as usize];
        (0..count).map(|_| VALUES[self.below(8) as usize]).collect()
    }
}

type Rows = Vec<(Vec<&'static str>, String)>;

/// Rows of a cell `k` and a number `n`, which is the row's place.
fn rows(seed: u64, count: usize) -> (Rows, Table) {
    let mut random = Random(seed);
    let rows: Rows = (0..count).map(|n| (random.cell(), n.to_string())).collect();
    let mut builder = TableBuilder::new(vec!["k".into(), "n".into()]);
    for (k, n) in &rows {
        builder.push(0, k.iter().copied());
        builder.push(1, [n.as_str()]);
        builder.end_row();
    }
    (rows, builder.finish())
}

fn places(input: Table, stage: StageKind) -> Vec<String> {
    let table = run_with(input, vec![stage], &Tables::default(), None).unwrap().table;
    let at = table.names.iter().position(|name| &**name == "n").unwrap();
    (0..table.rows()).map(|row| table.cell(row, at).to_string()).collect()
}

/// Numbers before texts, numbers by value.
fn compare(a: &str, b: &str) -> std::cmp::Ordering {
    match (tripline_ir::parse_number(a), tripline_ir::parse_number(b)) {
        (Some(a), Some(b)) => a.partial_cmp(&b).unwrap(),
        (Some(_), None) => std::cmp::Ordering::Less,
        (None, Some(_)) => std::cmp::Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

fn compare_cells(a: &[&str], b: &[&str]) -> std::cmp::Ordering {
    let pairs = a.iter().zip(b).map(|(a, b)| compare(a, b));
    pairs.fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then).then(a.len().cmp(&b.len()))
}

#[test]
fn sorting() {
    for seed in 0..20 {
        let (mut model, input) = rows(seed, 300);
        model.sort_by(|(a, _), (b, _)| {
            a.is_empty().cmp(&b.is_empty()).then_with(|| compare_cells(a, b))
        });
        let expected: Vec<String> = model.into_iter().map(|(_, n)| n).collect();
        assert_eq!(places(input.clone(), sort(&["k"], 0)), expected, "seed {seed}");
        assert_eq!(places(input, sort(&["k"], 50)), expected[..50], "seed {seed}");
    }
}

#[test]
fn deduplication() {
    for seed in 0..20 {
        let (model, input) = rows(seed, 300);
        let mut seen: BTreeMap<Vec<&str>, u64> = BTreeMap::new();
        let kept = model.iter().filter(|(k, _)| {
            let count = seen.entry(k.clone()).or_default();
            *count += 1;
            !k.is_empty() && *count <= 2
        });
        let expected: Vec<String> = kept.map(|(_, n)| n.clone()).collect();
        let (columns, keep) = (vec!["k".into()], 2);
        let dedup = Dedup { columns, keep, keep_empty: false, consecutive: false };
        assert_eq!(places(input, StageKind::Dedup(dedup)), expected, "seed {seed}");
    }
}

/// More rows than a batch holds, so that groups reach over batches.
#[test]
fn grouping() {
    let (model, input) = rows(7, 20_000);
    let mut groups: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (k, n) in &model {
        for value in k {
            groups.entry(value).or_default().push(n);
        }
    }
    let mut expected: Vec<(&str, Vec<&str>)> = groups.into_iter().collect();
    expected.sort_by(|(a, _), (b, _)| compare(a, b).then(a.cmp(b)));
    let aggregates = vec![aggregate("count", "", "count"), aggregate("list", "n", "list")];
    let stages = vec![stats(aggregates, &["k"])];
    let table = run_with(input, stages, &Tables::default(), None).unwrap().table;
    assert_eq!(table.rows(), expected.len());
    for (row, (key, members)) in expected.iter().enumerate() {
        assert_eq!(table.cell(row, 0).to_string(), *key);
        assert_eq!(table.cell(row, 1).to_string(), members.len().to_string());
        let list: Vec<String> = table.cell(row, 2).items().iter().map(Value::to_string).collect();
        assert_eq!(list, members[..members.len().min(100)]);
    }
}
