//! Literals on analysed text.
//!
//! In quotes all words must stand side by side (`match_phrase`); without quotes one is enough
//! (`match`). With a wildcard the literal goes to a query-string query, which cuts it at blanks and
//! takes each part that has a wildcard for a pattern over single words; again one is enough. A part
//! with a wildcard at its end only is a prefix, which is analysed (`analyze_wildcard`): its last word
//! is the prefix, and the words before it count, too.

use super::Comparison;
use crate::ast::{Literal, LiteralKind, Piece};
use tripline_ir::{TextMode, analyze, script};

/// On text that the standard analyzer cut. `None` if no word is left.
pub(super) fn standard(value: &Literal) -> Option<Comparison> {
    let (tokens, mode) = match &value.kind {
        LiteralKind::Wildcard(pieces) => {
            let mut tokens = Vec::new();
            for part in parts(pieces) {
                if let [Piece::Text(text), Piece::Many] = part.as_slice() {
                    let mut words = analyze(text);
                    words.last_mut().into_iter().for_each(|word| word.push('*'));
                    tokens.extend(words);
                } else if part.contains(&Piece::Many) {
                    // Kibana escapes `?`, and no word has one.
                    let pattern = spelled(&part, "*").to_lowercase();
                    tokens.extend((!pattern.contains('?')).then_some(pattern));
                } else {
                    tokens.extend(analyze(&spelled(&part, "")));
                }
            }
            (tokens, TextMode::Any)
        }
        LiteralKind::Quoted(text) => (analyze(text), TextMode::Phrase),
        _ => (analyze(&value.text()), TextMode::Any),
    };
    (!tokens.is_empty()).then_some(Comparison::Words(tokens, mode))
}

/// On text that the analyzer for PowerShell scripts cut ([`tripline_ir::script`]).
pub(super) fn script(value: &Literal) -> Option<Comparison> {
    let words: Vec<String> = match &value.kind {
        LiteralKind::Wildcard(pieces) => parts(pieces)
            .iter()
            .flat_map(|part| {
                let text = spelled(part, "*");
                if let [Piece::Text(text), Piece::Many] = part.as_slice() {
                    let mut words = script::words(text);
                    words.last_mut().into_iter().for_each(|word| word.push('*'));
                    words.iter().filter_map(|word| script::pattern(word, false)).collect()
                } else if part.contains(&Piece::Many) {
                    script::pattern(&text, false).into_iter().collect()
                } else {
                    script::words(&text)
                }
            })
            .collect(),
        _ => script::words(&value.text()),
    };
    script::find(&words, matches!(value.kind, LiteralKind::Quoted(_))).map(Comparison::Test)
}

/// A wildcard literal cut at its blanks.
fn parts(pieces: &[Piece]) -> Vec<Vec<Piece>> {
    let mut parts: Vec<Vec<Piece>> = vec![vec![]];
    for piece in pieces {
        match piece {
            Piece::Many => parts.last_mut().expect("there is always one").push(Piece::Many),
            Piece::Text(text) => {
                for (at, word) in text.split(char::is_whitespace).enumerate() {
                    if at > 0 {
                        parts.push(vec![]);
                    }
                    if !word.is_empty() {
                        let part = parts.last_mut().expect("there is always one");
                        part.push(Piece::Text(word.to_owned()));
                    }
                }
            }
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

fn spelled(part: &[Piece], many: &str) -> String {
    part.iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Many => many,
        })
        .collect()
}
