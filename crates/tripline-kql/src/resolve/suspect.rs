//! Text that is legal, and hardly meant: without quotes, KQL takes almost anything for a value.

use super::Resolver;
use crate::ast::{Literal, LiteralKind};
use crate::codes;
use tripline_diag::Diagnostic;

impl Resolver<'_> {
    /// A value without quotes that looks like something else.
    pub(super) fn suspect_value(&mut self, value: &Literal) {
        if matches!(value.kind, LiteralKind::Quoted(_)) {
            return;
        }
        let text = value.text();
        let words: Vec<&str> = text.split_whitespace().collect();
        let [first, .., last] = words.as_slice() else { return };
        let keyword =
            |word: &str| ["and", "or", "not"].into_iter().find(|k| word.eq_ignore_ascii_case(k));
        let sign = words.iter().find(|w| matches!(**w, "=" | "==" | "!=" | "&&" | "||"));
        let help = if let Some(sign) = sign {
            match *sign {
                "&&" | "||" => "conjunctions are written `and` and `or`".to_owned(),
                _ => "a comparison is written `field: value`".to_owned(),
            }
        } else if let Some(word) = keyword(last).or(keyword(first)) {
            format!("an operator `{word}` stands between two conditions")
        } else if text.contains('\n') {
            "`and` or `or` may be missing at the end of the line".to_owned()
        } else {
            return;
        };
        let shown: String = words.join(" ").chars().take(60).collect();
        self.say(
            Diagnostic::warning(&codes::SUSPECT, format!("`{shown}` is read as one text"))
                .at(value.span)
                .help(format!("{help}; if the text is meant, put it in quotes")),
        );
    }

    /// A name without quotes that looks like more than a name.
    pub(super) fn suspect_name(&mut self, field: &Literal) {
        let text = field.text();
        let help = if matches!(field.kind, LiteralKind::Quoted(_)) {
            return;
        } else if text.starts_with('!') {
            "a negation is written `not`"
        } else if text.contains(char::is_whitespace) {
            "is `and` or `or` missing?"
        } else {
            return;
        };
        let shown: String = text.chars().take(60).collect();
        self.say(
            Diagnostic::warning(&codes::SUSPECT, format!("`{shown}` is read as a field's name"))
                .at(field.span)
                .help(help),
        );
    }
}
