//! A configuration file's content with the place of everything in it, whatever its format.

mod json;

pub(crate) use json::parse as parse_json;
use std::ops::Range;
use toml::de::{DeTable, DeValue};
use tripline_diag::Span;

/// A value and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Node {
    pub value: Value,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    Text(String),
    /// As decimal digits: what does not fit a machine number is refused where it is read.
    Number(String),
    Flag(bool),
    /// TOML's dates and times, as they are written there.
    Time(String),
    List(Vec<Node>),
    Table(Table),
    /// JSON's `null`, which means that the key is not there.
    Null,
}

/// Keys in alphabetical order.
#[derive(Debug, Clone, PartialEq, Default)]
pub(crate) struct Table {
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry {
    pub key: String,
    pub key_span: Span,
    pub node: Node,
}

pub(crate) fn span_of(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

impl Table {
    /// Later entries of the same key take the place of earlier ones.
    pub fn new(mut entries: Vec<Entry>) -> Self {
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        entries.reverse();
        entries.dedup_by(|a, b| a.key == b.key);
        entries.reverse();
        Self { entries }
    }

    pub fn from_toml(table: &DeTable<'_>) -> Self {
        let entry = |(key, node): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| Entry {
            key: String::from(<std::borrow::Cow<'_, str> as AsRef<str>>::as_ref(key.get_ref())),
            key_span: span_of(key.span()),
            node: Node::from_toml(node),
        };
        Self::new(table.iter().map(entry).collect())
    }

    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    pub fn entry(&self, key: &str) -> Option<&Entry> {
        let at = self.entries.binary_search_by(|e| e.key.as_str().cmp(key)).ok()?;
        Some(&self.entries[at]).filter(|e| e.node.value != Value::Null)
    }

    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|e| &e.node)
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    /// The text of a key that holds one.
    pub fn text(&self, key: &str) -> Option<&str> {
        self.get(key)?.value.as_text()
    }

    /// The table of a key that holds one.
    pub fn table(&self, key: &str) -> Option<&Table> {
        self.get(key)?.value.as_table()
    }

    /// The tables in the list of a key that holds one.
    pub fn tables(&self, key: &str) -> impl Iterator<Item = (&Table, Span)> {
        let list = self.get(key).and_then(|n| n.value.as_list()).unwrap_or(&[]);
        list.iter().filter_map(|node| Some((node.value.as_table()?, node.span)))
    }
}

impl Value {
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub fn as_table(&self) -> Option<&Table> {
        if let Self::Table(table) = self { Some(table) } else { None }
    }

    pub fn as_list(&self) -> Option<&[Node]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }

    /// As JSON. Numbers that do not fit are text.
    pub fn to_json(&self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self {
            Self::Text(text) | Self::Time(text) => Json::String(text.clone()),
            Self::Number(digits) => {
                let whole = digits.parse::<i64>().ok().map(Json::from);
                let number = || digits.parse::<f64>().ok().map(Json::from);
                whole.or_else(number).unwrap_or_else(|| Json::String(digits.clone()))
            }
            Self::Flag(flag) => Json::Bool(*flag),
            Self::List(items) => items.iter().map(|item| item.value.to_json()).collect(),
            Self::Table(table) => Json::Object(
                table.entries.iter().map(|e| (e.key.clone(), e.node.value.to_json())).collect(),
            ),
            Self::Null => Json::Null,
        }
    }
}

impl Node {
    /// TOML's parser limits the depth, so that this recursion ends.
    fn from_toml(node: &toml::Spanned<DeValue<'_>>) -> Self {
        let decimal = |digits: &str, radix: u32| {
            let digits = digits.replace('_', "");
            i64::from_str_radix(&digits, radix).map_or(digits, |n| n.to_string())
        };
        let value = match node.get_ref() {
            DeValue::String(text) => Value::Text(text.to_string()),
            DeValue::Integer(number) => Value::Number(decimal(number.as_str(), number.radix())),
            DeValue::Float(number) => Value::Number(number.as_str().replace('_', "")),
            DeValue::Boolean(flag) => Value::Flag(*flag),
            DeValue::Datetime(time) => Value::Time(time.to_string()),
            DeValue::Array(items) => Value::List(items.iter().map(Self::from_toml).collect()),
            DeValue::Table(table) => Value::Table(Table::from_toml(table)),
        };
        Self { value, span: span_of(node.span()) }
    }
}
