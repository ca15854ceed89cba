//! Regular expressions.

use super::TestError;
use super::shrink::shorter;
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
    let text = text(pattern, case, anchored)?;
    let build = |text: &str, case: Case| {
        regex::RegexBuilder::new(text)
            .case_insensitive(case == Case::Unicode)
            .size_limit(SIZE_LIMIT)
            .build()
    };
    // Nobody asks where it matches.
    if let Some(Ok(regex)) = shorter(&text, case).map(|text| build(&text, Case::Sensitive)) {
        return Ok(regex);
    }
    build(&text, case).map_err(|e| error(pattern, &e))
}

/// Whether it compiles. Nearly all expressions are so small that to read them tells it.
pub(super) fn check(pattern: &str, case: Case, anchored: bool) -> Result<(), TestError> {
    let text = text(pattern, case, anchored)?;
    let parsed = ParserBuilder::new().case_insensitive(case == Case::Unicode).build().parse(&text);
    if parsed.is_ok_and(|hir| size(&hir) < SIZE_LIMIT / 2) {
        return Ok(());
    }
    compile(pattern, case, anchored).map(|_| ())
}

/// More bytes than a compiled expression takes.
fn size(hir: &Hir) -> usize {
    /// A state, with its share of what goes with states.
    const STATE: usize = 128;
    /// A range of code points becomes at most seven sequences of up to four bytes.
    const RANGE: usize = 28 * 48;
    let own = match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => STATE,
        HirKind::Literal(literal) => literal.0.len() * STATE,
        HirKind::Class(Class::Unicode(class)) => class.ranges().len() * RANGE,
        HirKind::Class(Class::Bytes(class)) => class.ranges().len() * STATE,
        HirKind::Repetition(repetition) => {
            let times = repetition.max.unwrap_or(repetition.min.saturating_add(1)).max(1);
            size(&repetition.sub).saturating_add(STATE).saturating_mul(times as usize)
        }
        HirKind::Capture(capture) => size(&capture.sub),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => {
            parts.iter().map(size).fold(0, usize::saturating_add)
        }
    };
    own.saturating_add(2 * STATE)
}

fn error(pattern: &str, e: &dyn std::fmt::Display) -> TestError {
    let text = e.to_string();
    // The engine's report repeats the pattern over several lines; its last line says why.
    let why = text.lines().last().unwrap_or(&text).trim_start_matches("error: ");
    TestError::new(format!("invalid regular expression `{pattern}`: {why}"))
}

/// The expression as the engine is given it.
fn text(pattern: &str, case: Case, anchored: bool) -> Result<String, TestError> {
    let ascii;
    let body = if case == Case::Ascii {
        let parsed = ParserBuilder::new().build().parse(pattern);
        let parsed = parsed.map_err(|e| error(pattern, &e))?;
        ascii = fold_ascii(parsed).to_string();
        &ascii
    } else {
        pattern
    };
    // A newline before the closing bracket ends a comment of the pattern's own `(?x)`.
    Ok(match (anchored, body.contains('#')) {
        (false, _) => body.to_owned(),
        (true, false) => format!(r"\A(?:{body})\z"),
        (true, true) => {
            regex_syntax::parse(body).map_or_else(|_| body.to_owned(), |h| format!(r"\A(?:{h})\z"))
        }
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_checked_is_what_compiles() {
        for pattern in [
            "",
            "a|b*",
            r"(?i)\\(cmd|powershell)\.exe\s+-[a-z]{1,12}",
            r"\w+\d{3,}[^\x00-\x7f]",
            r"(\w{100}){100}",
            r"((a{100}){100}){100}",
            r"(?x) a # b",
            "a{1001}{1001}",
            "[b-a]",
            "(",
            "a**?",
            r"\p{Nope}",
        ] {
            for case in [Case::Sensitive, Case::Ascii, Case::Unicode] {
                for anchored in [false, true] {
                    let compiled = compile(pattern, case, anchored).map(|_| ());
                    let checked = check(pattern, case, anchored);
                    let shown = |r: Result<(), TestError>| r.map_err(|e| e.to_string());
                    assert_eq!(shown(checked), shown(compiled), "{pattern}");
                }
            }
        }
    }
}
