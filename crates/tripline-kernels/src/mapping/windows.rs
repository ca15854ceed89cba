//! What only Windows writes: command lines (`windows_args`, `quoted_args`), audit results
//! (`outcome`).

use super::Values;
use std::borrow::Cow;

/// Most arguments that are kept of a command line.
const MOST_ARGS: usize = 4096;

/// The arguments as Elastic's pipelines split them, by the rule of the C runtime before 2008: blanks
/// separate outside quotes; `2n` backslashes before a quote are `n` backslashes, `2n+1` are `n` and
/// the quote itself; `""` inside quotes is a quote, and ends the quoted part. Backslashes elsewhere
/// are themselves.
pub(super) fn args(line: &str) -> Vec<String> {
    let bytes = line.as_bytes();
    let mut args = Vec::new();
    let mut at = 0;
    while args.len() < MOST_ARGS {
        while bytes.get(at).is_some_and(|c| is_blank(*c)) {
            at += 1;
        }
        if at == bytes.len() {
            break;
        }
        let (mut arg, mut quoted, mut slashes) = (String::new(), false, 0usize);
        while let Some(c) = bytes.get(at).filter(|c| quoted || !is_blank(**c)) {
            match c {
                b'\\' => {
                    slashes += 1;
                    at += 1;
                }
                b'"' => {
                    at += 1;
                    push_slashes(&mut arg, slashes / 2);
                    let escaped = slashes % 2 == 1;
                    if escaped {
                        arg.push('"');
                    } else if quoted && bytes.get(at) == Some(&b'"') {
                        arg.push('"');
                        at += 1;
                    }
                    quoted ^= !escaped;
                    slashes = 0;
                }
                _ => {
                    push_slashes(&mut arg, slashes);
                    slashes = 0;
                    // What is between two of these bytes, all ASCII, is whole characters.
                    let plain = |c: &u8| !matches!(c, b'\\' | b'"') && (quoted || !is_blank(*c));
                    let rest = &bytes[at..];
                    let end = at + rest.iter().position(|c| !plain(c)).unwrap_or(rest.len());
                    arg.push_str(&line[at..end]);
                    at = end;
                }
            }
        }
        push_slashes(&mut arg, slashes);
        args.push(arg);
    }
    args
}

fn push_slashes(arg: &mut String, n: usize) {
    arg.extend(std::iter::repeat_n('\\', n));
}

/// The parts between blanks outside quotes; quotes stay. Each blank ends a part, so two of them have
/// an empty one between them, and a line that ends in one has an empty last part: so does the
/// pipeline of event 4688, and `process.args_count` counts them.
pub(super) fn quoted_args(line: &str) -> Vec<String> {
    let mut args = Vec::new();
    let mut arg = String::new();
    let mut quoted = false;
    for c in line.chars() {
        if c == '"' {
            quoted = !quoted;
        }
        if c.is_whitespace() && !quoted {
            args.push(std::mem::take(&mut arg));
        } else {
            arg.push(c);
        }
    }
    if !line.is_empty() {
        args.push(arg);
    }
    args.truncate(MOST_ARGS);
    args
}

fn is_blank(c: u8) -> bool {
    matches!(c, b' ' | b'\t')
}

/// Bits of an event's keywords that say how an audited action ended.
const AUDIT_SUCCESS: u64 = 0x0020_0000_0000_0000;
const AUDIT_FAILURE: u64 = 0x0010_0000_0000_0000;

pub(super) fn outcome<'e>(keywords: &Values<'_>) -> Values<'e> {
    keywords.iter().find_map(|k| outcome_of(k)).map(Cow::Borrowed).into_iter().collect()
}

fn outcome_of(keyword: &str) -> Option<&'static str> {
    let bits = match keyword.strip_prefix("0x").or_else(|| keyword.strip_prefix("0X")) {
        Some(digits) => u64::from_str_radix(digits, 16).ok(),
        None => {
            keyword.parse::<u64>().ok().or_else(|| keyword.parse::<i64>().ok().map(|n| n as u64))
        }
    };
    match bits {
        Some(bits) if bits & AUDIT_SUCCESS != 0 => Some("success"),
        Some(bits) if bits & AUDIT_FAILURE != 0 => Some("failure"),
        None if keyword.eq_ignore_ascii_case("audit success") => Some("success"),
        None if keyword.eq_ignore_ascii_case("audit failure") => Some("failure"),
        _ => None,
    }
}
