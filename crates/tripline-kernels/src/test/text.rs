//! Analysed text. Words come from the standard analyzer, so that no word has `*` or `?`; a token of
//! the query that has one is a pattern over single words.

use super::glob::GlobMatcher;
use std::sync::Arc;
use tripline_ir::{Case, Glob, TextMode};

/// A query of tokens.
#[derive(Debug, Clone)]
pub(super) struct TextTest {
    tokens: Vec<Token>,
    mode: TextMode,
}

#[derive(Debug, Clone)]
enum Token {
    Word(Arc<str>),
    Pattern(GlobMatcher),
}

impl Token {
    fn matches(&self, word: &str) -> bool {
        match self {
            Self::Word(wanted) => **wanted == *word,
            Self::Pattern(glob) => glob.matches(word),
        }
    }
}

impl TextTest {
    pub(super) fn new(tokens: &[Arc<str>], mode: TextMode) -> Self {
        let tokens = tokens
            .iter()
            .map(|t| {
                if t.contains(['*', '?']) {
                    let glob = Glob::parse(t, true, Case::Sensitive);
                    Token::Pattern(GlobMatcher::new(&glob, Case::Sensitive))
                } else {
                    Token::Word(Arc::clone(t))
                }
            })
            .collect();
        Self { tokens, mode }
    }

    /// A query without tokens matches nothing, as a full-text query does.
    pub(super) fn matches(&self, value: &str) -> bool {
        if self.tokens.is_empty() {
            return false;
        }
        let words = tripline_ir::analyze(value);
        let has = |t: &Token| words.iter().any(|w| t.matches(w));
        match self.mode {
            TextMode::Any => self.tokens.iter().any(has),
            TextMode::All => self.tokens.iter().all(has),
            TextMode::Phrase => words
                .windows(self.tokens.len())
                .any(|run| run.iter().zip(&self.tokens).all(|(w, t)| t.matches(w))),
        }
    }
}
