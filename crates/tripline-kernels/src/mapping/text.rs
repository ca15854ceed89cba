//! Cutting and joining text: `concat`, `split`, `part`, `replace`, `in_parens`, `prefix_before`,
//! `kv`, `line`, `brace`, `unbrace`.

use super::{Evaluation, Values};
use std::borrow::Cow;
use tripline_schema::MapExpr;

pub(super) fn concat<'e>(run: &mut Evaluation<'e, '_, '_, '_>, args: &'e [MapExpr]) -> Values<'e> {
    let mut text = String::new();
    for arg in args {
        match run.expr(arg).first() {
            Some(value) => text.push_str(value),
            None => return vec![],
        }
    }
    vec![Cow::Owned(text)]
}

pub(super) fn split<'e>(values: Values<'e>, separator: &str) -> Values<'e> {
    if separator.is_empty() {
        return values;
    }
    values
        .iter()
        .flat_map(|v| v.split(separator))
        .filter(|part| !part.is_empty())
        .map(|part| Cow::Owned(part.to_owned()))
        .collect()
}

pub(super) fn part(value: &str, separator: &str, n: &str) -> Option<String> {
    let n: i32 = n.parse().ok()?;
    let parts: Vec<&str> =
        if separator.is_empty() { vec![value] } else { value.split(separator).collect() };
    let at = if n < 0 { i32::try_from(parts.len()).ok()? + n } else { n };
    parts.get(usize::try_from(at).ok()?).map(|p| (*p).to_owned()).filter(|p| !p.is_empty())
}

pub(super) fn replace(value: &str, from: &str, to: &str) -> String {
    if from.is_empty() { value.to_owned() } else { value.replace(from, to) }
}

pub(super) fn in_parens(value: &str) -> String {
    match (value.find('('), value.rfind(')')) {
        (Some(open), Some(close)) if open < close => &value[open + 1..close],
        _ => value,
    }
    .to_owned()
}

pub(super) fn prefix_before(value: &str, end: &str) -> String {
    value.split_once(end).map_or(value, |(start, _)| start).to_owned()
}

/// `MD5=..,SHA256=..`: the value of a key. A hash of zeros was not computed.
pub(super) fn key_value(value: &str, key: &str) -> Option<String> {
    value
        .split(',')
        .filter_map(|pair| pair.split_once('='))
        .find(|(k, _)| k.trim().eq_ignore_ascii_case(key))
        .map(|(_, v)| v.trim().to_lowercase())
        .filter(|v| !v.bytes().all(|b| b == b'0'))
}

/// PowerShell's context: `\tHostName=ConsoleHost` or `Host Name = ConsoleHost` a line. Values may
/// have line feeds: a line belongs to the key before it unless it is indented and has a key itself.
pub(super) fn line(value: &str, key: &str) -> Option<String> {
    let initial = *key.as_bytes().first()?;
    // A context has two dozen lines, of which one is asked for: those that start with its letter are
    // looked at.
    let bytes = value.as_bytes();
    let (lower, upper) = (initial.to_ascii_lowercase(), initial.to_ascii_uppercase());
    let starts = memchr::memchr2_iter(lower, upper, bytes).filter_map(|at| {
        let blanks = bytes[..at].iter().rev().take_while(|b| matches!(b, b' ' | b'\t')).count();
        let start = at - blanks;
        (blanks > 0 && (start == 0 || bytes[start - 1] == b'\n')).then_some(start)
    });
    let mut found = starts.filter_map(|start| {
        let (name, rest) = named(&value[start..])?;
        same_words(name, key).then_some(rest)
    });
    let mut rest = found.next()?;
    let mut text = String::new();
    loop {
        let end = memchr::memchr(b'\n', rest.as_bytes());
        let line = &rest[..end.unwrap_or(rest.len())];
        text.push_str(if text.is_empty() { line.trim() } else { line.trim_end() });
        rest = &rest[end.map_or(rest.len(), |end| end + 1)..];
        if rest.is_empty() || named(rest).is_some() {
            break;
        }
        text.push('\n');
    }
    text.truncate(text.trim_end().len());
    (!text.is_empty()).then_some(text)
}

/// Without case and blanks.
fn same_words(a: &str, b: &str) -> bool {
    let word = |c: &u8| !c.is_ascii_whitespace();
    let (a, b) = (a.bytes().filter(word), b.bytes().filter(word));
    a.map(|c| c.to_ascii_lowercase()).eq(b.map(|c| c.to_ascii_lowercase()))
}

/// The key that a line starts with, indented and nothing but words, and what is behind it.
fn named(line: &str) -> Option<(&str, &str)> {
    let word = |c: u8| c.is_ascii_alphanumeric() || c == b' ' || c == b'\t';
    let end = line.bytes().position(|c| !word(c))?;
    let (name, rest) = line.split_at(end);
    let is_key = name.starts_with([' ', '\t']) && !name.trim().is_empty();
    Some((name, rest.strip_prefix('=').filter(|_| is_key)?))
}

pub(super) fn unbrace(value: &str) -> &str {
    value.strip_prefix('{').and_then(|v| v.strip_suffix('}')).unwrap_or(value)
}

pub(super) fn brace(value: &str) -> Option<String> {
    let bare = unbrace(value);
    (!bare.is_empty()).then(|| format!("{{{}}}", bare.to_uppercase()))
}
