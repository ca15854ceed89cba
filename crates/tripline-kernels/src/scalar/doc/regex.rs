//! `doc.regex` and `doc.regex_ci`.

use super::support::text;
use crate::scalar::Function;
use regex::Regex;
use std::cell::RefCell;
use std::collections::HashMap;
use tripline_ir::Value;

pub(super) static REGEX: Function = Function {
    name: "doc.regex",
    arity: (2, usize::MAX),
    doc: "Whether the whole text matches one of the regular expressions (syntax of the `regex` \
          crate). One that cannot be compiled matches nothing.",
    examples: &[
        ("[\"cmd.exe\", \"[a-z]+\\\\.exe\"]", "true"),
        ("[\"cmd.exe\", \"cmd\"]", "false"),
        ("[\"cmd.exe\", \"x\", \"cmd.*\"]", "true"),
        ("[null, \".*\"]", "null"),
    ],
    eval: |_, args| regex(args, ""),
};

pub(super) static REGEX_CI: Function = Function {
    name: "doc.regex_ci",
    arity: (2, usize::MAX),
    doc: "`doc.regex` without regard to case.",
    examples: &[("[\"CMD.exe\", \"[a-z]+\\\\.EXE\"]", "true"), ("[\"b\", \"a\"]", "false")],
    eval: |_, args| regex(args, "(?i)"),
};

/// How many compiled expressions a thread keeps before it starts anew.
const KEPT: usize = 256;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Option<Regex>>> = RefCell::default();
}

fn regex(args: &[Value], flags: &str) -> Value {
    let Some(value) = args.first().and_then(text) else { return Value::Null };
    let found = args[1..].iter().filter_map(text).any(|pattern| {
        let whole = format!(r"{flags}\A(?:{pattern})\z");
        COMPILED.with_borrow_mut(|compiled| {
            if compiled.len() >= KEPT && !compiled.contains_key(&whole) {
                compiled.clear();
            }
            let regex = compiled.entry(whole).or_insert_with_key(|whole| Regex::new(whole).ok());
            regex.as_ref().is_some_and(|r| r.is_match(&value))
        })
    });
    Value::Bool(found)
}
