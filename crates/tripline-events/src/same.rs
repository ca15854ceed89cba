//! Equality of short texts: keys and values are mostly shorter than 16 bytes, and to call `memcmp`
//! for each costs more than the comparison.

/// Equality of bytes.
#[inline]
pub(crate) fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    if let (Some((a1, _)), Some((b1, _))) = (a.split_first_chunk::<8>(), b.split_first_chunk::<8>())
        && a.len() <= 16
        && let (Some(a2), Some(b2)) = (a.last_chunk::<8>(), b.last_chunk::<8>())
    {
        // The two halves overlap.
        return u64::from_ne_bytes(*a1) == u64::from_ne_bytes(*b1)
            && u64::from_ne_bytes(*a2) == u64::from_ne_bytes(*b2);
    }
    if a.len() > 16
        && a.len() <= 32
        && let (Some(a1), Some(b1)) = (a.first_chunk::<16>(), b.first_chunk::<16>())
        && let (Some(a2), Some(b2)) = (a.last_chunk::<16>(), b.last_chunk::<16>())
    {
        return u128::from_ne_bytes(*a1) == u128::from_ne_bytes(*b1)
            && u128::from_ne_bytes(*a2) == u128::from_ne_bytes(*b2);
    }
    if a.len() < 8 {
        if let (Some(a1), Some(b1), Some(a2), Some(b2)) =
            (a.first_chunk::<4>(), b.first_chunk::<4>(), a.last_chunk::<4>(), b.last_chunk::<4>())
        {
            return a1 == b1 && a2 == b2;
        }
        return a.iter().zip(b).all(|(a, b)| a == b);
    }
    a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_all_lengths() {
        let long = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF";
        for n in 0..long.len() {
            let a = &long.as_bytes()[..n];
            assert!(same(a, a), "{n}");
            assert!(!same(a, &long.as_bytes()[..=n]), "{n}");
            for at in 0..n {
                let mut b = a.to_vec();
                b[at] ^= 1;
                assert!(!same(a, &b), "{n} {at}");
            }
        }
    }
}
