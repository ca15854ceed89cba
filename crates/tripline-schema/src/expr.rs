//! The small language of mapping files: how a field comes from the record.
//!
//! ```text
//! id.resp_h                                   a raw field
//! `odd name`                                  a raw field with characters outside [A-Za-z0-9_.@{}-]
//! 'network'                                   a constant
//! ['connection', 'start']                     a constant of several values
//! lower(basename(Image))                      a function
//! table(conn_state, 'event_type')             a lookup in the mapping's [tables.event_type]
//! if(Initiated, 'true', 'egress', 'ingress')  a choice: field, value, then, else
//! ```
//! No user functions, no recursion, no arithmetic: a mapping stays a table that people can check.

use std::fmt;
use std::sync::Arc;

/// How a field comes from the record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum MapExpr {
    /// A raw field, by its path.
    Raw(Arc<str>),
    /// Constant values.
    Const(Vec<Arc<str>>),
    /// A function of others.
    Call(MapFunction, Vec<MapExpr>),
}

macro_rules! functions {
    ($($variant:ident $name:literal $min:literal..=$max:literal $doc:literal,)*) => {
        /// A function of the mapping language. Unless its page says otherwise, a function of an
        /// absent value is absent, and a function of several values is applied to each.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum MapFunction { $(#[doc = $doc] $variant,)* }

        impl MapFunction {
            /// All functions: name, arguments (fewest, most), documentation.
            pub const ALL: &'static [(Self, &'static str, usize, usize, &'static str)] =
                &[$((Self::$variant, $name, $min, $max, $doc),)*];
        }
    };
}

functions! {
    Coalesce "coalesce" 1..=99 "The first argument that is not absent.",
    Concat "concat" 1..=99 "The texts one after the other; absent if one is. Of several values the first counts.",
    Basename "basename" 1..=1 "What follows the last `\\` or `/`; absent where there is none.",
    Filename "filename" 1..=1 "What follows the last `\\` or `/`, or the whole.",
    Dirname "dirname" 1..=1 "What precedes the last `\\` or `/`; absent where there is none.",
    Extension "extension" 1..=1 "What follows the last `.` of the file name; absent where there is none.",
    Lower "lower" 1..=1 "In lower case.",
    Upper "upper" 1..=1 "In upper case.",
    Split "split" 2..=2 "Several values, cut at each occurrence of the second argument.",
    Part "part" 3..=3 "The n-th part (0 first, -1 last) when cut at the second argument; absent outside.",
    Strip "strip" 2..=2 "Without the characters of the second argument at both ends.",
    Hex "hex" 1..=1 "A number: `0x1f4` becomes 500, a decimal number stays.",
    Table "table" 2..=3 "`table(x, 'name')`: the values in a table of the mapping file for `x` (exact, then without case); a third argument is the default where the table or `x` has nothing, otherwise absent.",
    If "if" 4..=4 "`if(x, 'value', then, else)`: compares without case; an absent `x` gives absent; of several values one must be equal.",
    IfExists "if_exists" 3..=3 "`if_exists(x, then, else)`.",
    Default "default" 2..=2 "The first argument, or the second where it is absent or empty.",
    Number "number" 1..=1 "The number that it is; absent where it is none.",
    NumberOr "number_or" 2..=2 "The number that it is, or the second argument.",
    Sum "sum" 2..=9 "The sum of numbers; absent if one is absent or no number.",
    Multiply "multiply" 2..=2 "The product of a number with a constant, rounded to a whole number.",
    Keys "kv" 2..=2 "`kv(Hashes, 'SHA256')`: the value of a key in `K=V,K=V`, lower case, all-zero values absent.",
    Args "windows_args" 1..=1 "The arguments of a Windows command line: quotes removed, `\\\"` kept as a quote.",
    ArgsQuoted "quoted_args" 1..=1 "The parts of a command line between blanks outside quotes, quotes kept.",
    Count "count" 1..=1 "How many values; absent for none.",
    First "first" 1..=1 "The first value.",
    Item "item" 2..=2 "`item(x, '0')`: the n-th of several values, the first is 0; absent outside.",
    Line "line" 2..=2 "`line(ContextInfo, 'Host Application')`: of text with lines `Key=value`, the value of a key (without case and blanks); lines that have no key belong to the one before.",
    Flags "flags" 2..=2 "`flags(x, 'name')`: the values of those rows of a table of the mapping file whose key, a number, has no bits that the number `x` lacks.",
    ScriptStat "script_stat" 2..=2 "`script_stat(x, 'entropy')`: of a script without its signature the Shannon entropy of its characters in bits, the standard deviation of their `surprisal`, its `length` in UTF-16 units, or how many different characters (`symbols`) it has.",
    Unbrace "unbrace" 1..=1 "Without `{` and `}` around it.",
    Brace "brace" 1..=1 "With `{` and `}` around it, upper case.",
    Ip "ip" 1..=1 "An IP address in its shortest form; `::ffff:` stripped; absent where it is none.",
    RegistryHive "registry_hive" 1..=1 "`HKLM`, `HKU` … of a registry path.",
    RegistryKey "registry_key" 1..=1 "A registry path without its hive.",
    RegistryData "registry_data" 1..=1 "Sysmon's Details as data strings: `DWORD (0x00000001)` becomes `1`.",
    RegistryType "registry_type" 1..=1 "The registry type that Sysmon's Details imply.",
    DnsIps "dns_ips" 1..=1 "The addresses in Sysmon's QueryResults.",
    DnsAnswers "dns_answers" 1..=1 "The answers in Sysmon's QueryResults.",
    Outcome "outcome" 1..=1 "`success` or `failure` of a Windows event's Keywords, in hexadecimal, as a number (NXLog writes it signed) or as text.",
    Present "present" 1..=1 "The value, unless it says nothing: empty, `-`, or a GUID of zeros.",
    Replace "replace" 3..=3 "With each occurrence of the second argument replaced by the third.",
    InParens "in_parens" 1..=1 "What stands between the first `(` and the last `)`, or the whole: `DWORD (0x00000001)` is `0x00000001`.",
    IfPrefix "if_prefix" 4..=4 "`if_prefix(x, 'start', then, else)`: compares without case; an absent `x` gives absent.",
    Prefix "prefix_before" 2..=2 "What precedes the first occurrence of the second argument, or the whole.",
    Append "append" 1..=99 "All values of all arguments, one after the other.",
    Epoch "epoch" 1..=1 "An instant (ISO 8601 or epoch) as epoch seconds with microseconds.",
    AssetCategory "asset_category" 1..=1 "The categories of an address in the run's asset table (longest prefix wins); absent without a table.",
    IsPrivate "if_private" 3..=3 "`if_private(ip, then, else)`: then if the address is in a private network (RFC 1918, RFC 4193, loopback, link-local); absent where it is none.",
    IfContains "if_contains" 4..=4 "`if_contains(x, 'text', then, else)`: compares without case; an absent `x` gives absent.",
    Json "json" 2..=2 "`json(x, 'a.b')`: what stands at a path in a JSON text (a raw field that holds an object is its text). Lists on the way give a value for each element; a number in the path takes that element of a list, or of several values. Objects are JSON text again, nulls are absent.",
    Named "named" 4..=4 "`named(x, 'Name', 'Size', 'Value')`: of objects in JSON text, the `Value` of those whose `Name` is `Size`. Blanks and dots count as `_` in names; several members can be named, cut at blanks: `'value boolValue'`.",
    Braces "braces" 1..=1 "A JSON text as Java prints a map: `{a=1, b=[x, y]}`, without what is empty.",
}

impl MapFunction {
    /// The function of that name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|f| f.1 == name).map(|f| f.0)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|f| f.0 == self).map_or("", |f| f.1)
    }
}

/// A mapping expression that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    /// Byte offset.
    pub at: usize,
    /// What is wrong.
    pub message: String,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at column {}", self.message, self.at + 1)
    }
}

impl MapExpr {
    /// Reads an expression.
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        let mut parser = Parser { text, at: 0 };
        let expr = parser.expr()?;
        parser.blanks();
        if parser.at < text.len() { Err(parser.error("unexpected text")) } else { Ok(expr) }
    }

    /// Calls `f` for each raw field.
    pub fn for_each_raw<'a>(&'a self, f: &mut impl FnMut(&'a Arc<str>)) {
        match self {
            Self::Raw(path) => f(path),
            Self::Const(_) => {}
            Self::Call(_, args) => args.iter().for_each(|a| a.for_each_raw(f)),
        }
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn expr(&mut self) -> Result<MapExpr, ParseError> {
        self.blanks();
        match self.peek() {
            Some('\'') => Ok(MapExpr::Const(vec![self.quoted('\'')?])),
            Some('`') => Ok(MapExpr::Raw(self.quoted('`')?)),
            Some('[') => self.list(),
            Some(c) if is_name(c) => self.name(),
            Some(_) => Err(self.error("expected a field, a constant or a function")),
            None => Err(self.error("expression ends too early")),
        }
    }

    fn name(&mut self) -> Result<MapExpr, ParseError> {
        let start = self.at;
        while self.peek().is_some_and(is_name) {
            self.bump();
        }
        let name = &self.text[start..self.at];
        if self.peek() != Some('(') {
            return Ok(MapExpr::Raw(name.into()));
        }
        let Some(function) = MapFunction::named(name) else {
            self.at = start;
            return Err(self.error(&format!("no function `{name}`")));
        };
        let args = self.arguments()?;
        let (_, _, min, max, _) =
            MapFunction::ALL.iter().find(|f| f.0 == function).expect("it was found by name");
        if args.len() < *min || args.len() > *max {
            self.at = start;
            return Err(self.error(&format!("`{name}` takes {min} to {max} arguments")));
        }
        Ok(MapExpr::Call(function, args))
    }

    fn arguments(&mut self) -> Result<Vec<MapExpr>, ParseError> {
        self.bump();
        let mut args = Vec::new();
        loop {
            self.blanks();
            if self.peek() == Some(')') {
                self.bump();
                return Ok(args);
            }
            if !args.is_empty() {
                self.take(',')?;
            }
            args.push(self.expr()?);
        }
    }

    fn list(&mut self) -> Result<MapExpr, ParseError> {
        self.bump();
        let mut values = Vec::new();
        loop {
            self.blanks();
            if self.peek() == Some(']') {
                self.bump();
                return Ok(MapExpr::Const(values));
            }
            if !values.is_empty() {
                self.take(',')?;
                self.blanks();
            }
            if self.peek() != Some('\'') {
                return Err(self.error("expected a constant"));
            }
            values.push(self.quoted('\'')?);
        }
    }

    /// No escapes: a constant with a quote in it is not needed.
    fn quoted(&mut self, quote: char) -> Result<Arc<str>, ParseError> {
        self.bump();
        let start = self.at;
        while let Some(c) = self.peek() {
            if c == quote {
                let text = &self.text[start..self.at];
                self.bump();
                return Ok(text.into());
            }
            self.bump();
        }
        Err(self.error("missing closing quote"))
    }

    fn take(&mut self, c: char) -> Result<(), ParseError> {
        if self.peek() == Some(c) {
            self.bump();
            Ok(())
        } else {
            Err(self.error(&format!("expected `{c}`")))
        }
    }

    fn blanks(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.bump();
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn bump(&mut self) {
        self.at += self.peek().map_or(0, char::len_utf8);
    }

    fn error(&self, message: &str) -> ParseError {
        ParseError { at: self.at, message: message.to_owned() }
    }
}

fn is_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '@' | '{' | '}' | '-' | '#' | '$')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_all_forms() {
        assert_eq!(MapExpr::parse("id.resp_h"), Ok(MapExpr::Raw("id.resp_h".into())));
        assert_eq!(
            MapExpr::parse("lower(basename(Image))"),
            Ok(MapExpr::Call(
                MapFunction::Lower,
                vec![MapExpr::Call(MapFunction::Basename, vec![MapExpr::Raw("Image".into())])]
            ))
        );
        assert_eq!(MapExpr::parse("['a', 'b']"), Ok(MapExpr::Const(vec!["a".into(), "b".into()])));
    }

    #[test]
    fn says_what_is_wrong() {
        assert_eq!(
            MapExpr::parse("nope(x)").unwrap_err().to_string(),
            "no function `nope` at column 1"
        );
        for bad in ["", "lower(", "lower()", "'x", "[a]", "a b", "lower(a b)"] {
            assert!(MapExpr::parse(bad).is_err(), "{bad}");
        }
    }
}
