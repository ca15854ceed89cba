//! Choosing between values: `coalesce`, `default`, `if`, `if_exists`, `if_prefix`, `table`, `flags`,
//! and the functions of whole lists: `append`, `first`, `item`, `count`, `present`.

use super::{Evaluation, Values, number};
use std::borrow::Cow;
use tripline_schema::MapExpr;

pub(super) fn coalesce<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
) -> Values<'e> {
    args.iter().map(|a| run.expr(a)).find(|values| !values.is_empty()).unwrap_or_default()
}

/// Empty texts count as absent, as in a data model's evaluation.
pub(super) fn default<'e>(run: &mut Evaluation<'e, '_, '_, '_>, args: &'e [MapExpr]) -> Values<'e> {
    let mut values = run.arg(args, 0);
    values.retain(|v| !v.is_empty());
    if values.is_empty() { run.arg(args, 1) } else { values }
}

pub(super) fn if_equal<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
) -> Values<'e> {
    let wanted = run.word(args, 1);
    branch(run, args, |v| same(v, &wanted))
}

pub(super) fn if_prefix<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
) -> Values<'e> {
    let wanted = run.word(args, 1).to_lowercase();
    branch(run, args, |v| v.to_lowercase().starts_with(&wanted))
}

pub(super) fn if_contains<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
) -> Values<'e> {
    let wanted = run.word(args, 1).to_lowercase();
    branch(run, args, |v| v.to_lowercase().contains(&wanted))
}

fn branch<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
    test: impl Fn(&str) -> bool,
) -> Values<'e> {
    let values = run.arg(args, 0);
    if values.is_empty() {
        return values;
    }
    let chosen = if values.iter().any(|v| test(v)) { 2 } else { 3 };
    run.arg(args, chosen)
}

pub(super) fn if_exists<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
) -> Values<'e> {
    let chosen = if run.arg(args, 0).is_empty() { 2 } else { 1 };
    run.arg(args, chosen)
}

pub(super) fn table<'e>(run: &mut Evaluation<'e, '_, '_, '_>, args: &'e [MapExpr]) -> Values<'e> {
    let name = run.word(args, 1);
    let mut found = Vec::new();
    if let Some(table) = run.mapping.tables.get(&*name) {
        for key in run.arg(args, 0) {
            let row = table.get(&*key).or_else(|| {
                table.iter().find(|(candidate, _)| same(candidate, &key)).map(|(_, row)| row)
            });
            found.extend(row.into_iter().flatten().map(|v| Cow::Borrowed(&**v)));
        }
    }
    if found.is_empty() { run.arg(args, 2) } else { found }
}

/// Numbers as Windows writes bit masks: `0x..` or decimal.
pub(super) fn flags<'e>(run: &mut Evaluation<'e, '_, '_, '_>, args: &'e [MapExpr]) -> Values<'e> {
    let name = run.word(args, 1);
    let mut found = Vec::new();
    if let Some(table) = run.mapping.tables.get(&*name) {
        for mask in run.arg(args, 0).iter().filter_map(|v| number::bits(v)) {
            let set = table.iter().filter(|(flag, _)| {
                number::bits(flag).is_some_and(|flag| flag != 0 && mask & flag == flag)
            });
            found.extend(set.flat_map(|(_, row)| row).map(|v| Cow::Borrowed(&**v)));
        }
    }
    found
}

pub(super) fn append<'e>(run: &mut Evaluation<'e, '_, '_, '_>, args: &'e [MapExpr]) -> Values<'e> {
    args.iter().flat_map(|a| run.expr(a)).collect()
}

pub(super) fn first(mut values: Values<'_>) -> Values<'_> {
    values.truncate(1);
    values
}

pub(super) fn item<'e>(mut values: Values<'e>, n: &str) -> Values<'e> {
    match n.parse::<usize>() {
        Ok(n) if n < values.len() => vec![values.swap_remove(n)],
        _ => vec![],
    }
}

pub(super) fn count<'e>(values: &Values<'_>) -> Values<'e> {
    if values.is_empty() { vec![] } else { vec![Cow::Owned(values.len().to_string())] }
}

pub(super) fn present(mut values: Values<'_>) -> Values<'_> {
    values.retain(|v| !says_nothing(v));
    values
}

/// What Windows writes where it has no value: nothing, `-`, a GUID of zeros (with braces or not).
fn says_nothing(value: &str) -> bool {
    value.is_empty()
        || value == "-"
        || (value.len() >= 36
            && value.contains('-')
            && value.bytes().all(|b| matches!(b, b'0' | b'-' | b'{' | b'}')))
}

/// Without case. Most values are ASCII; the rest is folded by Unicode's lower case.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!a.is_ascii() && a.to_lowercase() == b.to_lowercase())
}
