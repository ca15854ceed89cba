//! `doc.like` and `doc.like_ci`.

use super::support::text;
use crate::scalar::Function;
use tripline_ir::Value;

pub(super) static LIKE: Function = Function {
    name: "doc.like",
    arity: (2, usize::MAX),
    doc: "Whether the whole text matches one of the patterns, in which `*` is any text and `?` is \
          one character. Nothing escapes them.",
    examples: &[
        ("[\"explorer.exe\", \"*.exe\"]", "true"),
        ("[\"explorer.exe\", \"a*\", \"explore?.exe\"]", "true"),
        ("[\"explorer.exe\", \"*.EXE\"]", "false"),
        ("[\"\", \"?\"]", "false"),
        ("[null, \"*\"]", "null"),
    ],
    eval: |_, args| like(args, false),
};

pub(super) static LIKE_CI: Function = Function {
    name: "doc.like_ci",
    arity: (2, usize::MAX),
    doc: "`doc.like` without regard to case (Unicode).",
    examples: &[("[\"explorer.exe\", \"*.EXE\"]", "true"), ("[\"expl\", \"EXPL\"]", "true")],
    eval: |_, args| like(args, true),
};

fn like(args: &[Value], fold: bool) -> Value {
    let Some(value) = args.first().and_then(text) else { return Value::Null };
    let value = characters(&value, fold);
    let mut patterns = args[1..].iter().filter_map(text);
    Value::Bool(patterns.any(|p| matches(&value, &characters(&p, fold))))
}

fn characters(text: &str, fold: bool) -> Vec<char> {
    if fold { text.chars().flat_map(char::to_lowercase).collect() } else { text.chars().collect() }
}

/// Greedy with one point of return, so at worst text length times pattern length.
fn matches(text: &[char], pattern: &[char]) -> bool {
    let (mut t, mut p) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((t, p + 1));
                p += 1;
            }
            Some(c) if *c == '?' || *c == text[t] => {
                t += 1;
                p += 1;
            }
            _ => match &mut retry {
                Some((from, after)) => {
                    *from += 1;
                    t = *from;
                    p = *after;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}
