//! Regular expressions.

use super::TestError;
use regex_syntax::hir::{Class, ClassUnicode, ClassUnicodeRange, Hir, HirKind};
use regex_syntax::{ParserBuilder, hir};
use tripline_ir::Case;

/// A compiled expression may take so many bytes.
const SIZE_LIMIT: usize = 16 << 20;

pub(super) fn compile(
    pattern: &str,
    case: Case,
    anchored: bool,
) -> Result<regex::Regex, TestError> {
    let error = |e: &dyn std::fmt::Display| {
        let text = e.to_string();
        // The engine's report repeats the pattern over several lines; its last line says why.
        let why = text.lines().last().unwrap_or(&text).trim_start_matches("error: ");
        TestError::new(format!("invalid regular expression `{pattern}`: {why}"))
    };
    let ascii;
    let body = if case == Case::Ascii {
        let parsed = ParserBuilder::new().build().parse(pattern).map_err(|e| error(&e))?;
        ascii = fold_ascii(parsed).to_string();
        &ascii
    } else {
        pattern
    };
    // A newline before the closing bracket ends a comment of the pattern's own `(?x)`.
    let text = match (anchored, body.contains('#')) {
        (false, _) => body.to_owned(),
        (true, false) => format!(r"\A(?:{body})\z"),
        (true, true) => {
            regex_syntax::parse(body).map_or_else(|_| body.to_owned(), |h| format!(r"\A(?:{h})\z"))
        }
    };
    regex::RegexBuilder::new(&text)
        .case_insensitive(case == Case::Unicode)
        .size_limit(SIZE_LIMIT)
        .build()
        .map_err(|e| error(&e))
}

/// The expression with each ASCII letter standing for both of its cases, and no other letter: the
/// engine's own `(?i)` would also fold the Kelvin sign to `k` and `É` to `é`, which Lucene's
/// case-insensitive expressions do not.
fn fold_ascii(hir: Hir) -> Hir {
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Literal(hir::Literal(bytes)) => match std::str::from_utf8(&bytes) {
            Ok(text) => Hir::concat(text.chars().map(letter).collect()),
            Err(_) => Hir::literal(bytes),
        },
        HirKind::Class(Class::Unicode(class)) => Hir::class(Class::Unicode(fold_class(&class))),
        HirKind::Class(Class::Bytes(class)) => match class.to_unicode_class() {
            Some(class) => Hir::class(Class::Unicode(fold_class(&class))),
            None => Hir::class(Class::Bytes(class)),
        },
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(fold_ascii(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(fold_ascii(*capture.sub));
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(parts.into_iter().map(fold_ascii).collect()),
        HirKind::Alternation(parts) => {
            Hir::alternation(parts.into_iter().map(fold_ascii).collect())
        }
    }
}

fn letter(c: char) -> Hir {
    if !c.is_ascii_alphabetic() {
        return Hir::literal(c.to_string().into_bytes());
    }
    let (lower, upper) = (c.to_ascii_lowercase(), c.to_ascii_uppercase());
    Hir::class(Class::Unicode(ClassUnicode::new([
        ClassUnicodeRange::new(lower, lower),
        ClassUnicodeRange::new(upper, upper),
    ])))
}

fn fold_class(class: &ClassUnicode) -> ClassUnicode {
    let mut folded = class.clone();
    for range in class.ranges() {
        for (first, last, offset) in [('a', 'z', -32i32), ('A', 'Z', 32)] {
            let start = range.start().max(first);
            let end = range.end().min(last);
            if start <= end {
                let shift = |c: char| {
                    char::from(
                        u8::try_from(c as i32 + offset)
                            .expect("ASCII letters shift to ASCII letters"),
                    )
                };
                folded.push(ClassUnicodeRange::new(shift(start), shift(end)));
            }
        }
    }
    folded
}
