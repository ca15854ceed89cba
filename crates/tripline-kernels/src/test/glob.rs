//! Patterns with `*` and `?`.

use tripline_ir::{Case, Glob, GlobPart};

/// A glob, cut at its `*`s into segments of fixed numbers of characters: the first lies at the
/// start, the last at the end, those between where they first occur.
#[derive(Debug, Clone)]
pub(super) struct GlobMatcher {
    /// Without any `*` there is one segment, and it is the whole value.
    segments: Vec<Vec<GlobPart>>,
    case: Case,
}

impl GlobMatcher {
    pub(super) fn new(glob: &Glob, case: Case) -> Self {
        let fold = |part: &GlobPart| match part {
            GlobPart::Literal(text) => GlobPart::Literal(case.fold(text).into()),
            other => other.clone(),
        };
        let segments = glob.parts.split(|p| *p == GlobPart::Many);
        let segments = segments.map(|s| s.iter().map(fold).collect()).collect();
        Self { segments, case }
    }

    /// Whether it begins and ends with `*`: it matches every text that has a part that it matches.
    pub(super) fn floats(&self) -> bool {
        self.segments.len() > 1
            && self.segments.first().is_some_and(Vec::is_empty)
            && self.segments.last().is_some_and(Vec::is_empty)
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        match self.case {
            Case::Sensitive => self.run(value, false),
            Case::Ascii => self.run(value, true),
            // For ASCII values both rules of case are the same.
            Case::Unicode if value.is_ascii() => self.run(value, true),
            Case::Unicode => self.run(&self.case.fold(value), false),
        }
    }

    fn run(&self, value: &str, fold: bool) -> bool {
        let Some((first, rest)) = self.segments.split_first() else { return value.is_empty() };
        let Some(mut tail) = at_start(first, value, fold) else { return false };
        let Some((last, middle)) = rest.split_last() else { return tail.is_empty() };
        for segment in middle {
            match find(segment, tail, fold) {
                Some(after) => tail = after,
                None => return false,
            }
        }
        at_end(last, tail, fold)
    }
}

fn equal(a: &[u8], b: &[u8], fold: bool) -> bool {
    if fold { a.eq_ignore_ascii_case(b) } else { a == b }
}

/// What follows the segment at the start of the text.
fn at_start<'a>(segment: &[GlobPart], text: &'a str, fold: bool) -> Option<&'a str> {
    let mut rest = text;
    for part in segment {
        match part {
            GlobPart::Literal(literal) => {
                let head = rest.as_bytes().get(..literal.len())?;
                if !equal(head, literal.as_bytes(), fold) {
                    return None;
                }
                // Equal up to ASCII case, so this is where a character ends.
                rest = &rest[literal.len()..];
            }
            GlobPart::One => {
                let mut chars = rest.chars();
                chars.next()?;
                rest = chars.as_str();
            }
            GlobPart::Many => {}
        }
    }
    Some(rest)
}

fn at_end(segment: &[GlobPart], text: &str, fold: bool) -> bool {
    let mut rest = text;
    for part in segment.iter().rev() {
        match part {
            GlobPart::Literal(literal) => {
                let Some(start) = rest.len().checked_sub(literal.len()) else { return false };
                if !equal(&rest.as_bytes()[start..], literal.as_bytes(), fold) {
                    return false;
                }
                rest = &rest[..start];
            }
            GlobPart::One => {
                let mut chars = rest.chars();
                if chars.next_back().is_none() {
                    return false;
                }
                rest = chars.as_str();
            }
            GlobPart::Many => {}
        }
    }
    true
}

/// What follows the leftmost occurrence of the segment. Leftmost is enough: a later one would only
/// leave less for the segments after it.
fn find<'a>(segment: &[GlobPart], text: &'a str, fold: bool) -> Option<&'a str> {
    if let ([GlobPart::Literal(literal)], false) = (segment, fold) {
        return text.find(&**literal).map(|at| &text[at + literal.len()..]);
    }
    let first = match segment.first() {
        None => return Some(text),
        Some(GlobPart::Literal(literal)) => literal.as_bytes().first().copied(),
        Some(_) => None,
    };
    let there = |at: usize| {
        text.is_char_boundary(at).then(|| at_start(segment, &text[at..], fold)).flatten()
    };
    let bytes = text.as_bytes();
    match first {
        None => (0..=bytes.len()).find_map(there),
        Some(b) if fold => {
            memchr::memchr2_iter(b.to_ascii_lowercase(), b.to_ascii_uppercase(), bytes)
                .find_map(there)
        }
        Some(b) => memchr::memchr_iter(b, bytes).find_map(there),
    }
}
