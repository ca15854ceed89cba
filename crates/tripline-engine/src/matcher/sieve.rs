//! The places of a text at which one of some short texts may stand, found 32 bytes at a time.
//!
//! Each of the texts is in one of eight buckets, a bit each. For the lower and for the upper half
//! of each of the first bytes a table of sixteen entries says which buckets have one with it, so
//! that two shuffles of the processor answer for all places of a block at once (the method is known
//! as Teddy, of Hyperscan). What passes is looked at by whoever asks: what agrees in halves with
//! texts of one bucket passes too. Many texts have several such tables, or too much would.

use wide::u8x16;

/// How many bytes of a text count.
pub(super) const LENGTH: usize = 4;

/// How many places are looked at together, and how many bytes that takes.
const BLOCK: usize = 32;
const BYTES: usize = BLOCK + LENGTH - 1;

const BUCKETS: usize = 8;

/// With more texts than this in a bucket another table is worth its time.
const CROWDED: usize = 12;

/// By byte: what its lower half leaves, then what its upper half leaves; a bit for each bucket.
type Halves = [[[u8; 16]; 2]; LENGTH];

/// Texts that may stand somewhere.
pub(super) enum Sieve {
    /// None is longer than three bytes.
    Short(Box<[Halves; 1]>),
    One(Box<[Halves; 1]>),
    Two(Box<[Halves; 2]>),
    Four(Box<[Halves; 4]>),
}

/// The length of short texts.
const SHORT: usize = 3;

impl Sieve {
    /// For texts of which the first bytes count; none is empty.
    pub(super) fn new<'a>(texts: impl Iterator<Item = &'a [u8]>) -> Self {
        let mut texts: Vec<&[u8]> = texts.map(|text| &text[..text.len().min(LENGTH)]).collect();
        // Upper and lower case agree in their lower halves, so they belong beside each other. So do
        // short ones: nothing is known of the bytes behind them.
        let folded = |text: &[u8]| text.iter().map(|byte| byte | 0x20).collect::<Vec<u8>>();
        texts.sort_by_cached_key(|text| (text.len() < LENGTH, folded(text)));
        texts.dedup();
        match texts.len().div_ceil(BUCKETS * CROWDED) {
            0 | 1 if texts.iter().all(|text| text.len() <= SHORT) => {
                Self::Short(Box::new(tables(&texts)))
            }
            0 | 1 => Self::One(Box::new(tables(&texts))),
            2 => Self::Two(Box::new(tables(&texts))),
            _ => Self::Four(Box::new(tables(&texts))),
        }
    }

    /// Calls `f` with each place at which one may stand, in ascending order, until it says that it
    /// has enough; whether it never did.
    #[inline]
    pub(super) fn each(&self, text: &[u8], f: impl FnMut(usize) -> bool) -> bool {
        match self {
            Self::Short(tables) => each::<1, SHORT>(tables, text, f),
            Self::One(tables) => each::<1, LENGTH>(tables, text, f),
            Self::Two(tables) => each::<2, LENGTH>(tables, text, f),
            Self::Four(tables) => each::<4, LENGTH>(tables, text, f),
        }
    }
}

fn tables<const N: usize>(texts: &[&[u8]]) -> [Halves; N] {
    let share = texts.len().div_ceil(N * BUCKETS).max(1);
    let mut tables = [[[[0; 16]; 2]; LENGTH]; N];
    for (at, text) in texts.iter().enumerate() {
        let (table, bucket) = (at / share / BUCKETS, 1 << (at / share % BUCKETS));
        for (place, [lower, upper]) in tables[table].iter_mut().enumerate() {
            match text.get(place) {
                Some(byte) => {
                    lower[usize::from(byte & 15)] |= bucket;
                    upper[usize::from(byte >> 4)] |= bucket;
                }
                None => lower.iter_mut().chain(upper).for_each(|entry| *entry |= bucket),
            }
        }
    }
    tables
}

fn each<const N: usize, const L: usize>(
    tables: &[Halves; N],
    text: &[u8],
    f: impl FnMut(usize) -> bool,
) -> bool {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return avx2::each::<N, L>(tables, text, f);
    }
    blocks(text, |bytes| passes::<N, L>(tables, bytes), f)
}

/// Goes through a text block by block.
#[allow(clippy::inline_always)] // `passes` is inlined into what has its instructions only.
#[inline(always)]
fn blocks(
    text: &[u8],
    passes: impl Fn(&[u8; BYTES]) -> u32,
    mut f: impl FnMut(usize) -> bool,
) -> bool {
    let mut at = 0;
    let mut give = |at: usize, mut marks: u32| {
        while marks != 0 {
            if !f(at + marks.trailing_zeros() as usize) {
                return false;
            }
            marks &= marks - 1;
        }
        true
    };
    while let Some(bytes) = text.get(at..).and_then(|rest| rest.first_chunk()) {
        if !give(at, passes(bytes)) {
            return false;
        }
        at += BLOCK;
    }
    // What is left is followed by zeros.
    while at < text.len() {
        let rest = &text[at..text.len().min(at + BYTES)];
        let mut bytes = [0; BYTES];
        bytes[..rest.len()].copy_from_slice(rest);
        let marks = passes(&bytes);
        let there = if rest.len() < BLOCK { (1 << rest.len()) - 1 } else { u32::MAX };
        if !give(at, marks & there) {
            return false;
        }
        at += BLOCK;
    }
    true
}

/// A bit for each place of a block at which one may stand.
fn passes<const N: usize, const L: usize>(tables: &[Halves; N], bytes: &[u8; BYTES]) -> u32 {
    let mut marks = 0;
    for at in [16, 0] {
        let mut any = u8x16::ZERO;
        for halves in tables {
            let mut buckets = u8x16::splat(u8::MAX);
            for (place, [lower, upper]) in halves.iter().take(L).enumerate() {
                let from = at + place;
                let bytes = bytes[from..from + 16].try_into().map_or(u8x16::ZERO, u8x16::new);
                let lower = u8x16::new(*lower).shuffle(bytes & u8x16::splat(15));
                let upper = u8x16::new(*upper).shuffle(bytes >> 4_u32);
                buckets = buckets & lower & upper;
            }
            any |= buckets;
        }
        let none = any.simd_eq(u8x16::ZERO).to_bitmask();
        marks = marks << 16 | (!none & 0xFFFF);
    }
    marks
}

/// With instructions that most processors of this architecture have: several times as fast.
#[cfg(target_arch = "x86_64")]
#[allow(unsafe_code)]
mod avx2 {
    use super::{BYTES, Halves, LENGTH};
    use std::arch::x86_64::{
        __m256i, _mm_loadu_si128, _mm256_and_si256, _mm256_broadcastsi128_si256, _mm256_cmpeq_epi8,
        _mm256_loadu_si256, _mm256_movemask_epi8, _mm256_or_si256, _mm256_set1_epi8,
        _mm256_setzero_si256, _mm256_shuffle_epi8, _mm256_srli_epi16,
    };
    use std::array::from_fn;

    /// The processor must have AVX2.
    pub(super) fn each<const N: usize, const L: usize>(
        tables: &[Halves; N],
        text: &[u8],
        f: impl FnMut(usize) -> bool,
    ) -> bool {
        // SAFETY: the caller has asked for the feature.
        unsafe { with_avx2::<N, L>(tables, text, f) }
    }

    #[target_feature(enable = "avx2")]
    fn with_avx2<const N: usize, const L: usize>(
        tables: &[Halves; N],
        text: &[u8],
        f: impl FnMut(usize) -> bool,
    ) -> bool {
        let tables: [[[__m256i; 2]; LENGTH]; N] = from_fn(|table| {
            from_fn(|place| {
                from_fn(|half| {
                    let half = tables[table][place][half].as_ptr();
                    // SAFETY: sixteen bytes are there.
                    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(half.cast()) })
                })
            })
        });
        super::blocks(text, |bytes| passes::<N, L>(&tables, bytes), f)
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn passes<const N: usize, const L: usize>(
        tables: &[[[__m256i; 2]; LENGTH]; N],
        bytes: &[u8; BYTES],
    ) -> u32 {
        let half = _mm256_set1_epi8(15);
        let mut any = [_mm256_set1_epi8(-1); N];
        for place in 0..L {
            // SAFETY: 32 bytes are there, from each of the four places.
            let bytes = unsafe { _mm256_loadu_si256(bytes.as_ptr().add(place).cast()) };
            let below = _mm256_and_si256(bytes, half);
            let above = _mm256_and_si256(_mm256_srli_epi16::<4>(bytes), half);
            for (buckets, halves) in any.iter_mut().zip(tables) {
                let [lower, upper] = halves[place];
                let lower = _mm256_shuffle_epi8(lower, below);
                let upper = _mm256_shuffle_epi8(upper, above);
                *buckets = _mm256_and_si256(*buckets, _mm256_and_si256(lower, upper));
            }
        }
        let zero = _mm256_setzero_si256();
        let any = any.into_iter().fold(zero, |any, buckets| _mm256_or_si256(any, buckets));
        !_mm256_movemask_epi8(_mm256_cmpeq_epi8(any, zero)).cast_unsigned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(texts: &[Vec<u8>], text: &[u8]) -> Vec<usize> {
        let stands =
            |at: usize| texts.iter().any(|t| text[at..].starts_with(&t[..t.len().min(LENGTH)]));
        (0..text.len()).filter(|at| stands(*at)).collect()
    }

    proptest! {
        #[test]
        fn no_place_is_passed_over(
            texts in prop_oneof![Just(4), Just(40), Just(150), Just(400)].prop_flat_map(|n| {
                (Just(n), 4_usize..7)
            }).prop_flat_map(|(n, len)| {
                prop::collection::vec(prop::collection::vec(any::<u8>(), 1..len), 0..n)
            }),
            parts in prop::collection::vec(
                prop_oneof![
                    prop::collection::vec(any::<u8>(), 0..20).prop_map(Ok),
                    any::<prop::sample::Index>().prop_map(Err),
                ],
                0..12,
            ),
        ) {
            let mut text = vec![];
            for part in parts {
                match part {
                    Ok(bytes) => text.extend(bytes),
                    Err(_) if texts.is_empty() => {}
                    Err(at) => text.extend(at.get(&texts)),
                }
            }
            let sieve = Sieve::new(texts.iter().map(Vec::as_slice));
            let mut found = vec![];
            sieve.each(&text, |at| { found.push(at); true });
            let mut portable = vec![];
            let mut add = |at| { portable.push(at); true };
            match &sieve {
                Sieve::Short(t) => blocks(&text, |bytes| passes::<1, SHORT>(t, bytes), &mut add),
                Sieve::One(t) => blocks(&text, |bytes| passes::<1, LENGTH>(t, bytes), &mut add),
                Sieve::Two(t) => blocks(&text, |bytes| passes::<2, LENGTH>(t, bytes), &mut add),
                Sieve::Four(t) => blocks(&text, |bytes| passes::<4, LENGTH>(t, bytes), &mut add),
            };
            prop_assert_eq!(&found, &portable);
            let there = naive(&texts, &text);
            prop_assert!(there.iter().all(|at| found.binary_search(at).is_ok()));
            prop_assert!(found.is_sorted() && found.iter().all(|at| *at < text.len()));
        }
    }

    #[test]
    fn what_has_nothing_of_them_does_not_pass() {
        let texts = ["mimi", "katz"].map(str::as_bytes);
        let mut count = 0;
        let text = "c:\\windows\\system32\\".repeat(9) + "mimikatz";
        Sieve::new(texts.into_iter()).each(text.as_bytes(), |_| {
            count += 1;
            count < 2
        });
        assert_eq!(count, 2);
    }
}
