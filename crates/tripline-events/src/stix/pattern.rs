//! STIX patterns, as far as they compare properties with values: `[ipv4-addr:value = '198.51.100.7'
//! OR (file:name = 'a.exe' AND file:hashes.'SHA-256' = '…')]`.
//!
//! What comes out are the alternatives, each with the comparisons that must hold together. What a
//! list of comparisons cannot say (an observation followed by another, qualifiers in time, `NOT`,
//! orders, regular expressions) is an error that names it.

/// A comparison: object type, property path, value. The path's parts are joined by `.`; parts that
/// pick an item of a list (`[0]`, `[*]`) are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Comparison {
    pub object: String,
    pub path: String,
    pub value: String,
}

/// More alternatives are not followed.
const MOST_ALTERNATIVES: usize = 1000;
/// Deeper parentheses are not followed.
const DEEPEST: usize = 32;

/// The alternatives of a pattern.
pub(super) fn alternatives(pattern: &str) -> Result<Vec<Vec<Comparison>>, String> {
    let tokens = tokens(pattern)?;
    let mut parser = Parser { tokens: &tokens, at: 0, depth: 0 };
    let all = parser.observations()?;
    match parser.peek() {
        None => Ok(all),
        Some(token) => Err(unsupported(token)),
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    /// A text in quotes: a value, or a part of a path.
    Text(String),
    /// A number or a bare word.
    Word(String),
    /// `[ ] ( ) : . , =` and operators.
    Sign(&'static str),
}

fn tokens(pattern: &str) -> Result<Vec<Token>, String> {
    let mut tokens = Vec::new();
    let mut chars = pattern.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        match c {
            _ if c.is_whitespace() => {}
            '\'' => {
                let mut text = String::new();
                loop {
                    match chars.next() {
                        Some((_, '\\')) => text.extend(chars.next().map(|(_, c)| c)),
                        Some((_, '\'')) => break,
                        Some((_, c)) => text.push(c),
                        None => return Err("a text in the pattern has no end".to_owned()),
                    }
                }
                tokens.push(Token::Text(text));
            }
            '!' | '<' | '>' | '=' => {
                let mut sign = c.to_string();
                if let Some((_, next)) = chars.next_if(|(_, next)| matches!(next, '=' | '>')) {
                    sign.push(next);
                }
                let known = ["=", "!=", "<>", "<", "<=", ">", ">="];
                let sign = known.into_iter().find(|known| **known == sign);
                tokens.push(Token::Sign(sign.unwrap_or("!=")));
            }
            '[' | ']' | '(' | ')' | ':' | '.' | ',' | '*' => {
                let signs = ["[", "]", "(", ")", ":", ".", ",", "*"];
                let sign = signs.into_iter().find(|sign| sign.starts_with(c));
                tokens.push(Token::Sign(sign.expect("the characters are those of the list")));
            }
            _ => {
                let mut end = start + c.len_utf8();
                // A dot belongs to a number, not to a name.
                let number = c.is_ascii_digit() || c == '-';
                while let Some((at, next)) = chars.next_if(|(_, next)| {
                    next.is_alphanumeric() || matches!(next, '_' | '-') || (number && *next == '.')
                }) {
                    end = at + next.len_utf8();
                }
                tokens.push(Token::Word(pattern[start..end].to_owned()));
            }
        }
    }
    Ok(tokens)
}

struct Parser<'t> {
    tokens: &'t [Token],
    at: usize,
    depth: usize,
}

type Alternatives = Vec<Vec<Comparison>>;

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self, sign: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Sign(s)) if *s == sign);
        self.at += usize::from(found);
        found
    }

    fn word(&mut self, word: &str) -> bool {
        let found = matches!(self.peek(), Some(Token::Word(w)) if w.eq_ignore_ascii_case(word));
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, sign: &str) -> Result<(), String> {
        if self.take(sign) { Ok(()) } else { Err(format!("the pattern lacks `{sign}`")) }
    }

    fn deeper<T>(&mut self, f: impl FnOnce(&mut Self) -> Result<T, String>) -> Result<T, String> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(format!("parentheses deeper than {DEEPEST}"));
        }
        let result = f(self);
        self.depth -= 1;
        result
    }

    /// Observations, any of which is enough.
    fn observations(&mut self) -> Result<Alternatives, String> {
        let mut all = self.observation()?;
        while self.word("OR") {
            all.extend(self.observation()?);
            limit(&all)?;
        }
        Ok(all)
    }

    fn observation(&mut self) -> Result<Alternatives, String> {
        if self.take("(") {
            let inner = self.deeper(Self::observations)?;
            self.expect(")")?;
            return Ok(inner);
        }
        if !self.take("[") {
            return Err(self.peek().map_or("the pattern is empty".to_owned(), unsupported));
        }
        let inner = self.disjunction()?;
        self.expect("]")?;
        Ok(inner)
    }

    fn disjunction(&mut self) -> Result<Alternatives, String> {
        let mut all = self.conjunction()?;
        while self.word("OR") {
            all.extend(self.conjunction()?);
            limit(&all)?;
        }
        Ok(all)
    }

    fn conjunction(&mut self) -> Result<Alternatives, String> {
        let mut all = self.comparison()?;
        while self.word("AND") {
            let more = self.comparison()?;
            if all.len().saturating_mul(more.len()) > MOST_ALTERNATIVES {
                return Err(too_many());
            }
            let both = |a: &Vec<Comparison>| -> Alternatives {
                more.iter().map(|b| a.iter().chain(b).cloned().collect()).collect()
            };
            all = all.iter().flat_map(both).collect();
        }
        Ok(all)
    }

    fn comparison(&mut self) -> Result<Alternatives, String> {
        if self.take("(") {
            let inner = self.deeper(Self::disjunction)?;
            self.expect(")")?;
            return Ok(inner);
        }
        let (object, path) = self.path()?;
        let one = |value| vec![Comparison { object: object.clone(), path: path.clone(), value }];
        if self.take("=") || self.word("ISSUBSET") {
            return Ok(vec![one(self.value()?)]);
        }
        if self.word("IN") {
            self.expect("(")?;
            let mut all = vec![one(self.value()?)];
            while self.take(",") {
                all.push(one(self.value()?));
                limit(&all)?;
            }
            self.expect(")")?;
            return Ok(all);
        }
        Err(self.peek().map_or("the pattern ends inside a comparison".to_owned(), unsupported))
    }

    /// `file:hashes.'SHA-256'`, `network-traffic:dst_ref.value`.
    fn path(&mut self) -> Result<(String, String), String> {
        let Some(Token::Word(object)) = self.peek().cloned() else {
            return Err(self.peek().map_or("the pattern ends early".to_owned(), unsupported));
        };
        self.at += 1;
        if object.eq_ignore_ascii_case("NOT") || object.eq_ignore_ascii_case("EXISTS") {
            return Err(unsupported(&Token::Word(object)));
        }
        self.expect(":")?;
        let mut path = String::new();
        loop {
            match self.peek().cloned() {
                Some(Token::Word(part) | Token::Text(part)) => path.push_str(&part),
                _ => return Err(format!("`{object}:` lacks the name of a property")),
            }
            self.at += 1;
            if self.take("[") {
                // The item of a list.
                self.at += 1;
                self.expect("]")?;
            }
            if !self.take(".") {
                return Ok((object, path));
            }
            path.push('.');
        }
    }

    fn value(&mut self) -> Result<String, String> {
        let value = match self.peek() {
            Some(Token::Text(text)) => text.clone(),
            Some(Token::Word(word)) => word.clone(),
            _ => return Err("a comparison lacks its value".to_owned()),
        };
        self.at += 1;
        // h'…', b'…' and t'…' are binary values and instants.
        match self.peek() {
            Some(Token::Text(_)) => Err(format!("values of the kind {value}'…' are not supported")),
            _ => Ok(value),
        }
    }
}

fn limit(all: &Alternatives) -> Result<(), String> {
    if all.len() > MOST_ALTERNATIVES { Err(too_many()) } else { Ok(()) }
}

fn too_many() -> String {
    format!("more than {MOST_ALTERNATIVES} alternatives")
}

fn unsupported(token: &Token) -> String {
    match token {
        Token::Word(word) => format!("`{word}` is not supported in a pattern"),
        Token::Sign(sign) => format!("`{sign}` is not supported in this place of a pattern"),
        Token::Text(text) => format!("'{text}' is not expected in this place of a pattern"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(pattern: &str) -> Result<String, String> {
        let all = alternatives(pattern)?;
        let one = |c: &Comparison| format!("{}:{}={}", c.object, c.path, c.value);
        let both = |all: &Vec<Comparison>| all.iter().map(one).collect::<Vec<_>>().join(" & ");
        Ok(all.iter().map(both).collect::<Vec<_>>().join(" | "))
    }

    #[test]
    fn alternatives_of_patterns() {
        for (pattern, expected) in [
            ("[ipv4-addr:value = '198.51.100.7']", "ipv4-addr:value=198.51.100.7"),
            ("[file:hashes.'SHA-256' = 'ab']", "file:hashes.SHA-256=ab"),
            (
                "[file:hashes.MD5='a' OR file:hashes.MD5='b']",
                "file:hashes.MD5=a | file:hashes.MD5=b",
            ),
            ("[a:b = 'x' AND (a:c = 'y' OR a:c = 'z')]", "a:b=x & a:c=y | a:b=x & a:c=z"),
            ("[a:b = 'x'] OR [a:b = 'y']", "a:b=x | a:b=y"),
            ("([a:b = 'x'] OR ([a:b = 'y']))", "a:b=x | a:b=y"),
            ("[a:b IN ('x', 'y')]", "a:b=x | a:b=y"),
            ("[ipv4-addr:value ISSUBSET '10.0.0.0/8']", "ipv4-addr:value=10.0.0.0/8"),
            ("[network-traffic:dst_ref.value = 'x']", "network-traffic:dst_ref.value=x"),
            ("[windows-registry-key:values[0].name = 'x']", "windows-registry-key:values.name=x"),
            ("[windows-registry-key:values[*].name = 'x']", "windows-registry-key:values.name=x"),
            (r"[file:name = 'it\'s\\x']", r"file:name=it's\x"),
            ("[autonomous-system:number = 64496]", "autonomous-system:number=64496"),
        ] {
            assert_eq!(shown(pattern).as_deref(), Ok(expected), "{pattern}");
        }
    }

    #[test]
    fn what_comparisons_cannot_say_is_named() {
        for (pattern, why) in [
            ("", "the pattern is empty"),
            ("[a:b = 'x'", "the pattern lacks `]`"),
            ("[a:b = 'x", "a text in the pattern has no end"),
            ("[a:b = 'x'] FOLLOWEDBY [a:b = 'y']", "`FOLLOWEDBY` is not supported in a pattern"),
            ("[a:b = 'x'] AND [a:b = 'y']", "`AND` is not supported in a pattern"),
            ("[a:b = 'x'] WITHIN 5 SECONDS", "`WITHIN` is not supported in a pattern"),
            ("[NOT a:b = 'x']", "`NOT` is not supported in a pattern"),
            ("[a:b NOT = 'x']", "`NOT` is not supported in a pattern"),
            ("[a:b LIKE 'x%']", "`LIKE` is not supported in a pattern"),
            ("[a:b > 5]", "`>` is not supported in this place of a pattern"),
            ("[a:b != 'x']", "`!=` is not supported in this place of a pattern"),
            ("[a:b = t'2020-01-01T00:00:00Z']", "values of the kind t'…' are not supported"),
            ("[a = 'x']", "the pattern lacks `:`"),
            ("[a:b =]", "a comparison lacks its value"),
            ("[a:b]", "`]` is not supported in this place of a pattern"),
        ] {
            assert_eq!(shown(pattern), Err(why.to_owned()), "{pattern}");
        }
    }

    #[test]
    fn large_patterns_are_refused() {
        let deep = format!("{}[a:b = 'x']{}", "(".repeat(5000), ")".repeat(5000));
        assert_eq!(shown(&deep), Err("parentheses deeper than 32".to_owned()));
        let wide = ["(a:b IN ('1','2','3','4','5','6','7','8','9','0'))"; 4].join(" AND ");
        assert_eq!(shown(&format!("[{wide}]")), Err("more than 1000 alternatives".to_owned()));
    }
}
