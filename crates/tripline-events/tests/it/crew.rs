//! Several decoders that read together find what one finds.

use crate::support::{Kept, Row, columns, schema};
use std::fmt::Write as _;
use std::io::Write as _;
use std::ops::ControlFlow;
use tripline_events::{Crew, Decoder, EventBatch, Input, Options, Rejected, Sink};

/// What was read, by rank.
#[derive(Default)]
struct Ranked {
    rank: usize,
    batches: Vec<(usize, EventBatch)>,
    rejected: Vec<(usize, Rejected)>,
    progress: u64,
    wait: bool,
}

impl Sink for Ranked {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        if self.wait {
            // So that everybody gets something to do.
            std::thread::yield_now();
        }
        self.batches.push((self.rank, batch));
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, rejected: Rejected) {
        self.rejected.push((self.rank, rejected));
    }

    fn progress(&mut self, bytes: u64) {
        self.progress += bytes;
    }
}

fn options() -> Options {
    Options { max_record_bytes: 2 << 20, ..Options::default() }
}

type Found = (Vec<(usize, u64, Row)>, Vec<(usize, String)>, u64, u64);

fn together(inputs: &[Input], workers: usize) -> Found {
    let borrowed: Vec<&Input> = inputs.iter().collect();
    let crew = Crew::new(&borrowed);
    let work = || {
        let options = Options { batch_rows: 500, ..options() };
        let projector = columns(&["a", "System.EventID", "id.orig_h"]);
        let mut decoder = Decoder::new(&schema(), projector, options).unwrap();
        let mut sink = Ranked { wait: workers > 1, ..Ranked::default() };
        let mut records = 0;
        while let Some(job) = crew.next() {
            sink.rank = job.rank();
            records += decoder.work(job, &mut sink).unwrap().records;
        }
        (sink, records)
    };
    let results: Vec<(Ranked, u64)> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        threads.into_iter().map(|t| t.join().unwrap()).collect()
    });
    let numbers = crew.numbers();
    let (mut rows, mut rejected, mut records, mut progress) = (vec![], vec![], 0, 0);
    for (sink, of_worker) in results {
        records += of_worker;
        progress += sink.progress;
        for (rank, batch) in sink.batches {
            assert!(batch.record.is_sorted());
            let record = batch.record.clone();
            let kept = Kept { batches: vec![batch], ..Kept::default() };
            let of_batch = kept.rows().into_iter().zip(record);
            rows.extend(of_batch.map(|(row, record)| (rank, numbers.of(rank, record), row)));
        }
        rejected.extend(sink.rejected.into_iter().map(|(rank, mut r)| {
            numbers.settle(rank, &mut r.place);
            (rank, format!("{r:?}"))
        }));
    }
    rows.sort_by_key(|(rank, record, _)| (*rank, *record));
    rejected.sort();
    (rows, rejected, records, progress)
}

fn ndjson(records: usize) -> Vec<u8> {
    let mut text = String::new();
    for n in 0..records {
        let _ = match n % 1000 {
            7 => writeln!(text, "broken {n}"),
            8 => writeln!(text, "{{\"Records\":[{{\"a\":{n}}},{{\"a\":[1,{n}]}},3]}}"),
            9 => writeln!(text, "  \r"),
            10 => writeln!(text, "{{\"a\":\"{}\"}}", "x".repeat(70_000)),
            _ => writeln!(
                text,
                "{{\"time\":{n},\"a\":\"{}\",\"b\":\"{}\"}}",
                n % 77,
                "y".repeat(n % 200)
            ),
        };
    }
    text.into_bytes()
}

fn zeek(rows: usize) -> Vec<u8> {
    let mut text = String::new();
    for n in 0..rows {
        if n % 20_000 == 0 {
            text.push_str("#separator \\x09\n#path\tconn\n#fields\t");
            text.push_str(if n % 40_000 == 0 {
                "ts\tid.orig_h\tconn_state\n"
            } else {
                "conn_state\tts\tid.orig_h\n"
            });
        }
        let (ts, host, state) =
            (1_575_413_096 + n, format!("10.0.{}.{}", n / 250 % 250, n % 250), "SF");
        let _ = if n % 40_000 < 20_000 {
            writeln!(text, "{ts}\t{host}\t{state}{}", if n % 999 == 0 { "\tmore" } else { "" })
        } else {
            writeln!(text, "{state}\t{ts}\t{host}")
        };
    }
    text.into_bytes()
}

#[test]
fn what_is_found_does_not_depend_on_how_many_read() {
    let lines = ndjson(60_000);
    // Files are read in ranges. One with lines that reach over several of them, too long ones too,
    // and an end in the middle of one.
    let folder = tempfile::tempdir().unwrap();
    let mut odd = b"\n\r\n".to_vec();
    for len in [0, 1 << 20, 100, 1_500_000, 5_000_000, 7, 1_900_000, 3_000_000] {
        odd.extend_from_slice(&ndjson(3000));
        odd.extend_from_slice(format!("{{\"a\":\"{}\"}}\r\n", "x".repeat(len)).as_bytes());
        odd.extend_from_slice(b"broken\n");
    }
    odd.extend_from_slice(b"{\"a\":\"half");
    let files = [("lines.ndjson", lines.clone()), ("odd.ndjson", odd)].map(|(name, bytes)| {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    });
    assert!(lines.len() > 8 << 20);
    let mut packed = flate2::write::GzEncoder::new(vec![], flate2::Compression::none());
    packed.write_all(&lines).unwrap();
    let mut inputs = vec![
        Input::from_bytes("small.ndjson", b"{\"a\":1}\n\n{\"a\":2}".to_vec()),
        Input::from_bytes("lines.ndjson", lines),
        Input::from_bytes("list.json", b"[{\"a\":1},{\"a\":2}]".to_vec()),
        Input::from_bytes("packed.ndjson.gz", packed.finish().unwrap()),
        Input::from_bytes("conn.log", zeek(200_000)),
    ];
    assert!(inputs[4].bytes > 4 << 20);
    inputs.extend(tripline_events::discover(&files, None).unwrap());
    if let Some(logs) = crate::corpora::logs() {
        let found = tripline_events::discover(&[logs.join("evtx")], Some("*.evtx")).unwrap();
        inputs.extend(found.into_iter().find(|i| (4 << 20..8 << 20).contains(&i.bytes)));
    }
    let alone = together(&inputs, 1);
    assert!(alone.0.len() > 250_000 && alone.1.len() > 100);
    assert_eq!(alone.3, inputs.iter().map(|i| i.bytes).sum::<u64>());
    // And what the decoder finds that knows of no others.
    let mut decoder =
        Decoder::new(&schema(), columns(&["a", "System.EventID", "id.orig_h"]), options()).unwrap();
    let (mut at, mut rejected) = (0, vec![]);
    for (rank, input) in inputs.iter().enumerate() {
        let mut kept = Kept::default();
        decoder.read(input, &mut kept).unwrap();
        let mut records: Vec<u64> =
            kept.batches.iter().flat_map(|b| b.record.iter().copied()).collect();
        records.sort_unstable();
        for (record, row) in records.into_iter().zip(kept.rows()) {
            assert_eq!(alone.0[at], (rank, record, row));
            at += 1;
        }
        rejected.extend(kept.rejected.iter().map(|r| (rank, format!("{r:?}"))));
    }
    assert_eq!(at, alone.0.len());
    rejected.sort();
    assert_eq!(rejected, alone.1);
    for workers in [2, 3] {
        let found = together(&inputs, workers);
        assert!(found == alone, "{workers} find something else");
    }
}
