//! A small schema, a sink that keeps everything, and short ways to ask it.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::Arc;
use tripline_events::{
    Decoder, EventBatch, Input, InputSummary, NO_TIME, Options, Projection, Projector, Reason,
    Rejected, Sink, Stream,
};
use tripline_schema::Schema;

pub const MAPPINGS: &str = r#"
[[source]]
id = "zeek.conn"
title = "Zeek conn"
recognise = [{ has = ["id.orig_h", "conn_state"] }]
time = ["ts"]
[source.elastic]
indices = ["logs-zeek.connection-default"]

[[source]]
id = "zeek.any"
title = "Zeek"
recognise = [{ shape = "zeek" }]
time = ["ts"]

[[source]]
id = "windows.sysmon.3"
title = "Sysmon 3"
recognise = [{ shape = "windows", where = { "System.Channel" = ["Microsoft-Windows-Sysmon/*"], "System.EventID" = ["3"] } }]
time = ["EventData.UtcTime", "System.TimeCreated"]

[[source]]
id = "windows.security.4624"
title = "Security 4624"
recognise = [{ shape = "windows", where = { "System.Channel" = ["security"], "System.EventID" = ["4624"] } }]
time = ["System.TimeCreated"]

[[source]]
id = "windows.event"
title = "Windows"
recognise = [{ shape = "windows" }]
time = ["System.TimeCreated"]

[[source]]
id = "ecs"
title = "ECS"
recognise = [{ shape = "ecs" }]
time = ["@timestamp"]
[source.elastic]
from_document = true
passthrough = true

[[source]]
id = "json"
title = "JSON"
time = ["@timestamp", "timestamp", "time", "ts"]
"#;

pub fn schema() -> Schema {
    Schema::load(&[("test.toml", MAPPINGS)]).unwrap()
}

/// Asks every stream for the same columns.
pub struct Columns {
    pub names: Vec<Arc<str>>,
    pub all: bool,
    pub skip: bool,
    pub late: bool,
}

impl Projector for Columns {
    fn projection(&self, _: &Stream) -> Projection {
        Projection {
            columns: self.names.clone(),
            late: if self.late { self.names.clone() } else { vec![] },
            all: self.all,
            skip: self.skip,
            ..Projection::default()
        }
    }
}

pub fn columns(names: &[&str]) -> Arc<Columns> {
    Arc::new(Columns {
        names: names.iter().map(|n| Arc::from(*n)).collect(),
        all: false,
        skip: false,
        late: false,
    })
}

/// The same columns, made when they are read.
pub fn late(of: &Columns) -> Arc<Columns> {
    Arc::new(Columns { names: of.names.clone(), late: true, ..*of })
}

pub fn everything() -> Arc<Columns> {
    Arc::new(Columns { names: vec![], all: true, skip: false, late: false })
}

#[derive(Default)]
pub struct Kept {
    pub batches: Vec<EventBatch>,
    pub rejected: Vec<Rejected>,
    pub progress: u64,
}

impl Sink for Kept {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        self.batches.push(batch);
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, rejected: Rejected) {
        self.rejected.push(rejected);
    }

    fn progress(&mut self, bytes: u64) {
        self.progress += bytes;
    }
}

/// An event as text: its fields that have values.
pub type Row = BTreeMap<String, Vec<String>>;

impl Kept {
    /// All rows by record number, with the source type as `#source` and the time as `#time`.
    pub fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<(u64, Row)> = vec![];
        for batch in &self.batches {
            for row in 0..batch.len() {
                let mut fields = Row::new();
                fields.insert("#source".into(), vec![batch.stream.mapping.id.to_string()]);
                if batch.time[row] != NO_TIME {
                    fields.insert("#time".into(), vec![batch.time[row].to_string()]);
                }
                for (name, column) in &batch.columns {
                    assert_eq!(column.len(), batch.len());
                    let values: Vec<String> = column.values(row).map(str::to_owned).collect();
                    if !values.is_empty() {
                        fields.insert(name.to_string(), values);
                    }
                }
                rows.push((batch.record[row], fields));
            }
        }
        rows.sort_by_key(|(record, _)| *record);
        rows.into_iter().map(|(_, row)| row).collect()
    }

    pub fn reasons(&self) -> Vec<Reason> {
        self.rejected.iter().map(|r| r.reason).collect()
    }
}

pub struct Reader {
    pub decoder: Decoder,
}

impl Reader {
    pub fn new(projector: Arc<dyn Projector>, options: Options) -> Self {
        Self { decoder: Decoder::new(&schema(), projector, options).unwrap() }
    }

    pub fn read(&mut self, name: &str, bytes: &[u8]) -> (Kept, InputSummary) {
        let mut kept = Kept::default();
        let input = Input::from_bytes(name, bytes.to_vec());
        let summary = self.decoder.read(&input, &mut kept).unwrap();
        let events: usize = kept.batches.iter().map(EventBatch::len).sum();
        assert_eq!(summary.events, events as u64, "{name}: every event is in a batch");
        assert_eq!(summary.rejected.values().sum::<u64>(), kept.rejected.len() as u64);
        assert_eq!(summary.records, summary.events + kept.rejected.len() as u64);
        (kept, summary)
    }
}

/// Reads with all fields and the usual options.
pub fn read(name: &str, bytes: impl AsRef<[u8]>) -> (Kept, InputSummary) {
    Reader::new(everything(), Options::default()).read(name, bytes.as_ref())
}

pub fn one<'a>(row: &'a Row, field: &str) -> &'a str {
    row.get(field).and_then(|v| v.first()).map_or("", String::as_str)
}
