//! Compression and archives: told by magic bytes, whole or broken.

use crate::support::{Kept, read};
use std::io::Write;
use tripline_events::{InputSummary, Reason};

fn gz(bytes: &[u8]) -> Vec<u8> {
    let mut w = flate2::write::GzEncoder::new(vec![], flate2::Compression::fast());
    w.write_all(bytes).unwrap();
    w.finish().unwrap()
}

fn bz2(bytes: &[u8]) -> Vec<u8> {
    let mut w = bzip2::write::BzEncoder::new(vec![], bzip2::Compression::fast());
    w.write_all(bytes).unwrap();
    w.finish().unwrap()
}

fn zst(bytes: &[u8]) -> Vec<u8> {
    zstd::stream::encode_all(bytes, 1).unwrap()
}

fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut w = zip::ZipWriter::new(std::io::Cursor::new(vec![]));
    for (name, bytes) in members {
        w.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        w.write_all(bytes).unwrap();
    }
    w.finish().unwrap().into_inner()
}

fn lines(n: usize) -> Vec<u8> {
    (0..n)
        .flat_map(|i| format!("{{\"n\":{i},\"x\":{}}}\n", i * 7919 % 10_007).into_bytes())
        .collect()
}

fn events(result: &(Kept, InputSummary)) -> u64 {
    assert!(result.0.rejected.is_empty(), "{:?}", result.0.rejected);
    result.1.events
}

#[test]
fn several_members_and_frames_and_wrong_names() {
    for pack in [gz, bz2, zst] {
        assert_eq!(events(&read("x.ndjson", pack(&lines(10)))), 10);
        let twice = [pack(&lines(10)), pack(&lines(5))].concat();
        assert_eq!(events(&read("x.bin", twice)), 15);
    }
    assert_eq!(events(&read("x.gz", lines(3))), 3);
    assert_eq!(events(&read("x.gz", gz(&zst(&lines(4))))), 4);
}

#[test]
fn what_was_read_before_the_damage_counts() {
    for pack in [gz, bz2, zst] {
        let whole = pack(&lines(100_000));
        let (kept, summary) = read("x.ndjson", &whole[..whole.len() * 3 / 4]);
        assert_eq!(kept.reasons(), [Reason::Truncated]);
        assert!(summary.events > 1000 && summary.events < 100_000, "{}", summary.events);
        assert!(kept.rejected[0].place.line.is_some());
        let records: Vec<u64> = kept.batches.iter().flat_map(|b| b.record.clone()).collect();
        assert!(records.iter().copied().eq(0..summary.events));
    }
    let mut damaged = gz(&lines(50_000));
    let middle = damaged.len() / 2;
    damaged[middle..middle + 64].fill(0xFF);
    let (kept, _) = read("x.ndjson", damaged);
    assert!(kept.reasons().contains(&Reason::Truncated));
    let (kept, summary) = read("x.ndjson", &gz(&lines(10))[..8]);
    assert_eq!((kept.reasons(), summary.records), (vec![Reason::Truncated], 1));
}

#[test]
fn zip_members_are_inputs_of_their_own() {
    let bytes = zip(&[
        ("a.json", b"{\"a\":1}\n{\"a\":"),
        ("README", b"nothing to see here\n"),
        ("b/c.log.gz", &gz(b"{\"a\":2}\n")),
    ]);
    let (kept, summary) = read("x.zip", &bytes);
    let names: Vec<&str> = kept.batches.iter().map(|b| &*b.input).collect();
    assert_eq!(names, ["x.zip!a.json", "x.zip!b/c.log.gz"]);
    assert_eq!(kept.rejected[0].place.to_string(), "x.zip!a.json:2");
    assert_eq!(&*summary.skipped_members[0].0, "x.zip!README");
    assert_eq!(summary.skipped, None);
    let (kept, _) = read("x.zip", &bytes[..bytes.len() / 2]);
    assert_eq!(kept.reasons(), [Reason::Truncated]);
    // An archive inside a stream.
    let (kept, _) = read("x", gz(&bytes));
    assert_eq!(kept.batches.len(), 2);
}

#[test]
fn archives_that_are_not_read_say_so() {
    let mut tar = vec![0; 1024];
    tar[257..262].copy_from_slice(b"ustar");
    let (_, summary) = read("x.tar", tar);
    assert_eq!(summary.skipped.as_deref(), Some("a tar archive; unpack it first"));
}

#[test]
fn progress_adds_up_to_the_size_on_disk() {
    let packed = gz(&lines(10_000));
    let (kept, summary) = read("x", &packed);
    assert_eq!(kept.progress, packed.len() as u64);
    assert_eq!(summary.bytes, lines(10_000).len() as u64);
}
