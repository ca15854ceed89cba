//! The analyzer of script texts: what the words of a PowerShell script are.
//!
//! Elastic's Windows integration and Winlogbeat cut the text of script blocks not with the standard
//! analyzer but at the pattern `[\W&&[^-]]+`, without regard to case: words are runs of ASCII
//! letters, digits, `_` and `-`. So `Invoke-Mimikatz` is one word, and `Net.WebClient` is found in
//! `System.Net.WebClient`. A regular expression on the whole text says exactly the same as a test
//! on its words.

use crate::{Case, Test};

/// What separates words, as a class of a regular expression.
const BETWEEN: &str = "[^A-Za-z0-9_-]";
/// Any text inside a word.
const WITHIN: &str = "[A-Za-z0-9_-]*";
/// One character of a word.
const ONE: &str = "[A-Za-z0-9_-]";

/// Whether a field's text is cut so.
pub fn is_script(field: &str) -> bool {
    field == "powershell.file.script_block_text"
}

/// The words of a text, in order and in lower case.
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !(c.is_ascii() && is_word(c as u8)))
        .filter(|word| !word.is_empty())
        .map(str::to_ascii_lowercase)
        .collect()
}

/// A pattern over one word (`*` any text, `?` one character if `question` says so) as an operand of
/// [`find`]. None: no word can have these characters.
pub fn pattern(text: &str, question: bool) -> Option<String> {
    let fits = text.bytes().all(|b| is_word(b) || b == b'*' || question && b == b'?');
    fits.then(|| text.replace('*', WITHIN).replace('?', ONE))
}

/// Text that has these words side by side (`phrase`), or one of them. None without words.
pub fn find(words: &[String], phrase: bool) -> Option<Test> {
    if words.is_empty() {
        return None;
    }
    let body = if phrase {
        words.join(&format!("{BETWEEN}+"))
    } else {
        format!("(?:{})", words.join("|"))
    };
    let pattern = format!("(?:^|{BETWEEN}){body}(?:{BETWEEN}|$)");
    Some(Test::Regex { patterns: vec![pattern.into()], case: Case::Ascii, anchored: false })
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_patterns_of_scripts() {
        assert_eq!(
            words("[Net.WebClient]::New-Object $x_1é"),
            ["net", "webclient", "new-object", "x_1"]
        );
        assert_eq!(pattern("Get-A*", true).as_deref(), Some("Get-A[A-Za-z0-9_-]*"));
        assert_eq!(pattern("a?", true).as_deref(), Some("a[A-Za-z0-9_-]"));
        assert_eq!(pattern("a?", false), None);
        assert!(find(&[], true).is_none());
    }
}
