//! Field catalogues: names, types, and whether a field is usually an array.

use crate::FieldType;
use std::collections::BTreeMap;

/// What a catalogue says of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FieldInfo {
    /// Its type.
    pub ty: FieldType,
    /// Whether it usually holds several values.
    pub array: bool,
    /// Whether the catalogue knows it. Unknown fields have type [`FieldType::Unknown`].
    pub known: bool,
    /// Whether it has an analysed `.text` sibling.
    pub text: bool,
}

impl FieldInfo {
    /// A field that no catalogue has.
    pub const UNKNOWN: Self =
        Self { ty: FieldType::Unknown, array: false, known: false, text: false };
}

/// A catalogue.
#[derive(Debug, Clone, Default)]
pub struct Catalogue {
    fields: BTreeMap<Box<str>, FieldInfo>,
    /// What every field below a prefix is, for objects with open keys. Longest prefix first.
    below: Vec<(Box<str>, FieldInfo)>,
}

impl Catalogue {
    /// Reads a table with one field a line: name, tab, type, and optional flags `[]` (array) and
    /// `text` (has a `.text` sibling). `#` starts a comment. A name that ends in `.*` stands for
    /// every field below that is not listed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut catalogue = Self::default();
        for (at, line) in text.lines().enumerate() {
            let line = line.split('#').next().unwrap_or("").trim_end();
            if line.is_empty() {
                continue;
            }
            let mut parts = line.split('\t');
            let name = parts.next().unwrap_or("");
            let word = parts.next().unwrap_or("");
            let ty = parse_type(word).ok_or_else(|| format!("line {}: type `{word}`", at + 1))?;
            let flags: Vec<&str> = parts.collect();
            let info = FieldInfo {
                ty,
                array: flags.contains(&"[]"),
                known: true,
                text: flags.contains(&"text"),
            };
            match name.strip_suffix('*') {
                Some(prefix) => catalogue.below.push((prefix.into(), info)),
                None => catalogue.insert(name, info),
            }
        }
        catalogue.below.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
        Ok(catalogue)
    }

    /// Adds or replaces a field.
    pub fn insert(&mut self, name: &str, info: FieldInfo) {
        self.fields.insert(name.into(), info);
    }

    /// The field of that name.
    pub fn get(&self, name: &str) -> Option<FieldInfo> {
        self.fields.get(name).copied().or_else(|| {
            let below = self.below.iter().find(|(prefix, _)| name.starts_with(&**prefix));
            below.map(|(_, info)| *info)
        })
    }

    /// All names in order, those with open keys left out.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.fields.keys().map(|name| &**name)
    }
}

/// The type of a catalogue's word.
pub(crate) fn parse_type(word: &str) -> Option<FieldType> {
    Some(match word {
        "keyword" => FieldType::Keyword,
        "constant_keyword" => FieldType::ConstantKeyword,
        "wildcard" => FieldType::Wildcard,
        "text" | "match_only_text" => FieldType::Text,
        "long" | "integer" | "short" | "byte" | "unsigned_long" => FieldType::Long,
        "double" | "float" | "half_float" | "scaled_float" => FieldType::Double,
        "boolean" => FieldType::Boolean,
        "date" | "date_nanos" => FieldType::Date,
        "ip" => FieldType::Ip,
        "version" => FieldType::Version,
        "flattened" => FieldType::Flattened,
        "nested" => FieldType::Nested,
        "object" => FieldType::Object,
        "geo_point" => FieldType::GeoPoint,
        "unknown" => FieldType::Unknown,
        _ => return None,
    })
}
