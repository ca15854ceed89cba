//! `urldecode(text)`.

use super::each;
use crate::scalar::{Context, Function};
use tripline_ir::Value;

/// `urldecode(text)`.
pub(super) static URLDECODE: Function = Function {
    name: "mv.urldecode",
    arity: (1, 1),
    doc: "Each `%XX` as the byte that it means; bytes that are no UTF-8 become replacement \
          characters. A `+` and a `%` without two hexadecimal digits stay.",
    examples: &[
        (r#"["a%20b%2Fc"]"#, r#""a b/c""#),
        (r#"["100%+%zz"]"#, r#""100%+%zz""#),
        (r#"["%C3%A4"]"#, r#""ä""#),
        ("[null]", "null"),
    ],
    eval: |_: &Context, args| each(&args[0], |text| Value::str(decode(text))),
};

fn decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |at: usize| bytes.get(at).and_then(|b| (*b as char).to_digit(16));
        match (bytes[at], hex(at + 1), hex(at + 2)) {
            (b'%', Some(high), Some(low)) => {
                out.push((high * 16 + low) as u8);
                at += 3;
            }
            (byte, ..) => {
                out.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}
