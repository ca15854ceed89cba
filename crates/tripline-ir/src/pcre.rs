//! Regular expressions: from PCRE, which SPL and Sigma use, to the linear-time syntax of the `regex`
//! crate.
//!
//! Both agree on nearly everything that rules use. Translated here: braces that are no repetition
//! are literal in PCRE, a bracket inside a class is literal, `\/` and other escapes of plain
//! characters, `\h`, `\R`, `\Z`, possessive quantifiers where they change nothing. Lookaround, back
//! references, atomic groups, `\K`, recursion and conditions cannot be expressed.

/// Why an expression cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// It needs backtracking; what.
    Backtracking(&'static str),
    /// It is not valid; why.
    Invalid(String),
}

/// The expression in the syntax of the `regex` crate.
pub fn translate(pattern: &str) -> Result<String, Refusal> {
    let mut out = String::with_capacity(pattern.len() + 8);
    let chars: Vec<char> = pattern.chars().collect();
    let mut at = 0;
    // Where a class starts, to know that a `]` there is literal.
    let mut class: Option<usize> = None;
    while at < chars.len() {
        let c = chars[at];
        match c {
            '\\' => at = escape(&chars, at, class.is_some(), &mut out)?,
            '[' if class.is_none() => {
                out.push('[');
                at += 1;
                if chars.get(at) == Some(&'^') {
                    out.push('^');
                    at += 1;
                }
                class = Some(at);
            }
            '[' => {
                // A POSIX class goes through; any other bracket in a class is literal.
                let posix = chars.get(at + 1) == Some(&':');
                let end = chars[at..].windows(2).position(|w| w == [':', ']']).filter(|n| *n > 1);
                if let (true, Some(end)) = (posix, end) {
                    out.extend(&chars[at..at + end + 2]);
                    at += end + 2;
                } else {
                    out.push_str("\\[");
                    at += 1;
                }
            }
            ']' if class == Some(at) => {
                out.push_str("\\]");
                at += 1;
            }
            ']' if class.is_some() => {
                class = None;
                out.push(']');
                at += 1;
            }
            // `&&`, `--` and `~~` are set operations in the target, plain text in PCRE.
            '&' | '~' if class.is_some() => {
                out.push('\\');
                out.push(c);
                at += 1;
            }
            '-' if class.is_some() => {
                let doubled = chars.get(at + 1) == Some(&'-')
                    || at.checked_sub(1).is_some_and(|n| chars[n] == '-');
                out.push_str(if doubled { "\\-" } else { "-" });
                at += 1;
            }
            '(' if class.is_none() => at = group(&chars, at, &mut out)?,
            '{' if class.is_none() => at = brace(&chars, at, &mut out),
            '}' if class.is_none() => {
                out.push_str("\\}");
                at += 1;
            }
            '*' | '+' | '?' if class.is_none() => {
                out.push(c);
                at += 1;
                // Possessive: without backtracking it is the greedy one, or could match less.
                if chars.get(at) == Some(&'+') {
                    return Err(Refusal::Backtracking("a possessive quantifier"));
                }
                if c != '?' && chars.get(at) == Some(&'?') {
                    out.push('?');
                    at += 1;
                }
            }
            _ => {
                out.push(c);
                at += 1;
            }
        }
    }
    match regex_syntax::Parser::new().parse(&out) {
        Ok(_) => Ok(out),
        Err(error) => {
            let text = error.to_string();
            let reason = text.lines().last().unwrap_or("").trim();
            Err(Refusal::Invalid(reason.trim_start_matches("error: ").to_owned()))
        }
    }
}

fn group(chars: &[char], at: usize, out: &mut String) -> Result<usize, Refusal> {
    let rest: String = chars[at + 1..].iter().take(4).collect();
    for (start, what) in [
        ("?=", "lookahead"),
        ("?!", "negative lookahead"),
        ("?<=", "lookbehind"),
        ("?<!", "negative lookbehind"),
        ("?>", "an atomic group"),
        ("?R", "recursion"),
        ("?(", "a condition"),
        ("?|", "a branch reset"),
        ("?P=", "a back reference"),
        ("?P>", "recursion"),
        ("?&", "recursion"),
    ] {
        if rest.starts_with(start) {
            return Err(Refusal::Backtracking(what));
        }
    }
    if rest.starts_with("?#") {
        let end = chars[at..].iter().position(|c| *c == ')').unwrap_or(chars.len() - at - 1);
        return Ok(at + end + 1);
    }
    if rest.starts_with("?'") {
        out.push_str("(?<");
        let name = chars[at + 3..].iter().take_while(|c| **c != '\'').collect::<String>();
        out.push_str(&name);
        out.push('>');
        return Ok((at + 3 + name.chars().count() + 1).min(chars.len()));
    }
    out.push('(');
    if rest.starts_with('?') {
        out.push('?');
        return Ok(at + 2);
    }
    Ok(at + 1)
}

/// `{2}`, `{2,}` and `{2,5}` repeat; any other brace is literal.
fn brace(chars: &[char], at: usize, out: &mut String) -> usize {
    let body: String = chars[at + 1..].iter().take_while(|c| **c != '}').collect();
    let closed = chars.get(at + 1 + body.chars().count()) == Some(&'}');
    let (low, high) = body.split_once(',').unwrap_or((&body, ""));
    let digits = |t: &str| t.bytes().all(|b| b.is_ascii_digit());
    if closed && !low.is_empty() && digits(low) && digits(high) && !out.is_empty() {
        out.push('{');
        out.push_str(&body);
        out.push('}');
        return at + body.chars().count() + 2;
    }
    out.push_str("\\{");
    at + 1
}

fn escape(chars: &[char], at: usize, class: bool, out: &mut String) -> Result<usize, Refusal> {
    let Some(c) = chars.get(at + 1).copied() else {
        // A lone backslash at the end; PCRE refuses it, and so does the target.
        out.push('\\');
        return Ok(at + 1);
    };
    match c {
        '1'..='9' | 'g' | 'k' if !class => return Err(Refusal::Backtracking("a back reference")),
        'K' if !class => return Err(Refusal::Backtracking("`\\K`")),
        'h' => out.push_str(if class { " \\t" } else { "[ \\t]" }),
        'R' if !class => out.push_str("(?:\\r\\n|\\n|\\r)"),
        'Z' if !class => out.push_str("\\n?\\z"),
        'e' => out.push_str("\\x1B"),
        // Escapes that both know, with what follows them.
        'A' | 'z' | 'b' | 'B' | 'd' | 'D' | 's' | 'S' | 'w' | 'W' | 'n' | 'r' | 't' | 'f' | 'v'
        | 'a' | 'x' | 'u' | 'p' | 'P' => {
            out.push('\\');
            out.push(c);
            if matches!(c, 'x' | 'p' | 'P') && chars.get(at + 2) == Some(&'{') {
                let body: String = chars[at + 2..].iter().take_while(|c| **c != '}').collect();
                out.push_str(&body);
                return Ok(at + 2 + body.chars().count() + copy_close(chars, at + 2, &body, out));
            }
        }
        'Q' => {
            let rest: String = chars[at + 2..].iter().collect();
            let body = rest.split("\\E").next().unwrap_or(&rest);
            out.push_str(&regex_syntax::escape(body));
            let end = at + 2 + body.chars().count();
            return Ok(if body.len() < rest.len() { end + 2 } else { end });
        }
        c if c.is_alphanumeric() => {
            // An escape without a meaning stands for the letter.
            out.push(c);
        }
        c if c.is_ascii()
            && !c.is_ascii_control()
            && !c.is_whitespace()
            && !matches!(c, '<' | '>') =>
        {
            out.push('\\');
            out.push(c);
        }
        c => out.push(c),
    }
    Ok(at + 2)
}

fn copy_close(chars: &[char], from: usize, body: &str, out: &mut String) -> usize {
    let closed = chars.get(from + body.chars().count()) == Some(&'}');
    if closed {
        out.push('}');
    }
    usize::from(closed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_differs_is_translated() {
        for (pcre, expected) in [
            (r"cmd\.exe", r"cmd\.exe"),
            (r"(?<name>a)(?P<b>c)", r"(?<name>a)(?P<b>c)"),
            (r"^%{|^#", r"^%\{|^#"),
            (r"{.*?}", r"\{.*?\}"),
            (r"a{2}b{2,}c{2,3}", r"a{2}b{2,}c{2,3}"),
            (r"\/tmp\/\x{202E}", r"\/tmp\/\x{202E}"),
            (r"[\-|\/]", r"[\-|\/]"),
            (r"[[a]", r"[\[a]"),
            (r"[]a]", r"[\]a]"),
            (r"[a&&b]", r"[a\&\&b]"),
            (r"|INX||HTM", r"|INX||HTM"),
            (r"\Qa.b\E.", r"a\.b."),
            (r"(?i)\btest\Z", r"(?i)\btest\n?\z"),
            ("\\\"x\\\"", "\\\"x\\\""),
            (r"\_\y", r"\_y"),
        ] {
            assert_eq!(translate(pcre).as_deref(), Ok(expected), "{pcre}");
        }
    }

    #[test]
    fn what_needs_backtracking_or_is_invalid_is_refused() {
        for pcre in
            [r"(?=a)", r"(?!a)", r"(?<=a)b", r"(?<!a)b", r"(a)\1", r"(?>a)", r"a++", r"a\Kb"]
        {
            assert!(matches!(translate(pcre), Err(Refusal::Backtracking(_))), "{pcre}");
        }
        for pcre in ["(", "[a", "a)", "*", "\\", "(?'", "\\x{", "\\Q("] {
            let _ = translate(pcre);
        }
        assert_eq!(translate("(a"), Err(Refusal::Invalid("unclosed group".to_owned())));
    }
}
