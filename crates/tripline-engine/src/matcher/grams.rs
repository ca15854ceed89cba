//! Many literals in one text, found by their rarest four bytes.
//!
//! Every literal is filed under one *gram* of it: four bytes that few other literals have and that
//! logs seldom have. A text is read once; a bit set that fits the fastest caches rejects nearly all
//! of its grams, and what it lets through is compared with the literals filed there. Unlike the
//! states of an automaton the steps do not wait for each other, and a literal that begins or ends
//! as everything does (`\windows\system32\`, `.exe`) costs nothing where its rare part is not.
//!
//! Literals of two or three bytes are filed under their rarest pair of bytes, for which there is a
//! bit set of its own; a single byte is looked for by itself.

use super::sieve::{self, Sieve};
use std::sync::OnceLock;

/// A set of literals, known by the positions in the list that it was made of.
#[derive(Default)]
pub(super) struct Literals {
    /// Literals of one byte.
    single: Vec<(u8, u32)>,
    /// Literals of two or three bytes, and the bit set of all pairs.
    short: Table,
    pairs: Option<Box<[u64; PAIRS]>>,
    /// The others.
    long: Table,
    filter: Filter,
    /// Leaves few places of a long text, if there are not too many literals. Made for the first one.
    sieve: OnceLock<Option<Sieve>>,
    /// The literals' bytes, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

/// What is filed under grams.
#[derive(Default)]
struct Table {
    /// For each value of the hash's first bits where its entries start.
    starts: Vec<u32>,
    start_shift: u32,
    entries: Vec<Entry>,
}

/// A bit for each hash of a gram. As a size that the compiler knows needs no check, there are some.
#[derive(Default)]
enum Filter {
    #[default]
    None,
    Small(Box<[u64; 64]>),
    Middle(Box<[u64; 512]>),
    Large(Box<[u64; 4096]>),
    Huge(Box<[u64; 8192]>),
}

struct Entry {
    gram: u32,
    /// Where the gram stands in the literal.
    offset: u32,
    literal: u32,
}

/// Words of a bit set of all pairs of bytes.
const PAIRS: usize = 1024;

const LENGTH: usize = sieve::LENGTH;

/// From this length on a text is worth a sieve.
const LONG: usize = 64;

/// More literals than this let too much through one.
const SIEVED: usize = 512;

/// What logs are full of: a gram of it is a poor sign of anything.
const COMMON: &str = "c:\\windows\\system32\\drivers\\etc\\syswow64\\\\device\\harddiskvolume\\program files (x86)\\\
common files\\programdata\\users\\public\\administrator\\appdata\\local\\temp\\roaming\\microsoft\\windows nt\\\
currentversion\\run\\hklm\\software\\classes\\hkcu\\hku\\s-1-5-21-system\\currentcontrolset\\services\\policies\\\
.exe\" /c .exe -  /.dll,.ps1.log.txt.com.xml.net.org.sys.tmp.dat.json https://www.http:// the and for with \
--type=\"c:\\windowspowershell\\v1.0\\powershell.exe cmd.exe svchost.exe -k -p -s explorer.exe chrome.exe \
nt authority\\network service /usr/bin/ /usr/lib/ /usr/local/ /var/log/ /etc/ /home/ /tmp/ /bin/bash sh -c \
function param string system.object name value true false null 0000 0x00 ==\r\n    \t\t---- 127.0.0.1 ";

/// How often grams occur, by their hash: what is wanted are rare ones, and to take some of them for
/// more common than they are does no harm.
struct Uses {
    counts: Vec<u32>,
    shift: u32,
}

impl Uses {
    /// Of the grams of some texts, and of what logs are full of: each of those is as bad as eight
    /// literals.
    fn of(texts: &[String]) -> Self {
        let grams = texts.iter().map(String::len).sum::<usize>() + COMMON.len();
        let bits = (grams * 8).next_power_of_two().ilog2().min(16);
        let mut uses = Self { counts: vec![0; 1 << bits], shift: 64 - bits };
        uses.add(COMMON, 8);
        for text in texts {
            uses.add(text, 1);
        }
        uses
    }

    fn add(&mut self, text: &str, weight: u32) {
        for gram in text.as_bytes().windows(LENGTH) {
            self.counts[(hash(number(gram)) >> self.shift) as usize] += weight;
        }
    }

    fn get(&self, gram: u32) -> u32 {
        self.counts[(hash(gram) >> self.shift) as usize]
    }
}

/// How often grams occur in what logs are full of.
fn common() -> &'static Uses {
    static COMMON_GRAMS: OnceLock<Uses> = OnceLock::new();
    COMMON_GRAMS.get_or_init(|| Uses::of(&[]))
}

/// How common the rarest part of a text is.
pub(super) fn commonness(text: &str) -> u32 {
    let text = text.to_ascii_lowercase();
    let grams = text.as_bytes().windows(LENGTH).map(number);
    let rarest = grams.map(|gram| common().get(gram) + dullness(gram)).min();
    // Shorter ones are found often whatever they are.
    rarest.unwrap_or(1024 >> text.len().min(8))
}

impl Literals {
    /// A set of literals; none is empty.
    pub(super) fn new(texts: &[String]) -> Self {
        let mut out = Self::default();
        if texts.is_empty() {
            return out;
        }
        for text in texts {
            out.bytes.extend_from_slice(text.as_bytes());
            out.ends.push(out.bytes.len() as u32);
        }
        let uses = Uses::of(texts);
        let (mut short, mut long) = (Vec::new(), Vec::new());
        for (literal, text) in texts.iter().enumerate() {
            let bytes = text.as_bytes();
            let literal = literal as u32;
            match bytes {
                [] => {}
                [byte] => out.single.push((*byte, literal)),
                [_, _] | [_, _, _] => {
                    let pairs = bytes.windows(2).enumerate();
                    let rarest = pairs.min_by_key(|(_, pair)| familiarity(pair));
                    let (offset, pair) = rarest.expect("the literal has two bytes");
                    short.push(Entry { gram: number(pair), offset: offset as u32, literal });
                }
                _ => {
                    let grams = bytes.windows(LENGTH).map(number).enumerate();
                    let rarest = grams.min_by_key(|(_, gram)| uses.get(*gram) + dullness(*gram));
                    let (offset, gram) = rarest.expect("the literal has four bytes");
                    long.push(Entry { gram, offset: offset as u32, literal });
                }
            }
        }
        out.single.sort_unstable();
        if !short.is_empty() {
            let pairs = out.pairs.insert(Box::new([0; PAIRS]));
            for entry in &short {
                pairs[entry.gram as usize / 64] |= 1 << (entry.gram % 64);
            }
        }
        out.filter = Filter::new(&long);
        out.short = Table::new(short);
        out.long = Table::new(long);
        out
    }

    /// Calls `f` with each literal that occurs in a text, at least once, until it says that it has
    /// enough; whether it never did.
    pub(super) fn find(&self, text: &[u8], mut f: impl FnMut(u32) -> bool) -> bool {
        let mut before = None;
        for (byte, literal) in &self.single {
            let found = match before {
                Some((b, found)) if b == *byte => found,
                _ => memchr::memchr(*byte, text).is_some(),
            };
            before = Some((*byte, found));
            if found && !f(*literal) {
                return false;
            }
        }
        match &self.filter {
            Filter::None => self.pass(&[0; 1], text, &mut f),
            Filter::Small(filter) => self.pass(filter, text, &mut f),
            Filter::Middle(filter) => self.pass(filter, text, &mut f),
            Filter::Large(filter) => self.pass(filter, text, &mut f),
            Filter::Huge(filter) => self.pass(filter, text, &mut f),
        }
    }

    fn pass<const N: usize>(
        &self,
        filter: &[u64; N],
        text: &[u8],
        f: &mut impl FnMut(u32) -> bool,
    ) -> bool {
        if text.len() >= LONG
            && let Some(sieve) = self.sieve.get_or_init(|| self.sieve())
        {
            return sieve.each(text, |at| self.place(filter, text, at, f));
        }
        let nothing = N == 1 && self.pairs.is_none();
        nothing || (0..text.len()).all(|at| self.place(filter, text, at, f))
    }

    /// Calls `f` with the literals that are filed under what stands at `at`.
    #[inline]
    fn place<const N: usize>(
        &self,
        filter: &[u64; N],
        text: &[u8],
        at: usize,
        f: &mut impl FnMut(u32) -> bool,
    ) -> bool {
        let rest = &text[at..];
        if N > 1
            && let Some(gram) = rest.first_chunk().map(|gram| u32::from_le_bytes(*gram))
            && may_have(filter, gram)
            && !self.filed(&self.long, gram, text, at, f)
        {
            return false;
        }
        if let (Some(pairs), Some(pair)) = (&self.pairs, rest.first_chunk::<2>()) {
            let pair = number(pair);
            return !has(pairs, pair) || self.filed(&self.short, pair, text, at, f);
        }
        true
    }

    /// For the grams of all literals, unless there are too many for that or most texts have some.
    fn sieve(&self) -> Option<Sieve> {
        if self.long.entries.len() + self.short.entries.len() > SIEVED {
            return None;
        }
        let entries = self.long.entries.iter().chain(&self.short.entries);
        let grams = entries.map(|entry| &self.literal(entry.literal)[entry.offset as usize..]);
        let sieve = Sieve::new(grams);
        let mut passed = 0;
        sieve.each(COMMON.as_bytes(), |_| {
            passed += 1;
            true
        });
        (passed < COMMON.len() / 3).then_some(sieve)
    }

    fn literal(&self, literal: u32) -> &[u8] {
        let literal = literal as usize;
        let first = if literal == 0 { 0 } else { self.ends[literal - 1] as usize };
        &self.bytes[first..self.ends[literal] as usize]
    }

    /// Calls `f` with the literals that are there and filed under the gram that stands at `at`.
    fn filed(
        &self,
        table: &Table,
        gram: u32,
        text: &[u8],
        at: usize,
        f: &mut impl FnMut(u32) -> bool,
    ) -> bool {
        table.at(gram).all(|entry| !self.stands(text, at, entry) || f(entry.literal))
    }

    /// Whether the literal of an entry is there when its gram stands at `at`.
    fn stands(&self, text: &[u8], at: usize, entry: &Entry) -> bool {
        let wanted = self.literal(entry.literal);
        at.checked_sub(entry.offset as usize)
            .and_then(|start| text.get(start..start + wanted.len()))
            .is_some_and(|there| there == wanted)
    }
}

impl Filter {
    fn new(entries: &[Entry]) -> Self {
        let grams = entries.iter().map(|entry| entry.gram);
        // At most a fiftieth of the bits is set.
        match entries.len() {
            0 => Self::None,
            1..=80 => Self::Small(Box::new(bits(grams))),
            81..=640 => Self::Middle(Box::new(bits(grams))),
            641..=5120 => Self::Large(Box::new(bits(grams))),
            _ => Self::Huge(Box::new(bits(grams))),
        }
    }
}

/// A bit set with the hashes of some grams.
pub(super) fn bits<const N: usize>(grams: impl Iterator<Item = u32>) -> [u64; N] {
    let mut bits = [0; N];
    for gram in grams {
        let (word, bit) = place::<N>(gram);
        bits[word] |= 1 << bit;
    }
    bits
}

/// The word and the bit of a gram.
#[inline]
fn place<const N: usize>(gram: u32) -> (usize, u32) {
    let hash = hash(gram);
    ((hash >> (64 - N.trailing_zeros())) as usize, (hash >> 32) as u32 % 64)
}

#[inline]
fn has(pairs: &[u64; PAIRS], pair: u32) -> bool {
    pairs[pair as usize / 64 % PAIRS] & (1 << (pair % 64)) != 0
}

/// Whether a gram may be one of those.
#[inline]
pub(super) fn may_have<const N: usize>(filter: &[u64; N], gram: u32) -> bool {
    let (word, bit) = place::<N>(gram);
    filter[word] & (1 << bit) != 0
}

impl Table {
    fn new(mut entries: Vec<Entry>) -> Self {
        if entries.is_empty() {
            return Self::default();
        }
        let start_bits = (entries.len() * 2).next_power_of_two().trailing_zeros().clamp(1, 16);
        let start_shift = 64 - start_bits;
        let mut starts = vec![0; (1 << start_bits) + 1];
        entries.sort_by_key(|e| (hash(e.gram), e.gram, e.literal));
        for entry in &entries {
            starts[(hash(entry.gram) >> start_shift) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { starts, start_shift, entries }
    }

    /// What is filed under a gram.
    fn at(&self, gram: u32) -> impl Iterator<Item = &Entry> {
        let bucket = (hash(gram) >> self.start_shift) as usize;
        let (first, end) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        self.entries[first..end].iter().filter(move |e| e.gram == gram)
    }
}

#[inline]
fn hash(gram: u32) -> u64 {
    u64::from(gram).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Up to four bytes as a number.
pub(super) fn number(gram: &[u8]) -> u32 {
    gram.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte))
}

/// How often logs have a few bytes, going by what they are full of.
pub(super) fn frequency(bytes: &[u8]) -> u32 {
    COMMON.as_bytes().windows(bytes.len()).filter(|window| *window == bytes).count() as u32
}

/// Letters stand beside letters.
fn familiarity(pair: &[u8]) -> u32 {
    2 * frequency(pair) + u32::from(pair.iter().all(u8::is_ascii_alphanumeric))
}

/// How little a gram says by itself: blanks, digits and one letter again and again are everywhere.
fn dullness(gram: u32) -> u32 {
    let bytes = gram.to_le_bytes();
    let dull = bytes.iter().filter(|b| b.is_ascii_digit() || **b == b' ').count() as u32;
    if gram == u32::from(bytes[0]) * 0x0101_0101 { 16 } else { dull * dull / 2 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(literals: &[String], text: &str) -> Vec<u32> {
        let mut found = Vec::new();
        Literals::new(literals).find(text.as_bytes(), |literal| {
            found.push(literal);
            true
        });
        found.sort_unstable();
        found.dedup();
        found
    }

    #[test]
    fn of_all_lengths_and_at_the_edges() {
        let literals = ["-", "/c", "cmd", ".exe", "cmd.exe", "\\system32\\cmd.exe", "exe "];
        let literals = literals.map(str::to_owned);
        assert_eq!(found(&literals, "c:\\system32\\cmd.exe"), [2, 3, 4, 5]);
        assert_eq!(found(&literals, "cmd.exe /c"), [1, 2, 3, 4, 6]);
        assert_eq!(found(&literals, "cm"), [0u32; 0]);
        assert_eq!(found(&[], "cmd"), [0u32; 0]);
    }

    /// A literal is filed where others are not.
    #[test]
    fn the_rare_part_is_chosen() {
        let literals = ["\\windows\\system32\\zz.exe".to_owned(), "powershell.exe qvq".to_owned()];
        let made = Literals::new(&literals);
        for entry in &made.long.entries {
            let text = &literals[entry.literal as usize];
            let gram = &text[entry.offset as usize..entry.offset as usize + 4];
            assert!(gram.contains('z') || gram.contains('q'), "{gram}");
        }
    }

    proptest! {
        #[test]
        fn as_contains_says(
            literals in prop::collection::vec("[abß\\\\]{1,7}", 0..12),
            text in prop_oneof![
                "[abß\\\\]{0,30}",
                "[a-zß\\\\]{100,300}",
                "[b-z]{100,200}[abß\\\\]{0,30}[b-z]{100,200}",
            ],
        ) {
            let expected: Vec<u32> = (0..literals.len() as u32)
                .filter(|at| text.contains(&literals[*at as usize]))
                .collect();
            prop_assert_eq!(found(&literals, &text), expected);
        }
    }
}
