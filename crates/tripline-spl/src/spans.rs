//! From places in the expanded text to places in the query as written.

use tripline_diag::Span;

/// A stretch of expanded text and where it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Segment {
    /// First byte in the expanded text; it ends where the next segment starts.
    start: usize,
    /// The place in the original. For copied text the stretch itself, byte by byte; for text of a
    /// macro the whole call.
    origin: Span,
    copied: bool,
}

/// Maps spans of expanded text to the original text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SpanMap {
    segments: Vec<Segment>,
}

impl SpanMap {
    pub(crate) fn push(&mut self, start: usize, origin: Span, copied: bool) {
        self.segments.push(Segment { start, origin, copied });
    }

    /// The place in the original text: a place inside a macro's text is the macro's call.
    pub fn map(&self, start: usize, end: usize) -> Span {
        let first = self.at(start);
        let last = self.at(end.max(start + 1) - 1);
        let from = match first {
            Some(s) if s.copied => s.origin.start + (start - s.start) as u32,
            Some(s) => s.origin.start,
            None => start as u32,
        };
        let to = match last {
            Some(s) if s.copied => {
                (s.origin.start + (end.max(start) - s.start) as u32).min(s.origin.end.max(from))
            }
            Some(s) => s.origin.end,
            None => end as u32,
        };
        Span { start: from, end: to.max(from) }
    }

    fn at(&self, place: usize) -> Option<&Segment> {
        let next = self.segments.partition_point(|s| s.start <= place);
        next.checked_sub(1).map(|at| &self.segments[at])
    }
}
