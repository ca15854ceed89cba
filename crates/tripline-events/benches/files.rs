//! Decoding whole files into the columns that rules over Windows events mostly ask for: events a
//! second of processor time, and a sum over all values, which no change may change.
//!
//! `cargo bench -p tripline-events --bench files -- FILE_OR_FOLDER… [-- COLUMN…]`; `all` for every
//! column, `none` for none. `THREADS=2` has two decoders read together.

#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::Arc;
use tripline_events::{
    Crew, Decoder, EventBatch, Options, Projection, Projector, Rejected, Sink, Stream, discover,
};
use tripline_schema::Schema;

const USUAL: &[&str] = &[
    "System.EventID",
    "System.Channel",
    "System.Provider",
    "EventData.Image",
    "EventData.CommandLine",
    "EventData.ParentImage",
    "EventData.ParentCommandLine",
    "EventData.OriginalFileName",
    "EventData.User",
    "EventData.IntegrityLevel",
    "EventData.Hashes",
    "EventData.ImageLoaded",
    "EventData.Signed",
    "EventData.Signature",
    "EventData.TargetFilename",
    "EventData.TargetObject",
    "EventData.Details",
    "EventData.EventType",
    "EventData.SourceImage",
    "EventData.TargetImage",
    "EventData.GrantedAccess",
    "EventData.CallTrace",
    "EventData.DestinationIp",
    "EventData.DestinationPort",
    "EventData.DestinationHostname",
    "EventData.Initiated",
    "EventData.PipeName",
    "EventData.QueryName",
    "EventData.ScriptBlockText",
    "EventData.Payload",
    "EventData.ContextInfo",
    "EventData.NewProcessName",
    "EventData.ParentProcessName",
    "EventData.ProcessName",
    "EventData.SubjectUserName",
    "EventData.TargetUserName",
    "EventData.LogonType",
    "EventData.ObjectName",
    "EventData.ObjectType",
    "EventData.AccessMask",
    "EventData.ServiceName",
    "EventData.ImagePath",
    "EventData.ShareName",
    "EventData.RelativeTargetName",
    "EventData.StartModule",
    "EventData.StartFunction",
    "EventData.Product",
    "EventData.Company",
    "EventData.Description",
    "EventData.CurrentDirectory",
    "EventData.SourceName",
    "id.orig_h",
    "id.orig_p",
    "id.resp_h",
    "id.resp_p",
    "proto",
    "service",
    "conn_state",
    "orig_bytes",
    "resp_bytes",
    "eventName",
    "eventSource",
];

struct Wanted {
    columns: Vec<Arc<str>>,
    all: bool,
}

impl Projector for Wanted {
    fn projection(&self, _: &Stream) -> Projection {
        Projection { columns: self.columns.clone(), all: self.all, ..Projection::default() }
    }
}

#[derive(Default)]
struct Sum {
    events: u64,
    rejected: u64,
    values: u64,
    all: u64,
    count: bool,
}

impl Sink for Sum {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        self.events += batch.len() as u64;
        if !self.count {
            return ControlFlow::Continue(());
        }
        let hasher = foldhash::fast::FixedState::default();
        for (name, column) in &batch.columns {
            for row in 0..batch.len() {
                for value in column.values(row) {
                    let mut one = hasher.build_hasher();
                    (&**name, value, batch.time[row]).hash(&mut one);
                    batch.raw.get(row).len().hash(&mut one);
                    self.all = self.all.wrapping_add(one.finish());
                    self.values += 1;
                }
            }
        }
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, _: Rejected) {
        self.rejected += 1;
    }

    fn progress(&mut self, _: u64) {}
}

/// Processor time of this process so far, in seconds.
fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let mut parts = arguments.split(|a| a == "--");
    let paths: Vec<PathBuf> = parts.next().unwrap_or_default().iter().map(PathBuf::from).collect();
    let named = parts.next().unwrap_or_default();
    if paths.is_empty() {
        println!("skipped: no files named");
        return;
    }
    let all = named.iter().any(|n| n == "all");
    let columns: Vec<Arc<str>> = match named {
        [] => USUAL.iter().map(|c| Arc::from(*c)).collect(),
        [one] if one == "all" || one == "none" => vec![],
        more => more.iter().map(|c| Arc::from(c.as_str())).collect(),
    };
    let threads = std::env::var("THREADS").map_or(1, |n| n.parse().unwrap());
    let inputs = discover(&paths, None).unwrap();
    for count in [true, false, false] {
        let wanted = Arc::new(Wanted { columns: columns.clone(), all });
        let borrowed: Vec<_> = inputs.iter().collect();
        let crew = Crew::new(&borrowed);
        let work = || {
            let mut decoder =
                Decoder::new(Schema::builtin(), wanted.clone(), Options::default()).unwrap();
            let mut sum = Sum { count, ..Sum::default() };
            let mut bytes = 0;
            while let Some(job) = crew.next() {
                bytes += decoder.work(job, &mut sum).unwrap().bytes;
            }
            (sum, bytes)
        };
        let (clock, start) = (std::time::Instant::now(), processor_seconds());
        let parts: Vec<(Sum, u64)> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
            threads.into_iter().map(|t| t.join().unwrap()).collect()
        });
        let (seconds, clock) = (processor_seconds() - start, clock.elapsed().as_secs_f64());
        let mut sum = Sum::default();
        let mut bytes = 0;
        for (part, of_part) in parts {
            sum.events += part.events;
            sum.rejected += part.rejected;
            sum.values += part.values;
            sum.all = sum.all.wrapping_add(part.all);
            bytes += of_part;
        }
        if count {
            println!(
                "{} events, {} set aside, {} values, sum {:016x}",
                sum.events, sum.rejected, sum.values, sum.all
            );
        } else {
            println!(
                "{seconds:.2} s ({clock:.2} s by the clock): {:.0} events/s, {:.0} MB/s",
                sum.events as f64 / seconds,
                bytes as f64 / 1e6 / seconds
            );
        }
    }
}
