//! JSON inside a value: `json`, `named`, `braces`.
//!
//! A raw field that holds an object, or a list of them, is its JSON text; and vendors put JSON into
//! strings. Text that is no JSON gives nothing.

use super::Values;
use serde_json::Value;
use std::borrow::Cow;
use std::fmt::Write as _;

/// What stands at a dotted path in each value.
pub(super) fn at<'e>(values: &Values<'_>, path: &str) -> Values<'e> {
    let mut found = Vec::new();
    let parts: Vec<&str> = path.split('.').collect();
    // The elements of a list are the values of its field: a number first takes one of these.
    if let Ok(n) = parts[0].parse::<usize>() {
        if let [one] = &values[..]
            && let Some(Value::Array(elements)) = parse(one)
        {
            walk(elements.get(n), &parts[1..], &mut found);
        } else if let Some(value) = values.get(n).and_then(|v| parse(v)) {
            walk(Some(&value), &parts[1..], &mut found);
        }
        return found;
    }
    for value in values {
        walk(parse(value).as_ref(), &parts, &mut found);
    }
    found
}

/// The values of `members` in those objects whose `key` is `name`.
pub(super) fn named<'e>(values: &Values<'_>, key: &str, name: &str, members: &str) -> Values<'e> {
    let mut found = Vec::new();
    let mut look = |object: &Value| {
        if object.get(key).and_then(Value::as_str).is_some_and(|n| same_name(n, name)) {
            for member in members.split(' ') {
                push(object.get(member).unwrap_or(&Value::Null), &mut found);
            }
        }
    };
    for value in values {
        match parse(value) {
            Some(Value::Array(elements)) => elements.iter().for_each(&mut look),
            Some(object) => look(&object),
            None => {}
        }
    }
    found
}

/// `Role.DisplayName` is asked for as `Role_DisplayName`: fields' names have no blanks, and dots
/// mean something in them.
fn same_name(a: &str, b: &str) -> bool {
    let plain = |byte: u8| if matches!(byte, b' ' | b'.') { b'_' } else { byte };
    a.bytes().map(plain).eq(b.bytes().map(plain))
}

/// A map as Java's `toString` prints it. Elastic's pipelines drop what is null or empty before.
pub(super) fn braces(value: &str) -> Option<String> {
    let mut value = parse(value)?;
    if is_empty(&mut value) {
        return None;
    }
    let mut text = String::new();
    print(&value, &mut text);
    Some(text)
}

fn parse(text: &str) -> Option<Value> {
    serde_json::from_str(text).ok()
}

fn walk(value: Option<&Value>, path: &[&str], found: &mut Values<'_>) {
    let Some(value) = value else { return };
    let [first, rest @ ..] = path else { return push(value, found) };
    match value {
        Value::Object(map) => {
            walk(map.get(*first), rest, found);
            // Keys may have dots themselves.
            if !rest.is_empty()
                && let Some(inner) = map.get(path.join(".").as_str())
            {
                push(inner, found);
            }
        }
        Value::Array(elements) => match first.parse::<usize>() {
            Ok(n) => walk(elements.get(n), rest, found),
            Err(_) => elements.iter().for_each(|e| walk(Some(e), path, found)),
        },
        // JSON in a string of JSON.
        Value::String(text) if text.starts_with(['{', '[']) => {
            walk(parse(text).as_ref(), path, found);
        }
        _ => {}
    }
}

fn push(value: &Value, found: &mut Values<'_>) {
    match value {
        Value::Null => {}
        Value::String(text) => found.push(Cow::Owned(text.clone())),
        Value::Array(elements) => elements.iter().for_each(|e| push(e, found)),
        other => found.push(Cow::Owned(other.to_string())),
    }
}

/// Takes what is null or empty out of it, and says whether nothing is left.
fn is_empty(value: &mut Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => {
            elements.retain_mut(|e| !is_empty(e));
            elements.is_empty()
        }
        Value::Object(map) => {
            map.retain(|_, v| !is_empty(v));
            map.is_empty()
        }
        Value::Bool(_) | Value::Number(_) => false,
    }
}

fn print(value: &Value, text: &mut String) {
    match value {
        Value::String(s) => text.push_str(s),
        Value::Array(elements) => {
            text.push('[');
            for (n, element) in elements.iter().enumerate() {
                if n > 0 {
                    text.push_str(", ");
                }
                print(element, text);
            }
            text.push(']');
        }
        Value::Object(map) => {
            text.push('{');
            for (n, (key, value)) in map.iter().enumerate() {
                if n > 0 {
                    text.push_str(", ");
                }
                text.push_str(key);
                text.push('=');
                print(value, text);
            }
            text.push('}');
        }
        other => {
            // Writing to a string cannot fail.
            let _ = write!(text, "{other}");
        }
    }
}
