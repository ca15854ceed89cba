//! The standard text analyzer: what the words of a text are.
//!
//! One function for both sides: the lowering cuts a query into tokens with it, the kernels cut the
//! values that they test. Two copies would drift, and a phrase would silently stop matching.

/// Longest token in characters; what is longer is cut, as Elasticsearch's standard tokenizer does.
const LONGEST: usize = 255;

/// The tokens of a text, in order and in lower case.
///
/// Words follow the default word boundaries of Unicode (UAX #29) without its dictionaries: runs of
/// letters, digits and `_`; a `.`, `'` or `:` between two letters and a `.`, `,`, `'` or `;`
/// between two digits belong to the word; each ideograph and each Hiragana is a word of its own;
/// everything else separates. There are no stop words. A run without a letter or a digit is no
/// word.
///
/// ```
/// let tokens = tripline_ir::analyze;
/// assert_eq!(tokens("The 2 QUICK Brown-Foxes"), ["the", "2", "quick", "brown", "foxes"]);
/// assert_eq!(tokens("the dog's [Net.WebClient]::new()"), ["the", "dog's", "net.webclient", "new"]);
/// assert_eq!(tokens("10.0.0.1, v1.2 my_var $env:TEMP"), ["10.0.0.1", "v1.2", "my_var", "env:temp"]);
/// ```
pub fn analyze(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    for_each_token(text, |token| tokens.push(token.to_owned()));
    tokens
}

/// Calls `f` with each token of a text, as [`analyze`] returns them, without keeping them.
pub fn for_each_token(text: &str, mut f: impl FnMut(&str)) {
    let mut word = Word::default();
    let mut chars = text.chars().peekable();
    let mut last = Class::Other;
    while let Some(c) = chars.next() {
        let class = class(c);
        match class {
            Class::Extend => {
                // Marks and joiners belong to what they follow and change nothing else.
                if !word.is_empty() {
                    word.push(c);
                }
                continue;
            }
            Class::Ideograph => {
                word.end(&mut f);
                word.push(c);
                word.solid = true;
                // Marks after it still belong to it.
                while chars.peek().is_some_and(|c| self::class(*c) == Class::Extend) {
                    word.push(chars.next().expect("it was peeked"));
                }
                word.end(&mut f);
            }
            Class::Letter | Class::Digit | Class::Katakana | Class::Joiner => {
                if !joins(last, class) {
                    word.end(&mut f);
                }
                word.solid |= class != Class::Joiner;
                word.push(c);
                if word.length >= LONGEST {
                    word.end(&mut f);
                }
            }
            Class::MidLetter | Class::MidNumber | Class::MidBoth => {
                let next = chars
                    .clone()
                    .map(self::class)
                    .find(|c| *c != Class::Extend)
                    .unwrap_or(Class::Other);
                if !word.is_empty() && last == next && bridges(class, next) {
                    word.push(c);
                    // The neighbours are of one class, so the word goes on.
                    continue;
                }
                word.end(&mut f);
            }
            Class::Other => word.end(&mut f),
        }
        last = class;
    }
    word.end(&mut f);
}

/// The word that is being read.
#[derive(Default)]
struct Word {
    text: String,
    /// In characters.
    length: usize,
    /// Whether it has more than joiners.
    solid: bool,
}

impl Word {
    fn is_empty(&self) -> bool {
        self.length == 0
    }

    fn push(&mut self, c: char) {
        if c.is_ascii() {
            self.text.push(c.to_ascii_lowercase());
        } else {
            self.text.extend(c.to_lowercase());
        }
        self.length += 1;
    }

    fn end(&mut self, f: &mut impl FnMut(&str)) {
        if self.solid {
            f(&self.text);
        }
        self.text.clear();
        self.length = 0;
        self.solid = false;
    }
}

/// Whether a character of class `right` continues a word that ends with one of class `left`.
fn joins(left: Class, right: Class) -> bool {
    use Class::{Digit, Joiner, Katakana, Letter};
    matches!(
        (left, right),
        (Letter | Digit | Joiner, Letter | Digit | Joiner) | (Katakana | Joiner, Katakana | Joiner)
    )
}

/// Whether punctuation of this class stays inside a word between two characters of class `side`.
fn bridges(punctuation: Class, side: Class) -> bool {
    match side {
        Class::Letter => matches!(punctuation, Class::MidLetter | Class::MidBoth),
        Class::Digit => matches!(punctuation, Class::MidNumber | Class::MidBoth),
        _ => false,
    }
}

/// Word-break classes, as far as they matter here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Class {
    Letter,
    Digit,
    Katakana,
    Ideograph,
    /// `_` and other connectors.
    Joiner,
    /// Inside a word between letters.
    MidLetter,
    /// Inside a word between digits.
    MidNumber,
    /// Inside a word between letters or between digits.
    MidBoth,
    /// Combining marks, joiners, soft hyphens.
    Extend,
    Other,
}

fn class(c: char) -> Class {
    match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        '_' | '\u{202f}' | '\u{203f}' | '\u{2040}' | '\u{2054}' | '\u{ff3f}' => Class::Joiner,
        '.' | '\'' | '\u{2018}' | '\u{2019}' | '\u{2024}' | '\u{ff07}' | '\u{ff0e}' => {
            Class::MidBoth
        }
        ':' | '\u{b7}' | '\u{387}' | '\u{2027}' | '\u{ff1a}' => Class::MidLetter,
        ',' | ';' | '\u{37e}' | '\u{60c}' | '\u{2044}' | '\u{ff0c}' | '\u{ff1b}' => {
            Class::MidNumber
        }
        c if c.is_ascii() => Class::Other,
        '\u{300}'..='\u{36f}'
        | '\u{ad}'
        | '\u{200c}'..='\u{200f}'
        | '\u{20d0}'..='\u{20ff}'
        | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f3fb}'..='\u{1f3ff}' => Class::Extend,
        '\u{3041}'..='\u{309f}'
        | '\u{3005}'..='\u{3007}'
        | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}'
        | '\u{f900}'..='\u{faff}'
        | '\u{20000}'..='\u{323af}' => Class::Ideograph,
        '\u{30a1}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{ff66}'..='\u{ff9f}' => {
            Class::Katakana
        }
        c if c.is_alphabetic() => Class::Letter,
        c if c.is_numeric() => Class::Digit,
        _ => Class::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_those_of_the_standard_tokenizer() {
        let cases: &[(&str, &[&str])] = &[
            ("", &[]),
            ("  -- ... ", &[]),
            ("___", &[]),
            ("_a_", &["_a_"]),
            ("C:\\Windows\\cmd.exe /c", &["c", "windows", "cmd.exe", "c"]),
            ("a.b a..b a. .b", &["a.b", "a", "b", "a", "b"]),
            ("1,000.5 1.a a.1 a1.b", &["1,000.5", "1", "a", "a", "1", "a1", "b"]),
            ("you're 'favorite'", &["you're", "favorite"]),
            ("joe-bloggs@foo-bar.com", &["joe", "bloggs", "foo", "bar.com"]),
            ("ÉCOLE Straße", &["école", "straße"]),
            ("e\u{301}a", &["e\u{301}a"]),
            ("日本語 カタカナ", &["日", "本", "語", "カタカナ"]),
            ("a日b", &["a", "日", "b"]),
        ];
        for (text, expected) in cases {
            assert_eq!(&analyze(text), expected, "{text}");
        }
    }

    #[test]
    fn a_long_word_is_cut() {
        let tokens = analyze(&"x".repeat(600));
        assert_eq!(tokens.iter().map(String::len).collect::<Vec<_>>(), [255, 255, 90]);
    }
}
