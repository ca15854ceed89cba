//! What to say about a token that cannot stand where it stands: what was expected, and what people
//! who write this usually mean.

use super::{Parser, Place};
use crate::ast::{LiteralKind, Node, NodeKind};
use crate::codes;
use crate::tokens::{Token, TokenKind};
use tripline_diag::{Diagnostic, Span};

impl Parser<'_> {
    /// A token that is wrong wherever it stands.
    pub(super) fn broken(&self, token: &Token) -> Option<Diagnostic> {
        match token.kind {
            TokenKind::Unclosed => {
                let mut diagnostic = Diagnostic::error(&codes::UNCLOSED, "`\"` is never closed")
                    .at(Span::new(token.span.start as usize, token.span.start as usize + 1));
                if token.span.of(self.text).contains("\\\"") {
                    diagnostic = diagnostic
                        .help("`\\\"` is a quote inside the text; a backslash is written `\\\\`");
                }
                Some(diagnostic)
            }
            TokenKind::Backslash => Some(
                Diagnostic::error(&codes::BACKSLASH, "this backslash escapes nothing")
                    .at(token.span)
                    .help("write `\\\\`, or put the value in quotes"),
            ),
            _ => None,
        }
    }

    /// After an operand stands neither `and` nor `or`.
    pub(super) fn unexpected_operator(
        &self,
        place: Place<'_>,
        node: &Node,
        found: &Token,
    ) -> Diagnostic {
        if let Some(diagnostic) = self.broken(found) {
            return diagnostic;
        }
        let shown = self.shown(found);
        let diagnostic = Diagnostic::error(
            &codes::SYNTAX,
            format!("expected `and`, `or` or the end, found {shown}"),
        )
        .at(found.span);
        diagnostic.maybe_help(self.meant(place, node, found))
    }

    /// What people mean who write this.
    fn meant(&self, place: Place<'_>, node: &Node, found: &Token) -> Option<String> {
        let last = self.last_text(node);
        let word = last.rsplit(char::is_whitespace).next().unwrap_or("");
        let several = last.contains(char::is_whitespace);
        if matches!(word, "=" | "==") || word.len() > 1 && word.ends_with('=') {
            return Some("KQL compares with `:`, as in `field: value`".to_owned());
        }
        let conjunction = |text: &str| text.split_whitespace().any(|w| matches!(w, "&&" | "||"));
        if conjunction(last) || conjunction(found.span.of(self.text)) {
            return Some("KQL writes `and` and `or`".to_owned());
        }
        if found.kind == TokenKind::Colon {
            return Some(if matches!(place, Place::Values(_)) {
                "a list holds values of one field; a value with `:` is put in quotes".to_owned()
            } else if several {
                format!("is `and` or `or` missing before `{word}`?")
            } else {
                "a value with `:` is put in quotes".to_owned()
            });
        }
        if found.kind == TokenKind::Not {
            return Some("write `and not` or `or not`".to_owned());
        }
        if found.kind == TokenKind::Open {
            let keyword = ["and", "or", "not"].into_iter().find(|k| word.eq_ignore_ascii_case(k));
            if let Some(keyword) = keyword {
                return Some(format!("`{keyword}` needs a blank on both sides"));
            }
            if word.eq_ignore_ascii_case("in") {
                return Some("a list of values is written `field: (a or b)`".to_owned());
            }
        }
        let word = found.span.of(self.text).split(char::is_whitespace).next().unwrap_or("");
        ["and", "or"]
            .into_iter()
            .find(|k| word.eq_ignore_ascii_case(k))
            .map(|keyword| format!("`{keyword}` needs a blank on both sides"))
    }

    /// The text without quotes that stands last in a condition.
    fn last_text(&self, node: &Node) -> &str {
        let value = match &node.kind {
            NodeKind::Is { value, .. } | NodeKind::Range { value, .. } => value,
            NodeKind::Not(inner) => return self.last_text(inner),
            _ => return "",
        };
        match value.kind {
            LiteralKind::Quoted(_) => "",
            _ => value.span.of(self.text),
        }
    }

    /// Where an operand must stand is none.
    pub(super) fn unexpected_operand(&self, place: Place<'_>) -> Diagnostic {
        let wanted = match place {
            Place::Query => "a condition",
            Place::Values(_) => "a value",
        };
        let Some(found) = self.peek() else {
            let end = self.previous().map_or(Span::default(), |t| t.span);
            let after = self.previous().map_or(String::new(), |t| self.shown(t));
            return Diagnostic::error(
                &codes::SYNTAX,
                format!("expected {wanted} after {after}, found the end"),
            )
            .at(end);
        };
        if let Some(diagnostic) = self.broken(found) {
            return diagnostic;
        }
        let help = match found.kind {
            TokenKind::Colon => Some("a field's name comes before `:`".to_owned()),
            TokenKind::Range(_) => Some("a field's name comes before the comparison".to_owned()),
            TokenKind::OpenBrace => Some("braces follow a field: `field: { … }`".to_owned()),
            TokenKind::Not => Some("two negations cancel out: remove both".to_owned()),
            _ => None,
        };
        let shown = self.shown(found);
        Diagnostic::error(&codes::SYNTAX, format!("expected {wanted}, found {shown}"))
            .at(found.span)
            .maybe_help(help)
    }

    /// A token as it stands in the text, in backquotes and not too long.
    fn shown(&self, token: &Token) -> String {
        let text = token.span.of(self.text);
        let short: String = text.chars().take(40).collect();
        let more = if short.len() < text.len() { "…" } else { "" };
        format!("`{short}{more}`")
    }
}
