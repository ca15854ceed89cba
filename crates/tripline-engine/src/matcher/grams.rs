//! Many literals in one text, found by their rarest four bytes.
//!
//! Every literal is filed under one *gram* of it: four bytes that few other literals have and that
//! logs seldom have. A text is read once; a bit set that fits the fastest cache rejects nearly all
//! of its grams, and what it lets through is compared with the literals filed there. Unlike the
//! states of an automaton the steps do not wait for each other, and a literal that begins or ends
//! as everything does (`\windows\system32\`, `.exe`) costs nothing where its rare part is not.
//!
//! Literals shorter than a gram are filed under themselves.

use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::OnceLock;

/// A set of literals, known by the positions in the list that it was made of.
#[derive(Default)]
pub(super) struct Literals {
    /// By length less one: literals of one to three bytes, then the grams of longer ones.
    tables: [Table; 4],
    /// The literals' bytes, and where each ends.
    bytes: Vec<u8>,
    ends: Vec<u32>,
}

/// What is filed under grams of one length.
#[derive(Default)]
struct Table {
    /// A bit for each hash of a gram.
    filter: Vec<u64>,
    /// The gram's hash is shifted right so far to be a position in `filter` times 64.
    shift: u32,
    /// For each value of the hash's first bits where its entries start.
    starts: Vec<u32>,
    start_shift: u32,
    entries: Vec<Entry>,
}

struct Entry {
    gram: u32,
    /// Where the gram stands in the literal.
    offset: u32,
    literal: u32,
}

const LENGTH: usize = 4;

/// What logs are full of: a gram of it is a poor sign of anything.
const COMMON: &str = "c:\\windows\\system32\\drivers\\etc\\syswow64\\\\device\\harddiskvolume\\program files (x86)\\\
common files\\programdata\\users\\public\\administrator\\appdata\\local\\temp\\roaming\\microsoft\\windows nt\\\
currentversion\\run\\hklm\\software\\classes\\hkcu\\hku\\s-1-5-21-system\\currentcontrolset\\services\\policies\\\
.exe\" /c .exe -  /.dll,.ps1.log.txt.com.xml.net.org.sys.tmp.dat.json https://www.http:// the and for with \
--type=\"c:\\windowspowershell\\v1.0\\powershell.exe cmd.exe svchost.exe -k -p -s explorer.exe chrome.exe \
nt authority\\network service /usr/bin/ /usr/lib/ /usr/local/ /var/log/ /etc/ /home/ /tmp/ /bin/bash sh -c \
function param string system.object name value true false null 0000 0x00 ==\r\n    \t\t---- 127.0.0.1 ";

/// How often grams occur there, as a number of literals that would be as bad.
fn common() -> &'static HashMap<u32, u32, FixedState> {
    static COMMON_GRAMS: OnceLock<HashMap<u32, u32, FixedState>> = OnceLock::new();
    COMMON_GRAMS.get_or_init(|| {
        let mut uses = HashMap::default();
        for gram in COMMON.as_bytes().windows(LENGTH) {
            *uses.entry(number(gram)).or_default() += 8;
        }
        uses
    })
}

/// How common the rarest part of a text is.
pub(super) fn commonness(text: &str) -> u32 {
    let text = text.to_ascii_lowercase();
    let grams = text.as_bytes().windows(LENGTH).map(number);
    let rarest = grams.map(|gram| common().get(&gram).copied().unwrap_or(0) + dullness(gram)).min();
    // Shorter ones are found often whatever they are.
    rarest.unwrap_or(1024 >> text.len().min(8))
}

impl Literals {
    /// A set of literals; none is empty.
    pub(super) fn new(texts: &[String]) -> Self {
        let mut out = Self::default();
        for text in texts {
            out.bytes.extend_from_slice(text.as_bytes());
            out.ends.push(out.bytes.len() as u32);
        }
        let mut uses = common().clone();
        for gram in texts.iter().flat_map(|t| t.as_bytes().windows(LENGTH)) {
            *uses.entry(number(gram)).or_default() += 1;
        }
        let mut entries: [Vec<Entry>; 4] = Default::default();
        for (literal, text) in texts.iter().enumerate() {
            let bytes = text.as_bytes();
            let (offset, gram) = if bytes.len() < LENGTH {
                (0, number(bytes))
            } else {
                let grams = bytes.windows(LENGTH).map(number).enumerate();
                let rarest = grams.min_by_key(|(_, gram)| uses[gram] + dullness(*gram));
                rarest.expect("the literal has four bytes")
            };
            let entry = Entry { gram, offset: offset as u32, literal: literal as u32 };
            entries[bytes.len().clamp(1, LENGTH) - 1].push(entry);
        }
        out.tables = entries.map(Table::new);
        out
    }

    /// Calls `f` with each literal that occurs in a text, once for each occurrence.
    pub(super) fn find(&self, text: &[u8], mut f: impl FnMut(u32)) {
        let [one, two, three, four] = &self.tables;
        if !one.entries.is_empty() {
            for byte in text {
                one.at(u32::from(*byte), &mut |entry| f(entry.literal));
            }
        }
        if !two.entries.is_empty() {
            for pair in text.windows(2) {
                let gram = u32::from_le_bytes([pair[0], pair[1], 0, 0]);
                two.at(gram, &mut |entry| f(entry.literal));
            }
        }
        if !three.entries.is_empty() {
            for triple in text.windows(3) {
                let gram = u32::from_le_bytes([triple[0], triple[1], triple[2], 0]);
                three.at(gram, &mut |entry| f(entry.literal));
            }
        }
        if !four.entries.is_empty() {
            for (at, gram) in text.windows(LENGTH).enumerate() {
                let gram = u32::from_le_bytes([gram[0], gram[1], gram[2], gram[3]]);
                four.at(gram, &mut |entry| {
                    if self.stands(text, at, entry) {
                        f(entry.literal);
                    }
                });
            }
        }
    }

    /// Whether the literal of an entry is there when its gram stands at `at`.
    fn stands(&self, text: &[u8], at: usize, entry: &Entry) -> bool {
        let literal = entry.literal as usize;
        let first = if literal == 0 { 0 } else { self.ends[literal - 1] as usize };
        let wanted = &self.bytes[first..self.ends[literal] as usize];
        at.checked_sub(entry.offset as usize)
            .and_then(|start| text.get(start..start + wanted.len()))
            .is_some_and(|there| there == wanted)
    }
}

impl Table {
    fn new(mut entries: Vec<Entry>) -> Self {
        if entries.is_empty() {
            return Self::default();
        }
        // A sixteenth of the bits is set; 2^16 of them take 8 KB.
        let filter_bits = (entries.len() * 16).next_power_of_two().trailing_zeros().clamp(8, 16);
        let start_bits = (entries.len() * 2).next_power_of_two().trailing_zeros().clamp(1, 16);
        let (shift, start_shift) = (32 - filter_bits, 32 - start_bits);
        let mut filter = vec![0; 1 << (filter_bits - 6)];
        let mut starts = vec![0; (1 << start_bits) + 1];
        entries.sort_by_key(|e| (hash(e.gram), e.gram, e.literal));
        for entry in &entries {
            let bit = hash(entry.gram) >> shift;
            filter[bit as usize / 64] |= 1 << (bit % 64);
            starts[(hash(entry.gram) >> start_shift) as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        Self { filter, shift, starts, start_shift, entries }
    }

    /// Calls `f` with what is filed under a gram.
    #[inline]
    fn at(&self, gram: u32, f: &mut impl FnMut(&Entry)) {
        let hash = hash(gram);
        let bit = hash >> self.shift;
        if self.filter[bit as usize / 64] & (1 << (bit % 64)) != 0 {
            self.filed(hash, gram, f);
        }
    }

    fn filed(&self, hash: u32, gram: u32, f: &mut impl FnMut(&Entry)) {
        let bucket = (hash >> self.start_shift) as usize;
        let (first, end) = (self.starts[bucket] as usize, self.starts[bucket + 1] as usize);
        self.entries[first..end].iter().filter(|e| e.gram == gram).for_each(f);
    }
}

fn hash(gram: u32) -> u32 {
    gram.wrapping_mul(0x9E37_79B1)
}

/// Up to four bytes as a number.
fn number(gram: &[u8]) -> u32 {
    gram.iter().rev().fold(0, |number, byte| (number << 8) | u32::from(*byte))
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
        Literals::new(literals).find(text.as_bytes(), |literal| found.push(literal));
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
        for entry in &made.tables[3].entries {
            let text = &literals[entry.literal as usize];
            let gram = &text[entry.offset as usize..entry.offset as usize + 4];
            assert!(gram.contains('z') || gram.contains('q'), "{gram}");
        }
    }

    proptest! {
        #[test]
        fn as_contains_says(
            literals in prop::collection::vec("[abß\\\\]{1,7}", 0..12),
            text in "[abß\\\\]{0,30}",
        ) {
            let expected: Vec<u32> = (0..literals.len() as u32)
                .filter(|at| text.contains(&literals[*at as usize]))
                .collect();
            prop_assert_eq!(found(&literals, &text), expected);
        }
    }
}
