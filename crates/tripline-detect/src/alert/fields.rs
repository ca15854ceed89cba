//! The fields of an event or an alert: names in order, each with its values.
//!
//! There may be a hundred thousand alerts with forty fields each, so the values of all fields stand
//! in one text, and the names are shared by all records that look alike.

use crate::json::json_text;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use serde::ser::{Serialize, SerializeSeq, Serializer};
use std::fmt;
use std::hash::BuildHasher;
use std::sync::{Arc, OnceLock};

/// Fields by name, in the order of their names, each with its values. Cheap to clone.
///
/// ```
/// # use tripline_detect::Fields;
/// let fields = Fields::from(vec![("user.name".to_owned(), vec!["ann".to_owned()])]);
/// assert_eq!(fields.get("user.name").first(), Some("ann"));
/// assert!(fields.get("host.name").is_empty());
/// ```
#[derive(Clone, Default)]
pub struct Fields(Option<Arc<Content>>);

#[derive(Debug)]
struct Content {
    names: Arc<Names>,
    /// By name.
    fields: Box<[Field]>,
    /// Where each value ends in the text.
    ends: Box<[u32]>,
    text: Box<str>,
    json: OnceLock<Box<[u8]>>,
}

#[derive(Debug, Clone, Copy)]
struct Field {
    /// Its name's number.
    name: u32,
    /// The number of the value after its last.
    end: u32,
}

/// Names in their order, which many records share.
#[derive(Debug, Clone, Default)]
pub(super) struct Names {
    pub(super) list: Vec<Arc<str>>,
    /// Numbers by name; empty for a few names that are searched.
    table: HashTable<u32>,
}

impl Names {
    /// These names, ready for being asked for many.
    pub(super) fn indexed(list: Vec<Arc<str>>) -> Self {
        let hasher = FixedState::default();
        let hash = |n: u32| hasher.hash_one(&*list[n as usize]);
        let mut table = HashTable::with_capacity(list.len());
        for n in 0..list.len() as u32 {
            table.insert_unique(hash(n), n, |n| hash(*n));
        }
        Self { list, table }
    }

    fn number(&self, name: &str) -> Option<u32> {
        if self.table.is_empty() {
            let found = self.list.binary_search_by(|known| (**known).cmp(name));
            return found.ok().map(|n| n as u32);
        }
        let hash = FixedState::default().hash_one(name);
        self.table.find(hash, |n| *self.list[*n as usize] == *name).copied()
    }
}

/// Fields as they are gathered, in the order of their names.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    fields: Vec<Field>,
    ends: Vec<u32>,
    text: String,
}

impl Gathered {
    /// A value of the field that comes next.
    #[inline]
    pub(super) fn value(&mut self, value: &str) {
        self.text.push_str(value);
        self.ends.push(self.text.len() as u32);
    }

    /// Ends a field; it is left out if it has no value.
    #[inline]
    pub(super) fn end(&mut self, name: usize) {
        let end = self.ends.len() as u32;
        if end > self.fields.last().map_or(0, |field| field.end) {
            self.fields.push(Field { name: name as u32, end });
        }
    }

    /// Whether the field that comes next has values already.
    #[inline]
    pub(super) fn has_value(&self) -> bool {
        self.ends.len() as u32 > self.fields.last().map_or(0, |field| field.end)
    }

    /// All of them.
    pub(super) fn finish(&mut self, names: &Arc<Names>) -> Fields {
        let content = (!self.fields.is_empty()).then(|| {
            Arc::new(Content {
                names: Arc::clone(names),
                fields: self.fields.as_slice().into(),
                ends: self.ends.as_slice().into(),
                text: self.text.as_str().into(),
                json: OnceLock::new(),
            })
        });
        self.fields.clear();
        self.ends.clear();
        self.text.clear();
        Fields(content)
    }
}

impl Fields {
    /// How many.
    pub fn len(&self) -> usize {
        self.0.as_ref().map_or(0, |content| content.fields.len())
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Names and values, in the order of the names.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Values<'_>)> {
        self.0.iter().flat_map(|content| {
            let fields = content.fields.iter().enumerate();
            fields
                .map(|(at, field)| (&*content.names.list[field.name as usize], content.values(at)))
        })
    }

    /// The values of a field.
    pub fn get(&self, name: &str) -> Values<'_> {
        let found = self.0.as_ref().and_then(|content| {
            let name = content.names.number(name)?;
            let at = content.fields.binary_search_by_key(&name, |field| field.name).ok()?;
            Some(content.values(at))
        });
        found.unwrap_or_default()
    }

    /// As a JSON object: a field with one value is a text, others are lists. It is made once for
    /// all alerts that share the fields.
    ///
    /// ```
    /// # use tripline_detect::Fields;
    /// let list = ["a", "b"].map(str::to_owned).to_vec();
    /// let fields = Fields::from(vec![("x".to_owned(), list), ("y".to_owned(), vec!["c".to_owned()])]);
    /// assert_eq!(fields.json(), br#"{"x":["a","b"],"y":"c"}"#);
    /// ```
    pub fn json(&self) -> &[u8] {
        let Some(content) = &self.0 else { return b"{}" };
        content.json.get_or_init(|| {
            let names: usize = self.iter().map(|(name, _)| name.len() + 8).sum();
            let mut out = Vec::with_capacity(content.text.len() / 8 * 9 + names);
            out.push(b'{');
            for (at, (name, values)) in self.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                json_text(&mut out, name);
                out.push(b':');
                values.write_json(&mut out);
            }
            out.push(b'}');
            out.into()
        })
    }

    /// The same as lists of texts.
    pub fn to_vec(&self) -> Vec<(String, Vec<String>)> {
        self.iter().map(|(name, values)| (name.to_owned(), values.to_vec())).collect()
    }
}

impl Content {
    #[inline]
    fn values(&self, at: usize) -> Values<'_> {
        let first = if at == 0 { 0 } else { self.fields[at - 1].end as usize };
        let ends = &self.ends[first..self.fields[at].end as usize];
        let start = if first == 0 { 0 } else { self.ends[first - 1] };
        Values { text: &self.text, start, ends }
    }
}

impl From<Vec<(String, Vec<String>)>> for Fields {
    /// Names are put in order; those without values are left out.
    fn from(mut list: Vec<(String, Vec<String>)>) -> Self {
        list.sort_by(|(a, _), (b, _)| a.cmp(b));
        list.dedup_by(|(after, more), (before, values)| {
            let same = after == before;
            if same {
                more.retain(|value| !values.contains(value));
                values.append(more);
            }
            same
        });
        let mut gathered = Gathered::default();
        for (at, (_, values)) in list.iter().enumerate() {
            for value in values {
                gathered.value(value);
            }
            gathered.end(at);
        }
        let list = list.into_iter().map(|(name, _)| name.into()).collect();
        gathered.finish(&Arc::new(Names { list, table: HashTable::new() }))
    }
}

impl PartialEq for Fields {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl Eq for Fields {}

impl fmt::Debug for Fields {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// As a list of pairs.
impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.len()))?;
        for field in self.iter() {
            list.serialize_element(&field)?;
        }
        list.end()
    }
}

/// The values of a field.
#[derive(Clone, Copy, Default)]
pub struct Values<'f> {
    text: &'f str,
    start: u32,
    ends: &'f [u32],
}

impl<'f> Values<'f> {
    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// The first one.
    pub fn first(&self) -> Option<&'f str> {
        self.iter().next()
    }

    /// The only one.
    pub fn one(&self) -> Option<&'f str> {
        self.first().filter(|_| self.ends.len() == 1)
    }

    /// Whether one of them is that.
    pub fn contains(&self, value: &str) -> bool {
        self.iter().any(|have| have == value)
    }

    /// One after the other.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = &'f str> + use<'f> {
        let Self { text, start, ends } = *self;
        (0..ends.len()).map(move |at| {
            let start = if at == 0 { start } else { ends[at - 1] };
            &text[start as usize..ends[at] as usize]
        })
    }

    fn write_json(&self, out: &mut Vec<u8>) {
        if let Some(one) = self.one() {
            return json_text(out, one);
        }
        for (at, value) in self.iter().enumerate() {
            out.push(if at == 0 { b'[' } else { b',' });
            json_text(out, value);
        }
        out.push(b']');
    }

    /// All in one text, with that between them.
    pub fn join(&self, between: &str) -> String {
        let mut out = String::new();
        for (at, value) in self.iter().enumerate() {
            if at > 0 {
                out.push_str(between);
            }
            out.push_str(value);
        }
        out
    }

    /// As texts of their own.
    pub fn to_vec(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }
}

impl PartialEq for Values<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.iter().eq(other.iter())
    }
}

impl<T: AsRef<str>, const N: usize> PartialEq<[T; N]> for Values<'_> {
    fn eq(&self, other: &[T; N]) -> bool {
        self.iter().eq(other.iter().map(AsRef::as_ref))
    }
}

impl fmt::Debug for Values<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(list: &[(&str, &[&str])]) -> Fields {
        let texts = |values: &[&str]| values.iter().map(|v| (*v).to_owned()).collect();
        let list: Vec<_> = list.iter().map(|(n, v)| ((*n).to_owned(), texts(v))).collect();
        list.into()
    }

    #[test]
    fn what_is_put_in_comes_out() {
        let some = fields(&[("b", &["1", "", "2"]), ("none", &[]), ("a", &["x"]), ("c", &[""])]);
        assert_eq!(format!("{some:?}"), r#"{"a": ["x"], "b": ["1", "", "2"], "c": [""]}"#);
        assert_eq!(some.get("b"), ["1", "", "2"]);
        assert_eq!((some.get("a").one(), some.get("b").one()), (Some("x"), None));
        assert_eq!(some.get("c").first(), Some(""));
        assert!(some.get("none").is_empty() && some.get("d").is_empty());
        assert_eq!(some, some.to_vec().into());
        assert_eq!(fields(&[]), Fields::default());
        assert_eq!(
            serde_json::to_string(&some).unwrap(),
            serde_json::to_string(&some.to_vec()).unwrap()
        );
    }

    #[test]
    fn names_are_found_with_a_table_as_without() {
        let list: Vec<Arc<str>> = (0..50).map(|n| format!("{n:02}").into()).collect();
        let names = Names { list: list.clone(), table: HashTable::new() };
        let search = |names: &Names| -> Vec<Option<u32>> {
            (0..60).map(|n| names.number(&format!("{n:02}"))).collect()
        };
        assert_eq!(search(&names), search(&Names::indexed(list)));
    }
}
