//! Hashes as the product's server makes them of lists (npm `object-hash`): SHA-1 over a text that
//! spells out types and lengths.

use sha1_smol::Sha1;
use std::fmt::Write;

/// What a plain object is made of before its own keys: the library walks up to the prototype of all
/// objects, and refers back to what it has seen by number. With lists around it as here, those
/// numbers are always the same.
const FIRST: &str = "string:9:__proto__:object:3:string:9:prototype:Undefined,string:9:__proto__:\
                     Null,string:11:constructor:fn:string:8:[native]string:20:function-name:Object\
                     object:0:,,";
const LATER: &str = "string:9:__proto__:string:12:[CIRCULAR:3],";
const CONSTRUCTOR: &str = "string:11:constructor:fn:string:8:[native]string:20:function-name:Objectstring:12:[CIRCULAR:4],";

/// The text that is hashed, part by part.
#[derive(Default)]
pub(super) struct Written {
    text: String,
}

impl Written {
    /// The head of a list of so many parts, which follow.
    pub(super) fn list(&mut self, len: usize) -> &mut Self {
        let _ = write!(self.text, "array:{len}:");
        self
    }

    /// A text. Its length is in UTF-16 units, as JavaScript counts.
    pub(super) fn string(&mut self, text: &str) -> &mut Self {
        let _ = write!(self.text, "string:{}:{text}", text.encode_utf16().count());
        self
    }

    /// An instant, nanoseconds since 1970, of which milliseconds count.
    pub(super) fn date(&mut self, nanoseconds: i64) -> &mut Self {
        self.text.push_str("date:");
        self.text.push_str(&millis(nanoseconds));
        self
    }

    /// The list of the fields and values by which alerts are suppressed. `lists`: a single value is
    /// a list of one.
    pub(super) fn terms(&mut self, terms: &[(String, Vec<String>)], lists: bool) -> &mut Self {
        self.list(terms.len());
        for (at, (field, values)) in terms.iter().enumerate() {
            self.text.push_str("object:5:string:9:prototype:Undefined,");
            self.text.push_str(if at == 0 { FIRST } else { LATER });
            self.text.push_str(CONSTRUCTOR);
            self.string("field");
            self.text.push(':');
            self.string(field);
            self.text.push(',');
            self.string("value");
            self.text.push(':');
            match values.as_slice() {
                [] => self.text.push_str("Null"),
                [one] if !lists => {
                    self.string(one);
                }
                several => {
                    self.list(several.len());
                    for value in several {
                        self.string(value);
                    }
                }
            }
            self.text.push(',');
        }
        self
    }

    /// The hash, in hexadecimal.
    pub(super) fn hash(&self) -> String {
        Sha1::from(&self.text).digest().to_string()
    }
}

/// An instant with milliseconds, whatever it has: `2024-05-14T09:00:00.123Z`.
fn millis(nanoseconds: i64) -> String {
    let millis = nanoseconds.div_euclid(1_000_000);
    let time = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn term(field: &str, values: &[&str]) -> (String, Vec<String>) {
        (field.to_owned(), values.iter().map(|v| (*v).to_owned()).collect())
    }

    /// Against version 3.0.0 of the library.
    #[test]
    fn hashes_of_the_library() {
        let list = |texts: &[&str]| {
            let mut written = Written::default();
            written.list(texts.len());
            for text in texts {
                written.string(text);
            }
            written.hash()
        };
        assert_eq!(list(&["a", "b"]), "261a8a5c1c3774f3e2f341cd3a5aee290f30f049");

        let instance = |terms: &[(String, Vec<String>)]| {
            let mut written = Written::default();
            written.list(3).terms(terms, true).string("r").string("default");
            written.hash()
        };
        let host = term("host.name", &["a"]);
        for (terms, expected) in [
            (vec![host.clone()], "cd8cfe61bd014907183be65db472f4b0abfa26e1"),
            (vec![term("host.name", &[])], "036f34171c203b639b6b6891f860bd143804f42b"),
            (vec![host, term("u", &[])], "07cbc9870c46e46a7a6edb7b3a87d60803454b68"),
        ] {
            assert_eq!(instance(&terms), expected);
        }

        let bucket = |terms: &[(String, Vec<String>)]| {
            let mut written = Written::default();
            written.list(7);
            for text in ["i", "e", "1", "default:r"] {
                written.string(text);
            }
            written.terms(terms, false).date(0).date(1_715_677_200_123_000_000);
            written.hash()
        };
        for (terms, expected) in [
            (vec![term("host.name", &["a"])], "98235c9f8fcd3282f3727338e77d5af99e577c39"),
            (vec![], "0395420bcba97d199f61a729a45fc78e3788ceee"),
            (
                vec![term("host.name", &["a", "b"]), term("u", &["x"])],
                "8a9ec77653d1b335932b588f8ab6f64c4fe3d6ef",
            ),
        ] {
            assert_eq!(bucket(&terms), expected);
        }
    }

    #[test]
    fn a_list_in_a_list() {
        let mut written = Written::default();
        written.list(5);
        for text in ["i", "e", "1", "default:r"] {
            written.string(text);
        }
        written.list(2).string("x").string("y");
        assert_eq!(written.hash(), "e2f3598c9228773a0612f5f450e1e9143b98357f");
    }
}
