//! AND and OR side by side in a search, without parentheses that say which comes first.
//!
//! It looks at the author's text, before macros are expanded: what a macro brings along is not for
//! this author to put in parentheses.

use super::Subject;
use crate::Language;
use crate::codes::MIXED_AND_OR;
use tripline_diag::{Diagnostic, Span};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    if subject.rule.language == Language::Spl {
        for (span, bound) in mixed(&subject.rule.query.text) {
            let text = "OR binds tighter than AND here";
            let diagnostic = Diagnostic::warning(&MIXED_AND_OR, text).at(span);
            found.push(
                diagnostic
                    .label(bound, "these are one condition")
                    .help("put the terms that belong together in parentheses"),
            );
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Token {
    Open,
    Close,
    Or,
    And,
    /// A comparison or a word: one condition.
    Term,
}

/// In each group of a search that mixes both: the first OR, and the terms that it binds.
fn mixed(query: &str) -> Vec<(Span, Span)> {
    let mut found = vec![];
    for (start, text) in searches(query) {
        group(&tokens(text), start, &mut found);
    }
    found
}

/// The search expressions of a query: `search` commands, the implicit first one, and the `where`
/// of `tstats`. Subsearches are left out.
fn searches(query: &str) -> Vec<(usize, &str)> {
    let mut parts = vec![];
    let mut start = 0;
    let mut quoted = false;
    let mut depth = 0u32;
    for (at, c) in query.char_indices().chain([(query.len(), '|')]) {
        match c {
            '"' => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            '|' if at == query.len() || (!quoted && depth == 0) => {
                parts.push((start, &query[start..at]));
                start = (at + 1).min(query.len());
            }
            _ => {}
        }
    }
    let mut found = vec![];
    for (number, (start, part)) in parts.into_iter().enumerate() {
        let word = part.split_whitespace().next().unwrap_or("");
        let behind = |word: &str| part.find(word).map(|at| at + word.len());
        if word.eq_ignore_ascii_case("tstats") {
            let Some(from) = behind(" where ").or_else(|| behind("\nwhere ")) else { continue };
            let rest = &part[from..];
            let to =
                [" by ", "\nby ", " BY ", " groupby "].iter().filter_map(|w| rest.find(w)).min();
            found.push((start + from, &rest[..to.unwrap_or(rest.len())]));
        } else if word == "search" {
            let from = behind("search").unwrap_or(0);
            found.push((start + from, &part[from..]));
        } else if number == 0 && !part.trim().is_empty() {
            found.push((start, part));
        }
    }
    found
}

fn tokens(text: &str) -> Vec<(Token, usize, usize)> {
    let mut tokens: Vec<(Token, usize, usize)> = vec![];
    let bytes = text.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        let start = at;
        match bytes[at] {
            b' ' | b'\n' | b'\t' | b'\r' | b',' => at += 1,
            b'(' => {
                at += 1;
                tokens.push((Token::Open, start, at));
            }
            b')' => {
                at += 1;
                tokens.push((Token::Close, start, at));
            }
            b'=' | b'<' | b'>' | b'!' => {
                // An operator glues what is on both sides into the one term before it.
                while at < bytes.len() && matches!(bytes[at], b'=' | b'<' | b'>' | b'!' | b' ') {
                    at += 1;
                }
                at = word_end(bytes, at);
                if let Some(last) = tokens.last_mut().filter(|t| t.0 == Token::Term) {
                    last.2 = at;
                }
            }
            _ => {
                at = word_end(bytes, at).max(at + 1);
                match &text[start..at.min(text.len())] {
                    "OR" => tokens.push((Token::Or, start, at)),
                    "AND" => tokens.push((Token::And, start, at)),
                    "NOT" => {}
                    "IN" => {
                        // The list belongs to the term before it.
                        let close = text[at..].find(')').map_or(text.len(), |end| at + end + 1);
                        if let Some(last) = tokens.last_mut() {
                            last.2 = close;
                        }
                        at = close;
                    }
                    _ => tokens.push((Token::Term, start, at)),
                }
            }
        }
    }
    tokens
}

/// The end of a word, a quoted text or a macro call.
fn word_end(bytes: &[u8], mut at: usize) -> usize {
    while at < bytes.len() {
        match bytes[at] {
            quote @ (b'"' | b'`') => {
                at += 1;
                while at < bytes.len() && bytes[at] != quote {
                    at += if bytes[at] == b'\\' { 2 } else { 1 };
                }
                at = (at + 1).min(bytes.len());
            }
            b' ' | b'\n' | b'\t' | b'\r' | b'(' | b')' | b'=' | b'<' | b'>' | b'!' | b',' => break,
            _ => at += 1,
        }
    }
    at.min(bytes.len())
}

/// Looks at one level of parentheses after the other, with a stack of its own: queries may be
/// nested deeper than the thread's.
fn group(tokens: &[(Token, usize, usize)], start: usize, found: &mut Vec<(Span, Span)>) {
    let mut levels: Vec<Level> = vec![Level::default()];
    for &(token, from, to) in tokens {
        match token {
            Token::Open => levels.push(Level { from, ..Level::default() }),
            Token::Close => {
                if levels.len() > 1
                    && let Some(inner) = levels.pop()
                {
                    found.extend(inner.verdict(start));
                    if let Some(outer) = levels.last_mut() {
                        outer.term(inner.from, to);
                    }
                }
            }
            Token::Or => levels.iter_mut().last().into_iter().for_each(|l| l.or(from, to)),
            Token::And => levels.iter_mut().last().into_iter().for_each(|l| l.both = true),
            Token::Term => levels.iter_mut().last().into_iter().for_each(|l| l.term(from, to)),
        }
    }
    found.extend(levels.iter().filter_map(|level| level.verdict(start)));
    found.sort();
}

#[derive(Default)]
struct Level {
    from: usize,
    /// The last term.
    last: Option<(usize, usize)>,
    /// Whether an OR stands between the last term and what comes.
    pending: bool,
    /// Whether two terms stand side by side, or an AND between them.
    both: bool,
    first_or: Option<(usize, usize)>,
    /// The terms that the first OR binds.
    bound: Option<(usize, usize)>,
}

impl Level {
    fn or(&mut self, from: usize, to: usize) {
        self.pending = true;
        if self.first_or.is_none() {
            self.first_or = Some((from, to));
            self.bound = self.last;
        }
    }

    fn term(&mut self, from: usize, to: usize) {
        if self.pending {
            if let Some(bound) = &mut self.bound
                && self.last.is_some_and(|last| last.1 == bound.1)
            {
                bound.1 = to;
            }
        } else if self.last.is_some() {
            self.both = true;
        }
        self.pending = false;
        self.last = Some((from, to));
    }

    fn verdict(&self, start: usize) -> Option<(Span, Span)> {
        let (or, bound) = (self.first_or?, self.bound?);
        let span = |(from, to): (usize, usize)| Span::new(start + from, start + to);
        self.both.then(|| (span(or), span(bound)))
    }
}

#[cfg(test)]
mod tests {
    use super::mixed;

    #[test]
    fn finds_the_terms_that_or_binds() {
        for (query, expected) in [
            ("a=1 b=2 OR c=3", vec!["b=2 OR c=3"]),
            ("a=1 OR b=2 AND c=3", vec!["a=1 OR b=2"]),
            ("a=1 (b=2 OR c=3)", vec![]),
            ("a=1 OR b=2 OR c=3", vec![]),
            ("a=1 b=2 NOT c=3", vec![]),
            ("a IN (1, 2) OR b=\"x y\" c=3", vec!["a IN (1, 2) OR b=\"x y\""]),
            ("x | stats count by a | search a = 1 OR b = 2 c", vec!["a = 1 OR b = 2"]),
            (
                "| tstats count from datamodel=N where (N.a=x N.b=1 OR N.b=2) by N.c",
                vec!["N.b=1 OR N.b=2"],
            ),
            ("| stats count by a b | eval x=if(a OR b AND c, 1, 2)", vec![]),
            ("((((", vec![]),
            ("\"", vec![]),
            ("a=1 OR", vec![]),
        ] {
            let found: Vec<&str> = mixed(query).into_iter().map(|(_, b)| b.of(query)).collect();
            assert_eq!(found, expected, "{query}");
        }
    }
}
