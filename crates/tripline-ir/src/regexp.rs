//! Lucene's regular expressions in the syntax of the `regex` crate.
//!
//! All of Lucene's optional operators are on, as in `regexp` and `query_string` queries and in EQL:
//! besides the usual ones there are `@` (any text), `#` (no text at all), `"…"` (letters as they
//! are), `<1-9>` (numbers), `~` (complement) and `&` (intersection); the last three are refused. `^`
//! and `$` are ordinary characters, the dot matches a line break, and there is no lazy repetition:
//! `a*?` is an optional `a*`.

/// How deep groups may be nested.
const DEEPEST: usize = 50;
/// Larger counts make automata that nobody wants.
const MOST_REPEATS: u32 = 1000;

/// Whether nothing in it is an operator.
pub fn is_literal(pattern: &str) -> bool {
    !pattern.contains([
        '.', '?', '+', '*', '|', '{', '}', '[', ']', '(', ')', '"', '\\', '#', '@', '&', '<', '>',
        '~',
    ])
}

/// The translation, or what is wrong.
pub fn translate(pattern: &str) -> Result<String, String> {
    let mut parser = Parser { chars: pattern.chars().collect(), at: 0, depth: 0, dot: false };
    let body = parser.union()?;
    if parser.at < parser.chars.len() {
        return Err(format!("`{}` closes nothing", parser.chars[parser.at]));
    }
    // The dot matches a line break, too.
    Ok(if parser.dot { format!("(?s){body}") } else { body })
}

struct Parser {
    chars: Vec<char>,
    at: usize,
    depth: usize,
    dot: bool,
}

impl Parser {
    fn peek(&self) -> Option<char> {
        self.chars.get(self.at).copied()
    }

    fn eat(&mut self, wanted: char) -> bool {
        let found = self.peek() == Some(wanted);
        self.at += usize::from(found);
        found
    }

    fn union(&mut self) -> Result<String, String> {
        let mut out = self.sequence()?;
        while self.eat('|') {
            out.push('|');
            out.push_str(&self.sequence()?);
        }
        Ok(out)
    }

    fn sequence(&mut self) -> Result<String, String> {
        let mut out = String::new();
        while let Some(c) = self.peek() {
            if matches!(c, '|' | ')') {
                break;
            }
            if c == '&' {
                return Err("`&` (intersection) is not supported yet".to_owned());
            }
            let atom = self.atom()?;
            out.push_str(&self.repeated(atom)?);
        }
        Ok(out)
    }

    /// Each repetition applies to all before it, so each gets a group of its own.
    fn repeated(&mut self, mut atom: String) -> Result<String, String> {
        let mut repeats = 0;
        loop {
            let operator = match self.peek() {
                Some(c @ ('?' | '*' | '+')) => {
                    self.at += 1;
                    c.to_string()
                }
                Some('{') => self.count()?,
                _ => return Ok(atom),
            };
            repeats += 1;
            if repeats > DEEPEST {
                return Err("too many repetitions in a row".to_owned());
            }
            atom = if repeats > 1 || atom.is_empty() {
                format!("(?:{atom}){operator}")
            } else {
                format!("{atom}{operator}")
            };
        }
    }

    fn count(&mut self) -> Result<String, String> {
        self.at += 1;
        let least = self.digits();
        let most = if self.eat(',') { Some(self.digits()) } else { None };
        let closed = self.eat('}');
        let bad = || "`{` starts a count: `{2}`, `{2,}` or `{2,5}`".to_owned();
        let least: u32 = least.parse().map_err(|_| bad())?;
        if !closed {
            return Err(bad());
        }
        let limit = |n: u32| {
            if n > MOST_REPEATS {
                Err(format!("more than {MOST_REPEATS} repetitions"))
            } else {
                Ok(n)
            }
        };
        limit(least)?;
        match most.as_deref() {
            None => Ok(format!("{{{least}}}")),
            Some("") => Ok(format!("{{{least},}}")),
            Some(most) => {
                let most = limit(most.parse().map_err(|_| bad())?)?;
                if most < least {
                    return Err(format!("`{{{least},{most}}}` counts down"));
                }
                Ok(format!("{{{least},{most}}}"))
            }
        }
    }

    fn digits(&mut self) -> String {
        let mut digits = String::new();
        while let Some(c) = self.peek().filter(char::is_ascii_digit) {
            digits.push(c);
            self.at += 1;
        }
        digits
    }

    /// One unit to which a repetition applies.
    fn atom(&mut self) -> Result<String, String> {
        let Some(c) = self.peek() else { return Ok(String::new()) };
        self.at += 1;
        Ok(match c {
            '.' => {
                self.dot = true;
                ".".to_owned()
            }
            '@' => {
                self.dot = true;
                "(?:.*)".to_owned()
            }
            '#' => r"[^\s\S]".to_owned(),
            '(' => self.group()?,
            '[' => self.class()?,
            '"' => self.quoted()?,
            '\\' => match self.peek() {
                Some(letter) => {
                    self.at += 1;
                    shorthand(letter).map_or_else(|| escape(letter), str::to_owned)
                }
                None => return Err("nothing follows the last backslash".to_owned()),
            },
            '~' => return Err("`~` (complement) is not supported yet".to_owned()),
            '<' => return Err("`<…>` (number range) is not supported yet".to_owned()),
            '?' | '*' | '+' | '{' => return Err(format!("`{c}` repeats nothing")),
            c => escape(c),
        })
    }

    fn group(&mut self) -> Result<String, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("more than {DEEPEST} groups inside each other"));
        }
        let inner = self.union()?;
        self.depth -= 1;
        if !self.eat(')') {
            return Err("`(` has no `)`".to_owned());
        }
        Ok(format!("(?:{inner})"))
    }

    fn quoted(&mut self) -> Result<String, String> {
        let mut out = String::from("(?:");
        loop {
            match self.peek() {
                None => return Err("`\"` has no second `\"`".to_owned()),
                Some('"') => {
                    self.at += 1;
                    out.push(')');
                    return Ok(out);
                }
                Some(c) => {
                    self.at += 1;
                    out.push_str(&escape(c));
                }
            }
        }
    }

    fn class(&mut self) -> Result<String, String> {
        let mut out = String::from("[");
        if self.eat('^') {
            out.push('^');
        }
        let mut members = 0;
        loop {
            let Some(c) = self.peek() else { return Err("`[` has no `]`".to_owned()) };
            if c == ']' && members > 0 {
                self.at += 1;
                out.push(']');
                return Ok(out);
            }
            members += 1;
            self.at += 1;
            let (low, class) = self.member(c)?;
            if let Some(class) = class {
                out.push_str(class);
                continue;
            }
            let range = self.peek() == Some('-')
                && self.chars.get(self.at + 1).is_some_and(|next| *next != ']');
            if !range {
                out.push_str(&escape(low));
                continue;
            }
            self.at += 1;
            let next = self.peek().unwrap_or(low);
            self.at += 1;
            let (high, class) = self.member(next)?;
            if class.is_some() || high < low {
                return Err(format!("`{low}-{next}` is no range"));
            }
            out.extend([escape(low), "-".to_owned(), escape(high)]);
        }
    }

    /// A character of a class, or a shorthand for a class.
    fn member(&mut self, c: char) -> Result<(char, Option<&'static str>), String> {
        if c != '\\' {
            return Ok((c, None));
        }
        let letter = self.peek().ok_or("nothing follows the last backslash")?;
        self.at += 1;
        Ok((letter, shorthand(letter)))
    }
}

/// `\d` and its like mean ASCII.
fn shorthand(letter: char) -> Option<&'static str> {
    Some(match letter {
        'd' => "[0-9]",
        'D' => "[^0-9]",
        's' => "[ \\t\\n\\r]",
        'S' => "[^ \\t\\n\\r]",
        'w' => "[0-9A-Za-z_]",
        'W' => "[^0-9A-Za-z_]",
        _ => return None,
    })
}

fn escape(c: char) -> String {
    match c {
        '\n' => "\\n".to_owned(),
        '\r' => "\\r".to_owned(),
        '\t' => "\\t".to_owned(),
        c if c.is_ascii_punctuation() && !matches!(c, '_' | '<' | '>') => format!("\\{c}"),
        c => c.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::{is_literal, translate};

    #[test]
    fn translations() {
        for (lucene, expected) in [
            ("[a-z]+\\.exe", "[a-z]+\\.exe"),
            ("^a$", "\\^a\\$"),
            ("a.*?b", "(?s)a(?:.*)?b"),
            ("(a|b){2,}", "(?:a|b){2,}"),
            ("\"a.b\"*", "(?:a\\.b)*"),
            ("[^\\\"-]@", "(?s)[^\\\"\\-](?:.*)"),
            ("\\w+\\-[\\d.]", "[0-9A-Za-z_]+\\-[[0-9]\\.]"),
            ("[ʰ-˿ᴬ-ᶻ]", "[ʰ-˿ᴬ-ᶻ]"),
            ("#|x", "[^\\s\\S]|x"),
            ("a{3}", "a{3}"),
        ] {
            assert_eq!(translate(lucene).as_deref(), Ok(expected), "{lucene}");
        }
    }

    #[test]
    fn what_is_wrong_is_said() {
        for (lucene, expected) in [
            ("(a", "`(` has no `)`"),
            ("a)", "`)` closes nothing"),
            ("[a", "`[` has no `]`"),
            ("*a", "`*` repeats nothing"),
            ("a{5,2}", "`{5,2}` counts down"),
            ("[z-a]", "`z-a` is no range"),
            ("a&b", "`&` (intersection) is not supported yet"),
            ("~(a)", "`~` (complement) is not supported yet"),
            ("<1-9>", "`<…>` (number range) is not supported yet"),
            ("a\\", "nothing follows the last backslash"),
        ] {
            assert_eq!(translate(lucene).unwrap_err(), expected, "{lucene}");
        }
        assert!(translate(&"(".repeat(10_000)).is_err());
    }

    #[test]
    fn literals() {
        assert!(is_literal("cmd_exe-1$^"));
        assert!(!is_literal("cmd.exe"));
    }
}
