//! Sets of rows, 64 a word.

/// How many words a batch of that many rows takes.
pub(super) fn words(rows: usize) -> usize {
    rows.div_ceil(64)
}

/// All rows of a batch.
pub(super) fn fill(bits: &mut Vec<u64>, rows: usize) {
    bits.clear();
    bits.resize(words(rows), u64::MAX);
    if !rows.is_multiple_of(64)
        && let Some(last) = bits.last_mut()
    {
        *last = (1 << (rows % 64)) - 1;
    }
}

pub(super) fn is_empty(bits: &[u64]) -> bool {
    bits.iter().all(|w| *w == 0)
}

pub(super) fn set(bits: &mut [u64], row: usize) {
    bits[row / 64] |= 1 << (row % 64);
}

pub(super) fn get(bits: &[u64], row: usize) -> bool {
    bits[row / 64] & (1 << (row % 64)) != 0
}

pub(super) fn and(bits: &mut [u64], other: &[u64]) {
    bits.iter_mut().zip(other).for_each(|(a, b)| *a &= b);
}

pub(super) fn and_not(bits: &mut [u64], other: &[u64]) {
    bits.iter_mut().zip(other).for_each(|(a, b)| *a &= !b);
}

pub(super) fn or(bits: &mut [u64], other: &[u64]) {
    bits.iter_mut().zip(other).for_each(|(a, b)| *a |= b);
}

/// The rows of a set, in ascending order.
pub(super) fn rows(bits: &[u64]) -> impl Iterator<Item = usize> {
    bits.iter().enumerate().flat_map(|(at, word)| {
        let mut word = *word;
        std::iter::from_fn(move || {
            if word == 0 {
                return None;
            }
            let bit = word.trailing_zeros() as usize;
            word &= word - 1;
            Some(at * 64 + bit)
        })
    })
}
