//! Join keys: values that are equal however they are written, their order, and the combinations of
//! multivalued ones.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::sync::Arc;
use tripline_ir::{FieldType, Step, parse_number};
use tripline_kernels::test::{compare_versions, parse_date, parse_ip};

/// The values of a join key's fields; none where an optional field is absent.
pub(super) type Key = Vec<Option<Arc<str>>>;

/// The form of a value that all values share that a field of this type takes for equal: `05` and
/// `5.0` of a number are `5`, an instant is its milliseconds, an address is written shortest. A
/// value that does not read as its type stays as it is.
pub fn canonical(ty: FieldType, value: &Arc<str>) -> Arc<str> {
    let read = match ty {
        FieldType::Long | FieldType::Double => number(value),
        FieldType::Boolean => Some(value.to_ascii_lowercase()),
        FieldType::Date => parse_date(value).map(milliseconds),
        FieldType::Ip => value.parse::<IpAddr>().ok().map(|ip| ip.to_canonical().to_string()),
        _ => None,
    };
    match read {
        Some(text) if text != **value => text.into(),
        _ => Arc::clone(value),
    }
}

/// None: it stays as it is.
fn number(text: &str) -> Option<String> {
    let digits = text.bytes().all(|b| b.is_ascii_digit());
    if digits && text.len() < 19 && (text.len() == 1 || !text.starts_with('0')) {
        return None;
    }
    if let Ok(whole) = text.parse::<i64>() {
        return Some(whole.to_string());
    }
    let number = parse_number(text)?;
    // Beyond 2^53 not every whole number is there, so that a conversion could make two equal.
    let whole = number.fract() == 0.0 && number.abs() < 9e15;
    Some(if whole { (number as i64).to_string() } else { number.to_string() })
}

fn milliseconds(nanoseconds: i128) -> String {
    let (millis, rest) = (nanoseconds.div_euclid(1_000_000), nanoseconds.rem_euclid(1_000_000));
    if rest == 0 { millis.to_string() } else { format!("{millis}.{rest:06}") }
}

/// The keys under which an event counts for a step: each combination of the distinct values of its
/// key fields, `values` being those of each field. None if a field that is not optional is absent.
/// Returns how many combinations beyond `limit` were left out.
pub fn step_keys(
    step: &Step,
    values: &[Vec<Arc<str>>],
    limit: usize,
    f: impl FnMut(Vec<Option<Arc<str>>>),
) -> usize {
    let fields: Vec<Vec<Option<Arc<str>>>> = step
        .keys
        .iter()
        .enumerate()
        .map(|(at, key)| match values.get(at).map_or(&[][..], Vec::as_slice) {
            [] if key.optional => vec![None],
            values => values.iter().map(|v| Some(canonical(key.field.ty, v))).collect(),
        })
        .collect();
    combinations(&fields, limit, f)
}

/// The order of two keys, field by field: an absent value first, numbers and instants by their
/// size, addresses and versions as such, all else by code point.
pub(super) fn order(types: &[FieldType], a: &Key, b: &Key) -> Ordering {
    let one = |ty: FieldType, a: &Option<Arc<str>>, b: &Option<Arc<str>>| match (a, b) {
        (Some(a), Some(b)) => value_order(ty, a, b),
        _ => a.is_some().cmp(&b.is_some()),
    };
    let fields = a.iter().zip(b).zip(types).map(|((a, b), ty)| one(*ty, a, b));
    fields.into_iter().find(|o| o.is_ne()).unwrap_or(Ordering::Equal).then_with(|| a.cmp(b))
}

/// The order of two values of a type: numbers and instants by their size, addresses and versions as
/// such, all else by code point. Values are as [`canonical`] has them.
pub fn value_order(ty: FieldType, a: &str, b: &str) -> Ordering {
    let by_type = match ty {
        FieldType::Long | FieldType::Double | FieldType::Date => {
            parse_number(a).zip(parse_number(b)).map(|(a, b)| a.total_cmp(&b))
        }
        FieldType::Ip => parse_ip(a).zip(parse_ip(b)).map(|(a, b)| a.cmp(&b)),
        FieldType::Version => Some(compare_versions(a, b)),
        _ => None,
    };
    by_type.unwrap_or_else(|| a.cmp(b))
}

/// Calls `f` with each combination of distinct values, one value a field; the last field varies
/// fastest and values come in ascending order, so that the order of an array does not matter. A
/// field without values has no combination. Returns how many combinations beyond `limit` were left
/// out.
pub fn combinations<T: Ord + Clone>(
    fields: &[Vec<T>],
    limit: usize,
    mut f: impl FnMut(Vec<T>),
) -> usize {
    let fields: Vec<Vec<T>> = fields
        .iter()
        .map(|values| {
            let mut values = values.clone();
            values.sort();
            values.dedup();
            values
        })
        .collect();
    let total = fields.iter().map(Vec::len).fold(1, usize::saturating_mul);
    for number in 0..total.min(limit) {
        let mut rest = number;
        let mut combination: Vec<T> = Vec::with_capacity(fields.len());
        for values in fields.iter().rev() {
            combination.push(values[rest % values.len()].clone());
            rest /= values.len();
        }
        combination.reverse();
        f(combination);
    }
    total.saturating_sub(limit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinct_values_in_order_up_to_a_limit() {
        let mut all = Vec::new();
        let left = combinations(&[vec!["b", "a", "b"], vec!["y", "x"]], 3, |c| all.push(c));
        assert_eq!(all, [["a", "x"], ["a", "y"], ["b", "x"]]);
        assert_eq!(left, 1);
        assert_eq!(combinations(&[vec!["a"], vec![]], 3, |_| panic!("no combination")), 0);
        let mut none = 0;
        combinations::<u8>(&[], 3, |c| none += 1 + c.len());
        assert_eq!(none, 1, "no fields have one, empty combination");
    }

    #[test]
    fn keys_come_in_the_order_of_their_type() {
        let key = |text: &str| vec![Some(Arc::from(text))];
        for (ty, ascending) in [
            (FieldType::Long, ["-2", "9", "10"]),
            (FieldType::Keyword, ["10", "9", "a"]),
            (FieldType::Ip, ["9.0.0.0", "10.0.0.0", "::1:0:0:0"]),
            (FieldType::Version, ["1.9.0", "1.10.0", "bad"]),
            (FieldType::Boolean, ["false", "true", "true "]),
        ] {
            for pair in ascending.windows(2) {
                assert!(order(&[ty], &key(pair[0]), &key(pair[1])).is_lt(), "{ty:?} {pair:?}");
            }
            assert!(order(&[ty], &vec![None], &key(ascending[0])).is_lt(), "absent first");
        }
    }

    #[test]
    fn equal_values_have_one_form() {
        for (ty, text, expected) in [
            (FieldType::Long, "5.0", "5"),
            (FieldType::Keyword, "5.0", "5.0"),
            (FieldType::Date, "2022-12-17", "1671235200000"),
            (FieldType::Ip, "::ffff:10.0.0.1", "10.0.0.1"),
            (FieldType::Long, "0x1", "0x1"),
            (FieldType::Long, "9007199254740993", "9007199254740993"),
            (FieldType::Double, "1.50", "1.5"),
            (FieldType::Date, "yesterday", "yesterday"),
            (FieldType::Date, "2022-12-17T00:00:00.0000005Z", "1671235200000.000500"),
            (FieldType::Ip, "host", "host"),
            (FieldType::Boolean, "TRUE", "true"),
        ] {
            assert_eq!(&*canonical(ty, &text.into()), expected);
        }
    }
}
