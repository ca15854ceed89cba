//! Conditions: comparisons with a number, and expressions over the names of rules.

use super::codes::{CONDITION, MISSING, UNKNOWN_KEY, VALUE};
use super::{Named, Reference};
use crate::yaml::{Node, Type};
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::{CorrelationCondition, CorrelationTest, InputCondition};

/// How deep parentheses and `not` may be nested.
const DEEPEST: usize = 64;

const TESTS: [(&str, CorrelationTest); 6] = [
    ("lt", CorrelationTest::Lt),
    ("lte", CorrelationTest::Lte),
    ("gt", CorrelationTest::Gt),
    ("gte", CorrelationTest::Gte),
    ("eq", CorrelationTest::Eq),
    ("neq", CorrelationTest::Neq),
];

/// What a condition with a number says.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub tests: Vec<(CorrelationTest, f64)>,
    pub fields: Vec<Named>,
    pub percentile: Option<(f64, Span)>,
}

/// Reads a map of comparisons.
pub(super) fn numbers(node: &Node, diagnostics: &mut Vec<Diagnostic>) -> Numbers {
    let mut found = Numbers::default();
    for entry in node.entries() {
        let key = &*entry.key;
        if let Some((_, test)) = TESTS.iter().find(|(word, _)| *word == key) {
            match number(&entry.value) {
                Some(value) => found.tests.push((*test, value)),
                None => {
                    diagnostics.push(bad(&entry.value, &format!("`{key}` compares with a number")));
                }
            }
        } else if key == "field" {
            found.fields = super::names(&entry.value, "field", diagnostics);
        } else if key == "percentile" {
            match number(&entry.value).filter(|n| (0.0..=100.0).contains(n)) {
                Some(value) => found.percentile = Some((value, entry.value.span)),
                None => {
                    diagnostics.push(bad(&entry.value, "a percentile is a number from 0 to 100"));
                }
            }
        } else {
            let known = TESTS.iter().map(|(word, _)| *word).chain(["field", "percentile"]);
            let text = format!("a condition has no key `{key}`");
            let help = did_you_mean(key, known);
            diagnostics
                .push(Diagnostic::error(&UNKNOWN_KEY, text).at(entry.key_span).maybe_help(help));
        }
    }
    let compares = node.entries().iter().any(|e| TESTS.iter().any(|(word, _)| *word == &*e.key));
    if !compares {
        let text = "the condition compares with no number";
        let help = "add `gte`, `gt`, `lte`, `lt`, `eq` or `neq`";
        diagnostics.push(Diagnostic::error(&MISSING, text).at(node.span).help(help));
    }
    found
}

fn number(node: &Node) -> Option<f64> {
    match node.as_scalar()?.ty {
        #[allow(clippy::cast_precision_loss, reason = "counts are far below 2^53")]
        Type::Int(number) => Some(number as f64),
        Type::Float(number) => Some(number).filter(|n| n.is_finite()),
        _ => None,
    }
}

fn bad(node: &Node, what: &str) -> Diagnostic {
    let said = node.as_str().map_or_else(|| node.kind().to_owned(), |text| format!("`{text}`"));
    Diagnostic::error(&VALUE, format!("{what}, this is {said}")).at(node.span)
}

/// Reads an expression over names of rules. Where the correlation lists no rules, those of the
/// expression are its rules, in the order in which they are first named.
pub(super) fn expression(
    node: &Node,
    rules: &mut Vec<Reference>,
    listed: bool,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<CorrelationCondition> {
    let text = node.as_str()?;
    let before = diagnostics.len();
    let mut parser =
        Parser { text, node, at: 0, rules, listed, named: vec![], diagnostics, depth: 0 };
    let condition = parser.or()?;
    if let Some((word, span)) = parser.next() {
        parser.say(span, format!("`{word}` is one word too many"));
        return None;
    }
    let named = parser.named;
    if listed {
        for (at, rule) in rules.iter().enumerate() {
            if !named.contains(&at) {
                let text = format!("the condition leaves out `{}`", rule.name);
                let help = "name it in the condition, or take it off the list of rules";
                let diagnostic = Diagnostic::error(&CONDITION, text).at(node.span).help(help);
                diagnostics.push(diagnostic.label(rule.span, "listed here"));
            }
        }
    }
    (diagnostics.len() == before).then_some(CorrelationCondition::Inputs(condition))
}

struct Parser<'a> {
    text: &'a str,
    node: &'a Node,
    at: usize,
    rules: &'a mut Vec<Reference>,
    listed: bool,
    named: Vec<usize>,
    diagnostics: &'a mut Vec<Diagnostic>,
    depth: usize,
}

impl<'a> Parser<'a> {
    /// The next word or parenthesis, which is not taken.
    fn peek(&self) -> Option<(&'a str, Span, usize)> {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        let end = match first {
            '(' | ')' => start + 1,
            _ => {
                start
                    + rest
                        .find(|c: char| c.is_whitespace() || c == '(' || c == ')')
                        .unwrap_or(rest.len())
            }
        };
        Some((&self.text[start..end], self.span(start, end), end))
    }

    fn next(&mut self) -> Option<(&'a str, Span)> {
        let (word, span, end) = self.peek()?;
        self.at = end;
        Some((word, span))
    }

    /// Takes the next word if it is this one.
    fn take(&mut self, word: &str) -> bool {
        match self.peek() {
            Some((found, _, end)) if found.eq_ignore_ascii_case(word) => {
                self.at = end;
                true
            }
            _ => false,
        }
    }

    /// The place of a part of the text: exact where YAML changed nothing.
    fn span(&self, start: usize, end: usize) -> Span {
        let whole = self.node.span;
        let length = (whole.end - whole.start) as usize;
        let shift = whole.start as usize;
        if length == self.text.len() {
            Span::new(shift + start, shift + end)
        } else if length == self.text.len() + 2 {
            Span::new(shift + 1 + start, shift + 1 + end)
        } else {
            whole
        }
    }

    fn say(&mut self, span: Span, text: String) {
        self.diagnostics.push(Diagnostic::error(&CONDITION, text).at(span));
    }

    fn or(&mut self) -> Option<InputCondition> {
        let mut parts = vec![self.and()?];
        while self.take("or") {
            parts.push(self.and()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { InputCondition::Or(parts) })
    }

    fn and(&mut self) -> Option<InputCondition> {
        let mut parts = vec![self.not()?];
        while self.take("and") {
            parts.push(self.not()?);
        }
        Some(if parts.len() == 1 { parts.remove(0) } else { InputCondition::And(parts) })
    }

    fn not(&mut self) -> Option<InputCondition> {
        self.depth += 1;
        if self.depth > DEEPEST {
            self.say(self.node.span, format!("the condition is nested more than {DEEPEST} deep"));
            return None;
        }
        let found = if self.take("not") {
            self.not().map(|inner| InputCondition::Not(Box::new(inner)))
        } else {
            self.primary()
        };
        self.depth -= 1;
        found
    }

    fn primary(&mut self) -> Option<InputCondition> {
        let Some((word, span)) = self.next() else {
            self.say(self.node.span, "the condition ends where a rule's name should be".to_owned());
            return None;
        };
        match word.to_ascii_lowercase().as_str() {
            "(" => {
                let inner = self.or()?;
                if !self.take(")") {
                    self.say(span, "this parenthesis is not closed".to_owned());
                    return None;
                }
                Some(inner)
            }
            ")" | "and" | "or" => {
                self.say(span, format!("`{word}` stands where a rule's name should be"));
                None
            }
            _ => Some(InputCondition::Input(self.rule(word, span))),
        }
    }

    fn rule(&mut self, word: &str, span: Span) -> usize {
        let found = self.rules.iter().position(|rule| &*rule.name == word);
        let at = found.unwrap_or_else(|| {
            if self.listed {
                let help = did_you_mean(word, self.rules.iter().map(|rule| &*rule.name));
                let text = format!("`{word}` is none of the correlation's rules");
                let diagnostic = Diagnostic::error(&CONDITION, text).at(span).maybe_help(help);
                self.diagnostics.push(diagnostic);
                return 0;
            }
            self.rules.push(Reference { name: word.into(), span });
            self.rules.len() - 1
        });
        if !self.named.contains(&at) {
            self.named.push(at);
        }
        at
    }
}
