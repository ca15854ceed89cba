//! `base64` and `base64offset`.

use super::{Apply, Context, Definition, Refusal, text, utf16};
use crate::ast::{Text, ValueKind};

pub(super) static BASE64: Definition = Definition {
    names: &["base64"],
    doc: "The value encoded as Base64.",
    apply: Apply::Value(|kind, context| {
        let (bytes, cased) = bytes(kind, context, "base64")?;
        Ok(ValueKind::Text { text: Text::literal(&encode(&bytes)), cased })
    }),
};

pub(super) static BASE64OFFSET: Definition = Definition {
    names: &["base64offset"],
    doc: "The value as it can stand inside of something encoded as Base64: three texts, one for \
          each position in a group of three bytes. To be followed by `contains`.",
    apply: Apply::Value(|kind, context| {
        let (bytes, cased) = bytes(kind, context, "base64offset")?;
        let forms = (0..3).map(|offset| {
            let text = Text::literal(&at_offset(&bytes, offset));
            ValueKind::Text { text, cased }
        });
        Ok(ValueKind::AnyOf(forms.collect()))
    }),
};

fn bytes(kind: ValueKind, context: &Context<'_>, name: &str) -> Result<(Vec<u8>, bool), Refusal> {
    if let Some(other) =
        context.before.iter().find(|m| matches!(**m, "contains" | "startswith" | "endswith"))
    {
        return Err(Refusal::order(format!("`{name}` after `{other}`"))
            .help(format!("write `{name}|{other}`: the value is encoded first")));
    }
    let (text, cased) = text(kind, name)?;
    let Some(literal) = text.as_literal() else {
        return Err(if text.has_wildcard() {
            Refusal::value("what has wildcards cannot be encoded")
                .help("an asterisk is written `\\*`, a question mark `\\?`")
        } else {
            Refusal::order(format!("`{name}` after a placeholder"))
        });
    };
    if literal.is_empty() {
        return Err(Refusal::value("there is nothing to encode"));
    }
    let wide = context.before.iter().any(|m| utf16::NAMES.contains(m));
    let bytes = if wide {
        literal.chars().map(|c| u8::try_from(u32::from(c)).unwrap_or(b'?')).collect()
    } else {
        literal.as_bytes().to_vec()
    };
    Ok((bytes, cased))
}

/// The characters that depend on nothing but the value when `offset` bytes stand before it.
fn at_offset(bytes: &[u8], offset: usize) -> String {
    const START: [usize; 3] = [0, 2, 3];
    let mut padded = vec![b' '; offset];
    padded.extend_from_slice(bytes);
    let encoded = encode(&padded);
    // The last group is incomplete: its padding, and the character with bits of what follows.
    let cut = match padded.len() % 3 {
        0 => 0,
        1 => 3,
        _ => 2,
    };
    encoded[START[offset]..encoded.len() - cut].to_owned()
}

fn encode(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let at = |n: usize| u32::from(group.get(n).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for n in 0..4 {
            if n <= group.len() {
                out.push(char::from(LETTERS[(bits >> (18 - 6 * n) & 63) as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encoding_is_that_of_the_standard() {
        for (text, expected) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(encode(text.as_bytes()), expected);
        }
    }

    #[test]
    fn each_offset_is_found_whatever_stands_around() {
        for length in 1..9 {
            let value = &b"http://x"[..length];
            for offset in 0..3 {
                for around in [0u8, 0x55, 0xff] {
                    let mut whole = vec![around; offset];
                    whole.extend_from_slice(value);
                    for tail in 0..3 {
                        let mut whole = whole.clone();
                        whole.extend(vec![around; tail]);
                        let part = at_offset(value, offset);
                        assert!(encode(&whole).contains(&part), "{part}");
                    }
                }
            }
        }
    }
}
