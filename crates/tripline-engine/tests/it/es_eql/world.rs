//! A suite's data as one batch, and the way of a plan through matcher and tails.

use super::load::Suite;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;
use tripline_engine::tails::{pipes, sample, sequence};
use tripline_engine::{Context, Hit, Matcher, Worker};
use tripline_events::{ColumnBuilder, EventBatch, NO_TIME, RawRows, Stream};
use tripline_ir::{Plan, Step, Tail};
use tripline_schema::Schema;

/// What a query returns.
#[derive(Debug, Default)]
pub struct Found {
    /// Ids of all events, sequences one after the other; -1 for a missing event.
    pub ids: Vec<i64>,
    /// Join keys of all sequences; `null` for an absent one.
    pub keys: Vec<String>,
}

pub struct World {
    schema: Schema,
    batch: EventBatch,
    ids: Vec<i64>,
}

impl World {
    pub fn new(suite: &Suite) -> Self {
        let schema = Schema::load(&[("oracle.toml", &source(suite))]).unwrap();
        let mapping = Arc::clone(schema.mapping("oracle").unwrap());
        let indices = vec![];
        let stream = Stream { key: "oracle".into(), mapping, indices, recognised: false };
        let stream = Arc::new(stream);

        let rows = suite.events.len();
        let mut builders: BTreeMap<&str, ColumnBuilder> = BTreeMap::new();
        let mut raw = RawRows::default();
        for (row, event) in suite.events.iter().enumerate() {
            for (name, value) in event {
                let builder = builders.entry(name).or_default();
                let items = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                for item in items {
                    match item {
                        Value::Null => {}
                        Value::String(text) => builder.push(row, text),
                        other => builder.push(row, &other.to_string()),
                    }
                }
            }
            let text = Arc::new(serde_json::to_vec(event).unwrap());
            raw.push(&text, 0, text.len());
        }
        let columns = builders.iter_mut().map(|(name, b)| ((*name).into(), b.finish(rows).into()));
        let batch = EventBatch {
            stream,
            input: "oracle".into(),
            time: suite.events.iter().map(|e| e.get("@timestamp").map_or(NO_TIME, time)).collect(),
            record: (0..rows as u64).collect(),
            columns: columns.collect(),
            raw: raw.into(),
        };
        let ids = suite.events.iter().map(|e| e[suite.id].as_i64().unwrap()).collect();
        Self { schema, batch, ids }
    }

    /// All plans in one pass, then each through its tail. The second of each pair is the size of a
    /// request, which bounds samples.
    pub fn run(&self, plans: &[(&Plan, Option<usize>)]) -> Vec<Found> {
        let only: Vec<&Plan> = plans.iter().map(|(plan, _)| *plan).collect();
        let matcher = Arc::new(Matcher::new(&only, &self.schema, Context::default()).unwrap());
        let mut worker = matcher.worker();
        let hits: Vec<Hit> = worker.run(&self.batch).to_vec();
        plans
            .iter()
            .zip(0..)
            .map(|((plan, size), at)| {
                let hits: Vec<Hit> = hits.iter().filter(|h| h.plan == at).copied().collect();
                self.tail(plan, *size, &hits, &mut worker)
            })
            .collect()
    }

    fn tail(&self, plan: &Plan, size: Option<usize>, hits: &[Hit], worker: &mut Worker) -> Found {
        match &plan.tail {
            Tail::Each { pipes } => {
                let mut rows: Vec<usize> = hits.iter().map(|h| h.row as usize).collect();
                rows.sort_by_key(|row| (self.batch.time[*row], self.ids[*row], *row));
                let ids = rows.into_iter().map(|row| self.ids[row]).collect();
                Found { ids: pipes::apply(pipes, ids), keys: vec![] }
            }
            Tail::Sequence(steps) => {
                let steps_and_until: Vec<&Step> = steps.steps.iter().chain(&steps.until).collect();
                let hits: Vec<sequence::StepHit> =
                    hits.iter().map(|hit| self.step_hit(&steps_and_until, *hit, worker)).collect();
                let outcome = sequence::run(steps, &hits, &sequence::Limits::default());
                assert!(outcome.dropped.is_empty());
                let mut found = Found::default();
                for one in outcome.found {
                    let id = |doc: &Option<u64>| doc.map_or(-1, |row| self.ids[row as usize]);
                    found.ids.extend(one.docs.iter().map(id));
                    found.keys.extend(one.keys.iter().map(|key| shown(key.as_deref())));
                }
                found
            }
            Tail::Sample(plan) => {
                let steps: Vec<&Step> = plan.steps.iter().collect();
                let hits: Vec<sequence::StepHit> =
                    hits.iter().map(|hit| self.step_hit(&steps, *hit, worker)).collect();
                let outcome = sample::run(plan, &hits);
                assert_eq!(outcome.dropped, 0);
                let mut found = Found::default();
                for one in outcome.found.into_iter().take(size.unwrap_or(usize::MAX)) {
                    found.ids.extend(one.docs.iter().map(|row| self.ids[*row as usize]));
                    found.keys.extend(one.keys.iter().map(|key| shown(key.as_deref())));
                }
                found
            }
            other => panic!("no tail of EQL: {other:?}"),
        }
    }

    fn step_hit(&self, steps: &[&Step], hit: Hit, worker: &mut Worker) -> sequence::StepHit {
        let row = hit.row as usize;
        let step = steps.iter().find(|s| s.filter == hit.filter as usize).unwrap();
        let keys = step.keys.iter().map(|key| {
            let mut values: Vec<Arc<str>> = Vec::new();
            worker.values(&self.batch, row, &key.field, &mut |v| values.push(v.into()));
            values
        });
        sequence::StepHit {
            step_filter: hit.filter,
            time: self.batch.time[row],
            tiebreak: Some(sequence::Tiebreak::Number(self.ids[row])),
            order: (0, row as u64),
            keys: keys.collect(),
            doc: row as u64,
        }
    }
}

/// A source whose fields are those of the record, aliases besides.
fn source(suite: &Suite) -> String {
    let mut text = String::from(
        "[[source]]\nid = \"oracle\"\ntitle = \"Oracle\"\n[source.elastic]\npassthrough = true\n\
         [source.elastic.fields]\n",
    );
    for (alias, path) in &suite.mapping.aliases {
        let _ = writeln!(text, "{alias:?} = {path:?}");
    }
    text
}

/// Nanoseconds of ISO text, or of a number of milliseconds.
fn time(value: &Value) -> i64 {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if let Ok(millis) = text.parse::<i64>() {
        return millis * 1_000_000;
    }
    let at: jiff::Timestamp = text.parse().unwrap();
    i64::try_from(at.as_nanosecond()).unwrap()
}

fn shown(key: Option<&str>) -> String {
    key.map_or_else(|| "null".to_owned(), str::to_owned)
}
