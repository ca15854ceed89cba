//! Every real log goes through, and the sums are right.

use crate::support::{Kept, Reader, columns};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use tripline_events::{Input, InputKind, Options, discover};

/// The folder of logs; None (said so) where it is absent.
pub fn logs() -> Option<PathBuf> {
    let root = std::env::var_os("TRIPLINE_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let logs = root.join("logs");
    if !logs.is_dir() {
        report(&format!("skipped: no corpora at {}", root.display()));
        return None;
    }
    Some(logs)
}

/// Test output that `cargo test -- --nocapture` shows.
#[expect(clippy::print_stdout, reason = "a test's report")]
fn report(text: &str) {
    println!("{text}");
}

pub fn first_evtx() -> Option<PathBuf> {
    let folder = logs()?.join("evtx/attack-samples");
    let inputs = discover(&[folder], Some("*.evtx")).unwrap();
    let smallest = inputs.iter().filter(|i| i.bytes > 1 << 17).min_by_key(|i| i.bytes)?;
    path(smallest)
}

fn path(input: &Input) -> Option<PathBuf> {
    match &input.kind {
        InputKind::File(path) => Some(path.clone()),
        _ => None,
    }
}

fn text_of(path: &Path) -> Vec<u8> {
    let bytes = std::fs::read(path).unwrap();
    let mut out = vec![];
    match path.extension().and_then(|e| e.to_str()) {
        Some("gz") => {
            flate2::read::MultiGzDecoder::new(bytes.as_slice()).read_to_end(&mut out).unwrap();
            out
        }
        Some("zst") => zstd::stream::decode_all(bytes.as_slice()).unwrap(),
        _ => bytes,
    }
}

#[test]
fn all_logs_go_through_and_every_record_is_accounted_for() {
    let Some(logs) = logs() else { return };
    let mut inputs = discover(&[logs], None).unwrap();
    // All of it is 1.5 GB: minutes without optimisation. TRIPLINE_ALL_LOGS=1 reads all.
    if std::env::var_os("TRIPLINE_ALL_LOGS").is_none() {
        let all = inputs.len();
        inputs.retain(|i| i.bytes < 200_000 || i.name.ends_with(".evtx") && i.bytes < 1_200_000);
        report(&format!("{} of {all} files, TRIPLINE_ALL_LOGS=1 reads all", inputs.len()));
    }
    let names = ["EventData.Image", "System.EventID", "id.orig_h", "ts", "eventName"];
    let mut reader = Reader::new(columns(&names), Options::default());
    let (mut files, mut skipped, mut records, mut events, mut bytes) = (0, 0, 0, 0, 0);
    let mut sources: BTreeMap<String, u64> = BTreeMap::new();
    let mut rejected: BTreeMap<&str, u64> = BTreeMap::new();
    let (mut checked, mut evtx_files) = (0, 0);
    for input in &inputs {
        let mut kept = Kept::default();
        let summary = reader.decoder.read(input, &mut kept).unwrap();
        let aside: u64 = summary.rejected.values().sum();
        assert_eq!(summary.records, summary.events + aside, "{}", input.name);
        if summary.skipped.is_some() {
            assert!(
                !input.name.ends_with("json") && !input.name.ends_with("evtx"),
                "{}: {:?}",
                input.name,
                summary.skipped
            );
            skipped += 1;
            continue;
        }
        let path = path(input).unwrap();
        // Reading EVTX twice takes the longest by far: every eighth file is enough.
        let evtx = input.name.ends_with(".evtx");
        evtx_files += u64::from(evtx);
        if (!evtx || evtx_files % 8 == 1)
            && let Some(expected) = expected_records(&path)
        {
            assert_eq!(summary.records, expected, "{}", input.name);
            checked += 1;
        }
        files += 1;
        records += summary.records;
        events += summary.events;
        bytes += summary.bytes;
        for (stream, count) in &summary.streams {
            *sources.entry(stream.key.to_string()).or_default() += count;
        }
        for (reason, count) in &summary.rejected {
            *rejected.entry(reason.word()).or_default() += count;
        }
    }
    assert_eq!(records, events + rejected.values().sum::<u64>());
    assert!(checked > 300, "{checked}");
    report(&format!(
        "{files} logs ({checked} counted another way), {skipped} skipped, {bytes} bytes, \
         {records} records, {events} events, rejected {rejected:?}\n{sources:#?}"
    ));
}

/// The records present, counted without our decoder; None where that is not simple.
fn expected_records(path: &Path) -> Option<u64> {
    if path.extension().is_some_and(|e| e == "evtx") {
        let mut parser = evtx::EvtxParser::from_path(path).unwrap();
        return Some(parser.records_json().count() as u64);
    }
    let text = text_of(path);
    let mut lines = text.split(|b| *b == b'\n').map(<[u8]>::trim_ascii).filter(|l| !l.is_empty());
    if text.starts_with(b"#separator") {
        return Some(lines.filter(|l| l[0] != b'#').count() as u64);
    }
    let first = lines.next()?;
    let whole = |line: &[u8]| {
        matches!(serde_json::from_slice(line), Ok(serde_json::Value::Object(o))
            if !o.contains_key("Records") && !o.contains_key("value"))
    };
    whole(first).then(|| lines.count() as u64 + 1)
}
