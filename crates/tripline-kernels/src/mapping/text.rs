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
    let mut found: Option<String> = None;
    let initial = key.as_bytes().first().map(u8::to_ascii_lowercase);
    for line in value.lines() {
        // A context has two dozen lines, of which one is asked for.
        let first = line.bytes().find(|c| !c.is_ascii_whitespace());
        if found.is_none() && first.map(|c| c.to_ascii_lowercase()) != initial {
            continue;
        }
        let named = line.split_once('=').filter(|(name, _)| is_key(name));
        match (named, &mut found) {
            (Some(_), Some(_)) => break,
            (Some((name, rest)), None) if same_words(name, key) => {
                found = Some(rest.trim().to_owned());
            }
            (None, Some(text)) => {
                text.push('\n');
                text.push_str(line.trim_end());
            }
            _ => {}
        }
    }
    found.map(|text| text.trim_end().to_owned()).filter(|text| !text.is_empty())
}

/// Without case and blanks.
fn same_words(a: &str, b: &str) -> bool {
    let word = |c: &u8| !c.is_ascii_whitespace();
    let (a, b) = (a.bytes().filter(word), b.bytes().filter(word));
    a.map(|c| c.to_ascii_lowercase()).eq(b.map(|c| c.to_ascii_lowercase()))
}

/// Indented, and nothing but words.
fn is_key(name: &str) -> bool {
    name.starts_with([' ', '\t'])
        && !name.trim().is_empty()
        && name.bytes().all(|c| c.is_ascii_alphanumeric() || c == b' ' || c == b'\t')
}

pub(super) fn unbrace(value: &str) -> &str {
    value.strip_prefix('{').and_then(|v| v.strip_suffix('}')).unwrap_or(value)
}

pub(super) fn brace(value: &str) -> Option<String> {
    let bare = unbrace(value);
    (!bare.is_empty()).then(|| format!("{{{}}}", bare.to_uppercase()))
}
