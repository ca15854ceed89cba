//! Elasticsearch's leaf queries by the type of the field: what `match`, `match_phrase`, `term`,
//! `wildcard`, `prefix`, `regexp`, `range` and `exists` ask of a value.
//!
//! ```
//! use tripline_ir::Case;
//! use tripline_lucene::leaf::{Match, Target};
//! use tripline_schema::Schema;
//!
//! let port = Target::named("destination.port", Schema::builtin());
//! assert!(port.matches("445", Match::Phrase).is_ok());
//! assert!(port.matches("smb", Match::Phrase).is_err());
//! // Analysed text is compared by words; here none is left, so nothing can match.
//! let message = Target::named("message", Schema::builtin());
//! assert_eq!(message.matches("--", Match::Any), Ok(None));
//! assert!(message.term("logon", Case::Sensitive).unwrap().is_some());
//! ```

use tripline_diag::Span;
use tripline_ir::{
    Bound, Case, FieldRef, FieldSet, FieldType, Glob, GlobPart, Leaf, Order, Pred, Scalar, Test,
    TextMode, View, analyze, literal, parse_number, regexp, script,
};
use tripline_schema::{Fields, wildcard_match};

/// One or more fields, and how their values are compared.
#[derive(Debug, Clone, PartialEq)]
pub struct Target {
    /// As the query writes it.
    pub name: String,
    fields: FieldSet,
    kind: Kind,
    /// Whether known fields stand below it although no catalogue lists it: most likely an object.
    parent: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Keyword(Case),
    Text,
    Script,
    Number,
    Boolean,
    Date,
    Ip,
    Version,
    /// In no catalogue: by what the value looks like.
    Unknown,
    /// All fields at once.
    Everything,
    /// An object or a point: it has no value of its own.
    Object,
}

/// Why Elasticsearch would refuse a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What does not fit.
    pub what: Refusal,
    /// In a sentence without a full stop.
    pub message: String,
}

/// What does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Text that is no number, on a field of numbers.
    Number,
    /// Text that is no address, on a field of addresses.
    Address,
    /// Text other than `true` and `false`, on a boolean field.
    Boolean,
    /// Text that is no date, on a field of dates.
    Date,
    /// A pattern or regular expression on a field that has none.
    Pattern,
    /// A range on a field that has no order.
    Order,
    /// A regular expression that is wrong, or on analysed text.
    Regex,
}

/// How many words of a text must be there, where the field is analysed text. On other types the
/// text is one value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Match {
    /// One of them: `match`.
    Any,
    /// All of them, anywhere: `match` with `operator: and`.
    All,
    /// All of them, side by side: `match_phrase`.
    Phrase,
}

/// A test on a value; none: nothing can match.
pub type Tested = Result<Option<Test>, Refused>;

impl Target {
    /// The field of that name; a `*` in it makes it all fields whose name matches. Multi-fields
    /// (`.caseless`, `.keyword`, `.text`) are their base field, read in another way.
    pub fn named(name: &str, fields: &dyn Fields) -> Self {
        if name == "*" {
            let fields = FieldSet::Matching { view: View::Ecs, pattern: "*".into() };
            let kind = Kind::Everything;
            return Self { name: name.to_owned(), fields, kind, parent: false };
        }
        if name.contains('*') {
            return Self::matching(name, fields);
        }
        let info = fields.field(&View::Ecs, name);
        let one = |name: &str, ty, kind| Self {
            name: name.to_owned(),
            fields: FieldSet::One(FieldRef::new(View::Ecs, name, ty)),
            kind,
            parent: false,
        };
        if script::is_script(name) {
            return one(name, FieldType::Text, Kind::Script);
        }
        // Multi-fields first: a catalogue may know them as some of the many below an open object.
        if let Some((base, suffix)) = name.rsplit_once('.') {
            let base_info = fields.field(&View::Ecs, base);
            let leaf =
                base_info.known && !matches!(base_info.ty, FieldType::Object | FieldType::Nested);
            let plausible = leaf || !base_info.known && !fields.closed();
            let kind = match suffix {
                "caseless" if plausible => Some(Kind::Keyword(Case::Unicode)),
                "keyword" if plausible => Some(Kind::Keyword(Case::Sensitive)),
                "text" if leaf && (base_info.text || !info.known) => Some(Kind::Text),
                _ => None,
            };
            if let Some(kind) = kind {
                return Self { name: name.to_owned(), ..one(base, base_info.ty, kind) };
            }
        }
        if info.known {
            let mut target = one(name, info.ty, kind_of(info.ty));
            if info.ty == FieldType::Flattened {
                let pattern = format!("{name}.*").into();
                target.fields = FieldSet::Matching { view: View::Ecs, pattern };
            }
            return target;
        }
        let flattened = name
            .match_indices('.')
            .any(|(at, _)| fields.field(&View::Ecs, &name[..at]).ty == FieldType::Flattened);
        if flattened {
            return one(name, FieldType::Keyword, Kind::Keyword(Case::Sensitive));
        }
        let below = format!("{name}.");
        let parent = fields.field_names(&View::Ecs).iter().any(|known| known.starts_with(&below));
        Self { parent, ..one(name, FieldType::Unknown, Kind::Unknown) }
    }

    /// If all known fields have one type, it counts; else each value is read as it looks.
    fn matching(pattern: &str, fields: &dyn Fields) -> Self {
        let names = fields.field_names(&View::Ecs);
        let mut kinds = names
            .into_iter()
            .filter(|name| wildcard_match(pattern, name))
            .map(|name| kind_of(fields.field(&View::Ecs, name).ty))
            .filter(|kind| *kind != Kind::Object);
        // None is listed, but all below an open object may be of one type.
        let open = || kind_of(fields.field(&View::Ecs, &pattern.replace('*', "x")).ty);
        let first = kinds.next().unwrap_or_else(open);
        let kind = if kinds.all(|kind| kind == first) { first } else { Kind::Unknown };
        let fields = FieldSet::Matching { view: View::Ecs, pattern: pattern.into() };
        Self { name: pattern.to_owned(), fields, kind, parent: false }
    }

    /// Whether no catalogue knows the field.
    pub fn is_unknown(&self) -> bool {
        self.kind == Kind::Unknown && matches!(self.fields, FieldSet::One(_))
    }

    /// Whether it has no value of its own, so that no comparison ever holds.
    pub fn is_object(&self) -> bool {
        self.kind == Kind::Object
    }

    /// Whether values are compared by their words.
    pub fn is_analysed(&self) -> bool {
        matches!(self.kind, Kind::Text | Kind::Script | Kind::Everything)
    }

    /// The condition that a value passes a test.
    pub fn pred(&self, test: Option<Test>, span: Span) -> Pred {
        test.map_or(Pred::Const(false), |test| {
            Pred::Leaf(Leaf { field: self.fields.clone(), test, span })
        })
    }

    /// `exists`. An object exists if one of its fields does.
    pub fn exists(&self, span: Span) -> Pred {
        let leaf = |field| Pred::Leaf(Leaf { field, test: Test::Exists, span });
        let below = |name: &str| {
            leaf(FieldSet::Matching { view: View::Ecs, pattern: format!("{name}.*").into() })
        };
        match &self.fields {
            _ if self.kind == Kind::Everything => Pred::Const(true),
            FieldSet::One(field) if self.is_object() && field.ty != FieldType::GeoPoint => {
                below(&field.name)
            }
            FieldSet::One(field) if self.parent => {
                Pred::or([leaf(self.fields.clone()), below(&field.name)])
            }
            fields => leaf(fields.clone()),
        }
    }

    /// `match` and `match_phrase`: the text is analysed as the field is.
    pub fn matches(&self, text: &str, how: Match) -> Tested {
        let mode = match how {
            Match::Any => TextMode::Any,
            Match::All => TextMode::All,
            Match::Phrase => TextMode::Phrase,
        };
        match self.kind {
            Kind::Text => Ok(standard(text, mode)),
            Kind::Script => Ok(script_words(text, how)),
            Kind::Everything => {
                let mut any = vec![equals(text, Case::Sensitive)];
                any.extend(standard(text, mode));
                any.extend(guesses(text));
                Ok(Some(Test::Any(any)))
            }
            _ => self.term(text, Case::Sensitive),
        }
    }

    /// `term`: the text is not analysed, so on analysed fields it is one word as it is indexed.
    /// `case` is [`Case::Ascii`] for `case_insensitive: true`.
    pub fn term(&self, text: &str, case: Case) -> Tested {
        Ok(Some(match self.kind {
            Kind::Keyword(own) => {
                let case = wider(own, case);
                equals(text, if text.is_ascii() { ascii(case) } else { case })
            }
            Kind::Version => equals(text, case),
            Kind::Number => Test::Number(vec![self.number(text)?]),
            Kind::Boolean => Test::Bool(self.boolean(text)?),
            Kind::Ip => Test::Cidr(vec![self.network(text)?]),
            Kind::Date => {
                let bound = || self.date(text).map(Bound::Inclusive);
                Test::Range { lower: bound()?, upper: bound()?, order: Order::Date }
            }
            Kind::Unknown => {
                let mut any = vec![equals(text, case)];
                any.extend(guesses(text));
                if any.len() == 1 { any.remove(0) } else { Test::Any(any) }
            }
            Kind::Text | Kind::Everything => {
                // No word has a wildcard's sign, and none is in upper case.
                let word = case.fold(text);
                if text.contains(['*', '?']) {
                    return Ok(None);
                }
                Test::Text { tokens: vec![word.into()], mode: TextMode::Any }
            }
            Kind::Script => {
                let word = case.fold(text);
                let whole = script::words(&word).as_slice() == [word];
                return Ok(if whole { script_words(text, Match::Any) } else { None });
            }
            Kind::Object => return Ok(None),
        }))
    }

    /// `wildcard`, with its literals as written. On analysed fields it is a pattern over single
    /// words, which are in lower case; `query_string` folds it first ([`fold`]).
    pub fn wildcard(&self, glob: &Glob, case: Case) -> Tested {
        Ok(Some(match self.kind {
            Kind::Keyword(own) => {
                let case = wider(own, case);
                glob_test(glob, if is_ascii(glob) { ascii(case) } else { case })
            }
            Kind::Version | Kind::Unknown => glob_test(glob, case),
            Kind::Everything => {
                let mut any = vec![glob_test(glob, case)];
                any.extend(word_pattern(&fold(glob, Case::Unicode)));
                Test::Any(any)
            }
            Kind::Text => return Ok(word_pattern(&fold(glob, case))),
            Kind::Script => {
                return Ok(spelled(&fold(glob, case))
                    .filter(|text| !text.bytes().any(|b| b.is_ascii_uppercase()))
                    .and_then(|text| script::pattern(&text, true))
                    .and_then(|pattern| script::find(&[pattern], false)));
            }
            Kind::Object => return Ok(None),
            Kind::Number | Kind::Boolean | Kind::Date | Kind::Ip => return Err(self.no_pattern()),
        }))
    }

    /// `prefix`.
    pub fn prefix(&self, text: &str, case: Case) -> Tested {
        let mut parts = vec![GlobPart::Many];
        if !text.is_empty() {
            parts.insert(0, GlobPart::Literal(text.into()));
        }
        self.wildcard(&Glob { parts }, case)
    }

    /// The prefix of a `query_string` query, which analyses it: of several words the last is the
    /// prefix, and one of them is enough.
    pub fn analysed_prefix(&self, text: &str) -> Tested {
        let mut words = match self.kind {
            Kind::Text => analyze(text),
            Kind::Script => script::words(text),
            _ => return self.prefix(text, Case::Sensitive),
        };
        let Some(last) = words.last_mut() else { return Ok(None) };
        last.push('*');
        if self.kind == Kind::Text {
            let tokens = words.into_iter().map(Into::into).collect();
            return Ok(Some(Test::Text { tokens, mode: TextMode::Any }));
        }
        let words: Vec<String> =
            words.iter().filter_map(|word| script::pattern(word, false)).collect();
        Ok(script::find(&words, false))
    }

    /// `regexp`, of Lucene's syntax, which must match the whole value.
    pub fn regexp(&self, pattern: &str, case: Case) -> Tested {
        let refuse = |message: String| Refused { what: Refusal::Regex, message };
        let case = match self.kind {
            Kind::Keyword(own) => wider(own, case),
            Kind::Unknown | Kind::Everything => case,
            Kind::Text | Kind::Script => {
                let name = &self.name;
                let text =
                    format!("`{name}` is analysed text, whose words no expression is run on yet");
                return Err(refuse(text));
            }
            Kind::Object => return Ok(None),
            _ => return Err(self.no_pattern()),
        };
        Ok(Some(regexp::parse(pattern, case).map_err(refuse)?.test(case)))
    }

    /// `range`: bounds with whether they are inside. Dates that leave components out or are rounded
    /// are read up for `>` and `<=`, and down for `>=` and `<`.
    pub fn range(&self, lower: Option<(&str, bool)>, upper: Option<(&str, bool)>) -> Tested {
        let reads = |order: Order| {
            [lower, upper].into_iter().flatten().all(|(text, _)| match order {
                Order::Number => parse_number(text).is_some(),
                Order::Ip => literal::address(text).is_some(),
                Order::Date => literal::is_date(text),
                _ => true,
            })
        };
        let order = match self.kind {
            Kind::Number => Order::Number,
            Kind::Date => Order::Date,
            Kind::Ip => Order::Ip,
            Kind::Version => Order::Version,
            Kind::Keyword(Case::Sensitive) => Order::Text,
            Kind::Unknown => [Order::Number, Order::Ip, Order::Date, Order::Text]
                .into_iter()
                .find(|order| reads(*order))
                .unwrap_or(Order::Text),
            Kind::Object => return Ok(None),
            Kind::Keyword(_) | Kind::Text | Kind::Script | Kind::Boolean | Kind::Everything => {
                let message = format!("`{}` has no order to compare by", self.name);
                return Err(Refused { what: Refusal::Order, message });
            }
        };
        let bound = |side: Option<(&str, bool)>| {
            let Some((text, inclusive)) = side else { return Ok(Bound::Open) };
            let scalar = match order {
                Order::Number => Scalar::Number(self.number(text)?),
                Order::Date => self.date(text)?,
                Order::Ip => match literal::address(text) {
                    Some(address) => Scalar::Text(address.to_string().into()),
                    None => return Err(self.refuse(Refusal::Address, "holds addresses", text)),
                },
                _ => Scalar::Text(text.into()),
            };
            Ok(if inclusive { Bound::Inclusive(scalar) } else { Bound::Exclusive(scalar) })
        };
        Ok(Some(Test::Range { lower: bound(lower)?, upper: bound(upper)?, order }))
    }

    fn number(&self, text: &str) -> Result<f64, Refused> {
        parse_number(text).ok_or_else(|| self.refuse(Refusal::Number, "holds numbers", text))
    }

    fn boolean(&self, text: &str) -> Result<bool, Refused> {
        literal::boolean(text)
            .ok_or_else(|| self.refuse(Refusal::Boolean, "is true or false", text))
    }

    fn network(&self, text: &str) -> Result<ipnet::IpNet, Refused> {
        literal::network(text).ok_or_else(|| self.refuse(Refusal::Address, "holds addresses", text))
    }

    fn date(&self, text: &str) -> Result<Scalar, Refused> {
        if literal::is_date(text) {
            return Ok(Scalar::DateMath(text.into()));
        }
        Err(self.refuse(Refusal::Date, "holds dates", text))
    }

    fn refuse(&self, what: Refusal, holds: &str, text: &str) -> Refused {
        Refused { what, message: format!("`{}` {holds}, `{text}` is none", self.name) }
    }

    fn no_pattern(&self) -> Refused {
        let message = format!("`{}` holds no text, so it has no patterns", self.name);
        Refused { what: Refusal::Pattern, message }
    }
}

/// A pattern's literals in lower case, as `case` folds.
pub fn fold(glob: &Glob, case: Case) -> Glob {
    let parts = glob.parts.iter().map(|part| match part {
        GlobPart::Literal(text) => GlobPart::Literal(case.fold(text).into()),
        other => other.clone(),
    });
    Glob { parts: parts.collect() }
}

fn kind_of(ty: FieldType) -> Kind {
    match ty {
        FieldType::Keyword
        | FieldType::ConstantKeyword
        | FieldType::Wildcard
        | FieldType::Flattened => Kind::Keyword(Case::Sensitive),
        FieldType::Text => Kind::Text,
        FieldType::Long | FieldType::Double => Kind::Number,
        FieldType::Boolean => Kind::Boolean,
        FieldType::Date => Kind::Date,
        FieldType::Ip => Kind::Ip,
        FieldType::Version => Kind::Version,
        FieldType::Nested | FieldType::Object | FieldType::GeoPoint => Kind::Object,
        FieldType::Unknown => Kind::Unknown,
    }
}

/// The case rule of a field and of a query, the more tolerant of both.
fn wider(own: Case, asked: Case) -> Case {
    if own == Case::Sensitive { asked } else { own }
}

/// For ASCII literals Unicode's rule differs for two exotic letters only, and ASCII's is faster.
fn ascii(case: Case) -> Case {
    if case == Case::Unicode { Case::Ascii } else { case }
}

fn is_ascii(glob: &Glob) -> bool {
    glob.parts.iter().all(|part| !matches!(part, GlobPart::Literal(text) if !text.is_ascii()))
}

fn equals(text: &str, case: Case) -> Test {
    Test::Equals { values: vec![case.fold(text).into()], case }
}

fn glob_test(glob: &Glob, case: Case) -> Test {
    let glob = fold(glob, case);
    match glob.as_literal() {
        Some(text) => equals(text, case),
        None => Test::Glob { patterns: vec![glob], case },
    }
}

fn standard(text: &str, mode: TextMode) -> Option<Test> {
    let tokens: Vec<_> = analyze(text).into_iter().map(Into::into).collect();
    (!tokens.is_empty()).then_some(Test::Text { tokens, mode })
}

fn script_words(text: &str, how: Match) -> Option<Test> {
    let words = script::words(text);
    match how {
        Match::Any => script::find(&words, false),
        Match::Phrase => script::find(&words, true),
        // `Not` of each that is missing: a value has all words if it lacks none.
        Match::All if words.is_empty() => None,
        Match::All => {
            let lacks = words.iter().filter_map(|word| {
                script::find(std::slice::from_ref(word), false)
                    .map(|test| Test::Not(Box::new(test)))
            });
            Some(Test::Not(Box::new(Test::Any(lacks.collect()))))
        }
    }
}

/// A pattern over single words; none if no word can match it.
fn word_pattern(glob: &Glob) -> Option<Test> {
    let token = spelled(glob)?;
    Some(Test::Text { tokens: vec![token.into()], mode: TextMode::Any })
}

/// A pattern as text; none if it asks for a `*` or `?`, which no word has.
fn spelled(glob: &Glob) -> Option<String> {
    glob.parts
        .iter()
        .map(|part| match part {
            GlobPart::Literal(text) if text.contains(['*', '?']) => None,
            GlobPart::Literal(text) => Some(&**text),
            GlobPart::Many => Some("*"),
            GlobPart::One => Some("?"),
        })
        .collect()
}

/// What else a text may be than text, on a field of unknown type.
fn guesses(text: &str) -> Vec<Test> {
    let net = literal::network(text).map(|net| Test::Cidr(vec![net]));
    let number = literal::plain_number(text).map(|number| Test::Number(vec![number]));
    let boolean = literal::boolean(text).map(Test::Bool);
    net.into_iter().chain(number).chain(boolean).collect()
}
