//! `mode`.

use super::{Accumulator, Aggregate, Example, texts};
use std::collections::BTreeMap;
use std::sync::Arc;
use tripline_ir::Value;

pub(super) static FUNCTIONS: &[Aggregate] = &[Aggregate {
    name: "mode",
    aliases: &[],
    doc: "The most frequent value. Of several, the least by its UTF-8 bytes, so that the answer \
          does not depend on the order of the rows.",
    examples: &[
        Example::new(r#"["b", "a", ["b", "c"]]"#, r#""b""#),
        Example::new(r#"["b", "a"]"#, r#""a""#),
        Example::new("[null]", "null"),
    ],
    make: |_| Box::<Mode>::default(),
}];

#[derive(Debug, Default)]
struct Mode {
    counts: BTreeMap<Arc<str>, u64>,
    bytes: usize,
}

impl Mode {
    fn add(&mut self, text: &str, times: u64) {
        if let Some(count) = self.counts.get_mut(text) {
            *count += times;
        } else {
            self.bytes += text.len() + 56;
            self.counts.insert(text.into(), times);
        }
    }
}

impl Accumulator for Mode {
    fn update(&mut self, cell: &Value, _: Option<f64>) {
        texts(cell).for_each(|text| self.add(&text, 1));
    }

    /// Text and count by turns.
    fn state(&self) -> Vec<String> {
        self.counts.iter().flat_map(|(text, n)| [text.to_string(), n.to_string()]).collect()
    }

    fn merge(&mut self, state: &[&str]) {
        for pair in state.chunks_exact(2) {
            self.add(pair[0], pair[1].parse().unwrap_or(0));
        }
    }

    fn finish(&self) -> Value {
        let mut best: Option<(&Arc<str>, u64)> = None;
        for (text, &count) in &self.counts {
            if best.is_none_or(|(_, most)| count > most) {
                best = Some((text, count));
            }
        }
        best.map_or(Value::Null, |(text, _)| Value::Str(text.clone()))
    }

    fn size(&self) -> usize {
        self.bytes
    }
}
