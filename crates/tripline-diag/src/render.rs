//! As a compiler would print it.

use crate::{Diagnostic, Severity, SourceText, Span};
use std::fmt::Write;

/// The diagnostic as people read it: severity and code, message, file:line:column, the line with a
/// caret under the span, and the help. `color` adds ANSI colours.
pub fn render(diagnostic: &Diagnostic, source: &SourceText, color: bool) -> String {
    let paint = Paint { on: color };
    let (word, style) = match diagnostic.severity {
        Severity::Error => ("error", "1;31"),
        Severity::Warning => ("warning", "1;33"),
        Severity::Note => ("note", "1;36"),
    };
    let mut out = String::new();
    let head = format!("{word}[{}]", diagnostic.code.id);
    let _ = writeln!(out, "{}: {}", paint.with(style, &head), paint.with("1", &diagnostic.message));
    match diagnostic.span {
        Some(span) => {
            let (line, column) = source.line_column(span.start);
            let _ = writeln!(out, "  {} {}:{line}:{column}", paint.with("34", "-->"), source.name);
            snippet(&mut out, source, span, None, style, paint);
        }
        None => {
            let _ = writeln!(out, "  {} {}", paint.with("34", "-->"), source.name);
        }
    }
    for label in &diagnostic.labels {
        snippet(&mut out, source, label.span, Some(&label.text), "36", paint);
    }
    if let Some(help) = &diagnostic.help {
        let _ = writeln!(out, "  {} help: {help}", paint.with("34", "="));
    }
    out
}

#[derive(Clone, Copy)]
struct Paint {
    on: bool,
}

impl Paint {
    fn with(self, style: &str, text: &str) -> String {
        if self.on { format!("\x1b[{style}m{text}\x1b[0m") } else { text.to_owned() }
    }
}

/// A long line (a query of one line has thousands of characters) is cut around the span.
const WIDTH: usize = 100;

fn snippet(
    out: &mut String,
    source: &SourceText,
    span: Span,
    label: Option<&str>,
    style: &str,
    paint: Paint,
) {
    let text = &source.text;
    let start = floor_boundary(text, span.start as usize);
    let end = floor_boundary(text, span.end as usize).max(start);
    let line_start = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let line_end = text[start..].find('\n').map_or(text.len(), |at| start + at);
    let (number, _) = source.line_column(span.start);

    let line: Vec<char> = text[line_start..line_end].chars().collect();
    let from = text[line_start..start].chars().count();
    let width = text[start..end.min(line_end).max(start)].chars().count().max(1);
    let (cut_from, cut_to) = window(line.len(), from, width);
    let shown: String = line[cut_from..cut_to].iter().map(|c| visible(*c)).collect();
    let lead = if cut_from > 0 { "…" } else { "" };
    let trail = if cut_to < line.len() { "…" } else { "" };

    let gutter = number.to_string();
    let pad = " ".repeat(gutter.len());
    let _ = writeln!(out, "{pad} {}", paint.with("34", "|"));
    let bar = paint.with("34", &format!("{gutter} |"));
    let _ = writeln!(out, "{bar} {lead}{shown}{trail}");
    let indent = " ".repeat(from - cut_from + lead.chars().count());
    let carets = "^".repeat(width.min(cut_to.saturating_sub(from).max(1)));
    let note = label.map(|l| format!(" {l}")).unwrap_or_default();
    let marks = paint.with(style, &format!("{carets}{note}"));
    let _ = writeln!(out, "{pad} {} {indent}{marks}", paint.with("34", "|"));
}

fn window(length: usize, from: usize, width: usize) -> (usize, usize) {
    if length <= WIDTH {
        return (0, length);
    }
    let width = width.min(WIDTH);
    let slack = (WIDTH - width) / 2;
    let start = from.saturating_sub(slack).min(length.saturating_sub(WIDTH));
    (start, (start + WIDTH).min(length))
}

fn visible(c: char) -> char {
    if c.is_control() { ' ' } else { c }
}

fn floor_boundary(text: &str, at: usize) -> usize {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Code;

    static CODE: Code = Code::new("TST001", "a test", "");

    #[test]
    fn caret_stands_under_the_span() {
        let source = SourceText::new("q", "a and\nb like c");
        let d = Diagnostic::error(&CODE, "no `like`").at(Span::new(8, 12)).help("use `:`");
        let expected = "error[TST001]: no `like`\n  --> q:2:3\n  |\n2 | b like c\n  |   ^^^^\n  = help: use `:`\n";
        assert_eq!(render(&d, &source, false), expected);
    }

    #[test]
    fn a_long_line_is_cut_around_the_span() {
        let text = format!("{}X{}", "a".repeat(500), "b".repeat(500));
        let source = SourceText::new("q", text);
        let d = Diagnostic::error(&CODE, "here").at(Span::new(500, 501));
        let shown = render(&d, &source, false);
        let caret = shown.lines().last().unwrap().find('^').unwrap();
        let line = shown.lines().nth(3).unwrap();
        let column = line.char_indices().position(|(_, c)| c == 'X').unwrap();
        assert_eq!(column, caret);
    }

    #[test]
    fn spans_outside_the_text_or_inside_a_character_do_not_panic() {
        let source = SourceText::new("q", "é");
        for (a, b) in [(0, 1), (1, 2), (5, 9), (2, 2)] {
            render(&Diagnostic::error(&CODE, "m").at(Span::new(a, b)), &source, true);
        }
    }
}
