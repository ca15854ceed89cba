//! Shorter expressions for the question whether there is a match at all.

use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Hir, HirKind, Literal};
use tripline_ir::Case;

/// An expression, with the case folded into it, that matches somewhere in the same texts, though
/// less of them: at its edges nothing is repeated more often than it must be. `\w{1,64}` at the end
/// costs thousands of states and says no more than `\w`.
pub(super) fn shorter(text: &str, case: Case) -> Option<String> {
    let hir =
        ParserBuilder::new().case_insensitive(case == Case::Unicode).build().parse(text).ok()?;
    Some(shrink(shrink(hir, Edge::End), Edge::Start).to_string())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Edge {
    Start,
    End,
}

fn shrink(hir: Hir, edge: Edge) -> Hir {
    match hir.into_kind() {
        HirKind::Repetition(repetition) if repetition.min == 0 => Hir::empty(),
        HirKind::Repetition(repetition) if repetition.min == 1 => shrink(*repetition.sub, edge),
        HirKind::Repetition(mut repetition) => {
            repetition.max = Some(repetition.min);
            Hir::repetition(repetition)
        }
        HirKind::Capture(capture) => shrink(*capture.sub, edge),
        HirKind::Concat(mut parts) => {
            while !parts.is_empty() {
                let at = if edge == Edge::Start { 0 } else { parts.len() - 1 };
                let part = shrink(parts.remove(at), edge);
                if *part.kind() != HirKind::Empty {
                    parts.insert(at, part);
                    break;
                }
            }
            Hir::concat(parts)
        }
        HirKind::Alternation(parts) => {
            let parts: Vec<Hir> = parts.into_iter().map(|part| shrink(part, edge)).collect();
            if parts.iter().any(|part| *part.kind() == HirKind::Empty) {
                return Hir::empty();
            }
            Hir::alternation(parts)
        }
        HirKind::Empty => Hir::empty(),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Literal(Literal(bytes)) => Hir::literal(bytes),
        HirKind::Class(class) => Hir::class(class),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shrunk(pattern: &str) -> String {
        shorter(pattern, Case::Sensitive).unwrap()
    }

    #[test]
    fn edges_say_no_more_than_they_must() {
        for (pattern, expected) in [
            (r"-k\s[ab]{1,64}(?:\s?(?:-p|-s))?", r"-k\s[ab]"),
            ("(?:a|b)*c[de]{3,}", "c[de]{3}"),
            ("a*", ""),
            ("(x+|y)?z+", "z"),
            ("^a+b$", "^a+b$"),
        ] {
            let same = regex_syntax::parse(expected).unwrap().to_string();
            assert_eq!(shrunk(pattern), same, "{pattern}");
        }
    }

    proptest! {
        #[test]
        fn matches_in_the_same_texts(
            pattern in r"(\^|\\b)?(a|b|\[ab\]|\(a\|bc\)|\(b\|\)|.)(\*|\+|\?|\{2,3\})?(c|a|(\(a\+b\)))?(\*|\+|\{1,2\})?(\$|\\b)?",
            text in "[abc ]{0,8}",
        ) {
            let Ok(whole) = regex::Regex::new(&pattern) else { return Ok(()) };
            let less = regex::Regex::new(&shrunk(&pattern)).unwrap();
            prop_assert_eq!(whole.is_match(&text), less.is_match(&text), "{}", pattern);
        }
    }
}
