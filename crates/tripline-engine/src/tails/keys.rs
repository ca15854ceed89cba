//! Combinations of multivalued keys.

use std::sync::Arc;

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

/// A value of a join key; none where an optional field is absent.
pub(super) type Key = Vec<Option<Arc<str>>>;

#[cfg(test)]
mod tests {
    use super::combinations;

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
}
