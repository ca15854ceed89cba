//! Regular expressions and `like`.

use super::{any, each, regexes};
use crate::scalar::{Context, Function};
use regex::Captures;
use tripline_ir::Value;

/// `match(text, regex)`.
pub(super) static MATCH: Function = Function {
    name: "mv.match",
    arity: (2, 2),
    doc: "Whether the expression matches somewhere in one of the values. Case counts unless the \
          expression says `(?i)`. Null if a side is null or the expression is none.",
    examples: &[
        (r#"["cmd.exe", "\\.exe$"]"#, "true"),
        (r#"["CMD.EXE", "cmd"]"#, "false"),
        (r#"[["a", "b"], "^b"]"#, "true"),
        (r#"["a", "("]"#, "null"),
        (r#"[null, "a"]"#, "null"),
    ],
    eval: |_: &Context, args| {
        if args[1].is_null() {
            return Value::Null;
        }
        let hit = |value: &Value, regex: &regex::Regex| regex.is_match(&value.to_string());
        regexes::with(&args[1].to_string(), |regex| any(&args[0], |v| hit(v, regex)))
            .unwrap_or_default()
    },
};

/// `like(text, pattern)`.
pub(super) static LIKE: Function = Function {
    name: "mv.like",
    arity: (2, 2),
    doc: "Whether the whole of one of the values has the pattern, in which `%` is any text and `_` one \
          character. Case counts.",
    examples: &[
        (r#"["svchost.exe", "svc%.exe"]"#, "true"),
        (r#"["a\nb", "a_b"]"#, "true"),
        (r#"["SVC", "svc"]"#, "false"),
        (r#"["a.c", "a.c"]"#, "true"),
        (r#"["abc", "a.c"]"#, "false"),
        (r#"[null, "%"]"#, "null"),
    ],
    eval: |_, args| {
        if args[1].is_null() {
            return Value::Null;
        }
        let mut pattern = String::from("(?s)^");
        for c in args[1].to_string().chars() {
            match c {
                '%' => pattern.push_str(".*"),
                '_' => pattern.push('.'),
                c => pattern.push_str(&regex::escape(c.encode_utf8(&mut [0; 4]))),
            }
        }
        pattern.push('$');
        regexes::with(&pattern, |regex| any(&args[0], |v| regex.is_match(&v.to_string())))
            .unwrap_or_default()
    },
};

/// `replace(text, regex, replacement)`.
pub(super) static REPLACE: Function = Function {
    name: "mv.replace",
    arity: (3, 3),
    doc: "Every match in each value replaced; `\\1` in the replacement is the first group. A value \
          without a match stays. Null if the expression is none.",
    examples: &[
        (r#"["1/14/2023", "^(\\d+)/(\\d+)/", "\\2/\\1/"]"#, r#""14/1/2023""#),
        (r#"["a$b", "\\$", "$1"]"#, r#""a$1b""#),
        (r#"[["ab", "cb"], "b", ""]"#, r#"["a", "c"]"#),
        (r#"["a", "(", "b"]"#, "null"),
    ],
    eval: |_, args| {
        if args[1].is_null() || args[2].is_null() {
            return Value::Null;
        }
        let replacement = args[2].to_string();
        regexes::with(&args[1].to_string(), |regex| {
            each(&args[0], |text| {
                let done = regex.replace_all(text, |m: &Captures<'_>| expand(&replacement, m));
                Value::str(done)
            })
        })
        .unwrap_or_default()
    },
};

/// `\0` to `\9` are groups, `\\` is a backslash, all else stands for itself.
fn expand(replacement: &str, groups: &Captures<'_>) -> String {
    let mut out = String::with_capacity(replacement.len());
    let mut chars = replacement.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, chars.peek().copied()) {
            ('\\', Some(digit)) if digit.is_ascii_digit() => {
                chars.next();
                let group = digit as usize - '0' as usize;
                out.push_str(groups.get(group).map_or("", |m| m.as_str()));
            }
            ('\\', Some('\\')) => {
                chars.next();
                out.push('\\');
            }
            _ => out.push(c),
        }
    }
    out
}

/// `mvfind(mv, regex)`.
pub(super) static MVFIND: Function = Function {
    name: "mv.mvfind",
    arity: (2, 2),
    doc: "The place, counted from 0, of the first value in which the expression matches; null if there \
          is none.",
    examples: &[
        (r#"[["a.exe", "b.dll"], "\\.dll$"]"#, "1"),
        (r#"["a", "a"]"#, "0"),
        (r#"["a", "b"]"#, "null"),
    ],
    eval: |_, args| {
        let place = regexes::with(&args[1].to_string(), |regex| {
            args[0].items().iter().position(|v| regex.is_match(&v.to_string()))
        });
        place.flatten().map_or(Value::Null, |at| Value::Int(at as i64))
    },
};
