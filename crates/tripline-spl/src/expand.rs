//! Macro expansion: text to text, before anything is parsed.
//!
//! Comments (three backticks on each side) go first. A call stands between single backticks,
//! outside double quotes. Its definition is put in its place as it is, without parentheses, and
//! may contain calls itself.

use crate::codes;
use crate::env::{self, Environment, Macro};
use crate::spans::SpanMap;
use tripline_diag::{Diagnostic, Span, did_you_mean};

/// Largest expanded search, in bytes.
const MOST_TEXT: usize = 1 << 20;
/// Longest chain of macros that call macros.
const MOST_NESTED: usize = 64;
/// Most calls that one search makes. Macros that call each other twice double with every level, even
/// if no text comes of it.
const MOST_CALLS: usize = 10_000;

/// A search after macro expansion.
#[derive(Debug, Clone, PartialEq)]
pub struct Expanded {
    /// The text.
    pub text: String,
    /// Where its parts came from.
    pub map: SpanMap,
    /// Unknown macros, cycles, filter macros without a definition.
    pub diagnostics: Vec<Diagnostic>,
}

/// Expands all macros. A call that cannot be expanded is left out and reported.
pub fn expand(text: &str, env: &dyn Environment) -> Expanded {
    let mut work = Work {
        env,
        out: Expanded { text: String::new(), map: SpanMap::default(), diagnostics: vec![] },
        chain: vec![],
        calls: 0,
    };
    work.run(text, None);
    work.out
}

struct Work<'a> {
    env: &'a dyn Environment,
    out: Expanded,
    /// Macros being expanded, outermost first: `name/arity`.
    chain: Vec<String>,
    calls: usize,
}

impl Work<'_> {
    /// Copies text, expanding its calls. `call`: the outermost call that it comes from; none for
    /// the query itself.
    fn run(&mut self, text: &str, call: Option<Span>) {
        let mut at = 0;
        let mut copied = 0;
        let mut quoted = false;
        let bytes = text.as_bytes();
        while at < bytes.len() && self.calls <= MOST_CALLS {
            match bytes[at] {
                b'\\' => at += 2,
                b'"' => {
                    quoted = !quoted;
                    at += 1;
                }
                b'`' if !quoted => {
                    self.copy(text, copied, at, call);
                    let span = call.unwrap_or_default();
                    let end = if text[at..].starts_with("```") {
                        let close = text[at + 3..].find("```").map(|n| at + 3 + n + 3);
                        self.copy_literal(" ", call.unwrap_or(Span::new(at, at + 3)));
                        close
                    } else {
                        let close = closing(text, at + 1);
                        if let Some(close) = close {
                            let span = call.unwrap_or(Span::new(at, close + 1));
                            self.call(&text[at + 1..close], span);
                        }
                        close.map(|c| c + 1)
                    };
                    let Some(end) = end else {
                        let span = call.map_or(Span::new(at, at + 1), |_| span);
                        self.out.diagnostics.push(
                            Diagnostic::error(&codes::UNTERMINATED, "backtick is not closed")
                                .at(span),
                        );
                        return;
                    };
                    at = end;
                    copied = end;
                }
                _ => at += 1,
            }
        }
        if self.calls <= MOST_CALLS {
            self.copy(text, copied, text.len(), call);
        }
    }

    fn copy(&mut self, text: &str, from: usize, to: usize, call: Option<Span>) {
        if from >= to {
            return;
        }
        let start = self.out.text.len();
        self.out.map.push(start, call.unwrap_or(Span::new(from, to)), call.is_none());
        self.out.text.push_str(&text[from..to]);
    }

    fn copy_literal(&mut self, text: &str, origin: Span) {
        self.out.map.push(self.out.text.len(), origin, false);
        self.out.text.push_str(text);
    }

    fn call(&mut self, inner: &str, span: Span) {
        let inner = inner.trim();
        let (name, args) = match inner.split_once('(') {
            Some((name, rest)) if rest.trim() == ")" => (name.trim(), vec![]),
            Some((name, rest)) => (name.trim(), arguments(rest.strip_suffix(')').unwrap_or(rest))),
            None => (inner, vec![]),
        };
        let Some(found) = self.find(name, args.len(), span) else { return };
        let key = format!("{name}/{}", args.len());
        if self.chain.contains(&key) || self.chain.len() >= MOST_NESTED {
            let names: Vec<&str> =
                self.chain.iter().map(|k| k.split('/').next().unwrap_or(k)).collect();
            let message = format!("macro calls itself: {} -> {name}", names.join(" -> "));
            self.out.diagnostics.push(Diagnostic::error(&codes::MACRO_CYCLE, message).at(span));
            return;
        }
        let mut text = found.definition;
        for (param, value) in found.args.iter().zip(&args) {
            text = text.replace(&format!("${param}$"), value);
            if text.len() > MOST_TEXT {
                break;
            }
        }
        self.calls += 1;
        if self.calls > MOST_CALLS || self.out.text.len() + text.len() > MOST_TEXT {
            // Nothing is expanded any more.
            self.calls = MOST_CALLS + 1;
            if self.out.diagnostics.iter().all(|d| d.code != &codes::MACRO_SIZE) {
                let message = "macros expand to too much text";
                let diagnostic = Diagnostic::error(&codes::MACRO_SIZE, message).at(span);
                self.out.diagnostics.push(diagnostic);
            }
            return;
        }
        self.chain.push(key);
        // Definitions that end in a line break are common in YAML; the break means nothing.
        self.run(text.trim_end_matches(['\n', '\r']), Some(span));
        self.chain.pop();
    }

    fn find(&mut self, name: &str, arity: usize, span: Span) -> Option<Macro> {
        if let Some(found) = self.env.macro_(name, arity).or_else(|| env::builtin(name, arity)) {
            return Some(found);
        }
        let other: Vec<String> = (0..10)
            .filter(|n| self.env.macro_(name, *n).is_some() || env::builtin(name, *n).is_some())
            .map(|n| n.to_string())
            .collect();
        if !other.is_empty() {
            let plural = if arity == 1 { "" } else { "s" };
            let diagnostic = Diagnostic::error(
                &codes::MACRO_ARITY,
                format!("macro `{name}` does not take {arity} argument{plural}"),
            )
            .at(span)
            .help(format!("it exists with {}", other.join(", ")));
            self.out.diagnostics.push(diagnostic);
            return None;
        }
        if arity == 0 && name.ends_with("_filter") {
            let message = format!("`{name}` has no definition and keeps everything");
            self.out.diagnostics.push(Diagnostic::note(&codes::FILTER_MACRO, message).at(span));
            return Some(Macro { definition: "search *".to_owned(), args: vec![] });
        }
        let names = self.env.macro_names();
        let known = names.iter().map(String::as_str).chain(env::BUILTIN.iter().map(|b| b.0));
        let chain = match self.chain.last() {
            Some(caller) => format!(" in macro `{}`", caller.split('/').next().unwrap_or(caller)),
            None => String::new(),
        };
        let diagnostic =
            Diagnostic::error(&codes::UNKNOWN_MACRO, format!("unknown macro `{name}`{chain}"))
                .at(span)
                .maybe_help(did_you_mean(name, known));
        self.out.diagnostics.push(diagnostic);
        None
    }
}

/// The backtick that closes a call, outside its quoted arguments.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut quoted = false;
    let mut skip = false;
    for (at, c) in text[from..].char_indices() {
        match c {
            _ if skip => skip = false,
            '\\' => skip = true,
            '"' => quoted = !quoted,
            '`' if !quoted => return Some(from + at),
            _ => {}
        }
    }
    None
}

/// Splits arguments at commas outside quotes and parentheses; quotes around an argument go.
fn arguments(text: &str) -> Vec<String> {
    let mut parts = vec![];
    let (mut start, mut depth, mut quoted, mut skip) = (0, 0_i32, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if skip => skip = false,
            '\\' => skip = true,
            '"' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            ',' if !quoted && depth == 0 => {
                parts.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
        .into_iter()
        .map(|part| {
            let part = part.trim();
            let bare = part.strip_prefix('"').and_then(|p| p.strip_suffix('"'));
            bare.unwrap_or(part).to_owned()
        })
        .collect()
}
