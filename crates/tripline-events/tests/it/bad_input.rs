//! What bad input gets: a reason and a place, and reading goes on.

use crate::support::{Reader, columns, everything, read};
use std::io::Read;
use tripline_events::{Decoder, Input, InputKind, Options, Reason, discover};

const GOOD: &str = r#"{"a":1}"#;

fn ndjson(bad: &[u8]) -> Vec<u8> {
    [GOOD.as_bytes(), b"\n", bad, b"\n", GOOD.as_bytes(), b"\n"].concat()
}

#[test]
fn bad_lines_are_set_aside_and_good_ones_stay() {
    let deep = [b"[".repeat(10_000), b"]".repeat(10_000)].concat();
    let deep = [b"{\"a\":".as_slice(), &deep, b"}"].concat();
    for (bad, reason) in [
        (b"{\"a\":".as_slice(), Reason::Malformed),
        (b"garbage", Reason::Malformed),
        (b"{\"a\":\"\xFF\xFE\"}", Reason::Encoding),
        (b"[1,2]", Reason::NotAnObject),
        (b"42", Reason::NotAnObject),
        (b"null", Reason::NotAnObject),
        (&deep, Reason::TooDeep),
    ] {
        let (kept, summary) = read("x.ndjson", ndjson(bad));
        assert_eq!(
            kept.reasons(),
            [reason],
            "{}",
            String::from_utf8_lossy(&bad[..20.min(bad.len())])
        );
        assert_eq!((summary.records, summary.events), (3, 2));
        assert_eq!(kept.rejected[0].place.to_string(), "x.ndjson:2");
        assert_eq!(kept.rejected[0].place.record, 1);
        assert!(kept.rejected[0].excerpt.len() <= 200);
    }
}

#[test]
fn a_half_written_last_line() {
    let (kept, summary) = read("x.ndjson", "{\"a\":1}\n{\"a\":2}\n{\"a\":");
    assert_eq!(kept.reasons(), [Reason::HalfWritten]);
    assert_eq!(summary.events, 2);
    assert_eq!(kept.rejected[0].place.line, Some(3));
    // A last line that is whole needs no line feed.
    let (kept, summary) = read("x.ndjson", "{\"a\":1}\n{\"a\":2}");
    assert!(kept.rejected.is_empty());
    assert_eq!(summary.events, 2);
}

#[test]
fn long_lines_are_passed_over() {
    let options = Options { max_record_bytes: 100, ..Options::default() };
    for length in [101, 5_000, (1 << 20) - 1, 1 << 20, 3 << 20] {
        let bad = format!("{{\"a\":\"{}\"}}", "x".repeat(length));
        let mut reader = Reader::new(everything(), options.clone());
        let (kept, summary) = reader.read("x.ndjson", &ndjson(bad.as_bytes()));
        assert_eq!(kept.reasons(), [Reason::TooLong], "{length}");
        assert_eq!(summary.events, 2, "{length}");
        assert_eq!(kept.rejected[0].place.line, Some(2));
        let second = kept.batches.iter().flat_map(|b| &b.record).max();
        assert_eq!(second, Some(&2));
    }
}

/// 200 MB on one line, made up while it is read.
struct LongLine {
    left: usize,
}

impl Read for LongLine {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = into.len().min(self.left);
        into[..n].fill(b'x');
        self.left -= n;
        Ok(n)
    }
}

#[test]
fn a_200_mb_line_does_not_fill_the_memory() {
    // Through zstd, as a file of some KB: the decoder sees a stream.
    let start = b"{\"a\":1}\n{\"a\":\"".as_slice();
    let line = start.chain(LongLine { left: 200 << 20 }).chain(b"\"}\n{\"a\":2}\n".as_slice());
    let packed = zstd::stream::encode_all(line, 1).unwrap();
    assert!(packed.len() < 1 << 20);
    let (kept, summary) = read("x.ndjson.zst", packed);
    assert_eq!(kept.reasons(), [Reason::TooLong]);
    assert_eq!(summary.events, 2);
    assert_eq!(summary.bytes, (200 << 20) + 25);
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        let peak = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("");
        let peak: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap_or(0);
        assert!(peak < 400 << 10, "peak {peak} kB");
    }
}

#[test]
fn a_record_without_a_time() {
    let text = "{\"time\":\"2026-11-21T10:00:00Z\"}\n{\"a\":1}\n{\"time\":\"soon\"}\n";
    let options = Options { require_time: true, ..Options::default() };
    let (kept, summary) = Reader::new(everything(), options).read("x.ndjson", text.as_bytes());
    assert_eq!(kept.reasons(), [Reason::NoTime, Reason::NoTime]);
    assert_eq!(kept.rejected[0].detail, "no field that holds a time");
    assert_eq!(kept.rejected[1].detail, "its time cannot be read");
    assert_eq!(summary.events, 1);
    // Not required: they are events without a time.
    let (kept, _) = read("x.ndjson", text);
    assert_eq!(kept.rows().len(), 3);
}

#[test]
fn an_unknown_source_type_names_the_nearest() {
    let options = Options { source: Some("zeek.con".into()), ..Options::default() };
    let error = Decoder::new(&crate::support::schema(), columns(&[]), options).err().unwrap();
    assert_eq!(error.to_string(), "there is no source type `zeek.con`; did you mean `zeek.conn`?");
}

#[test]
fn files_that_are_no_logs_are_skipped_and_logs_of_garbage_are_not() {
    for (name, bytes) in [
        ("LICENSE", b"Permission is hereby granted, free of charge,\nto any person\n".as_slice()),
        ("info.yml", b"name: x\nauthor: y, z\n"),
        ("image.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"),
        ("notes.txt", b"[2026-11-21] hello\nworld\n"),
    ] {
        let (kept, summary) = read(name, bytes);
        assert!(summary.skipped.is_some(), "{name}");
        assert_eq!(summary.records, 0);
        assert!(kept.rejected.is_empty());
    }
    for name in ["x.json", "x.ndjson", "x.log", "x.log.gz"] {
        let (kept, summary) = read(name, "what is this\nand this\n\n");
        assert_eq!(kept.reasons(), [Reason::Malformed, Reason::Malformed], "{name}");
        assert_eq!(summary.skipped, None);
    }
}

#[test]
fn empty_inputs_have_no_records() {
    for bytes in [b"".as_slice(), b"\n\n", b"\xEF\xBB\xBF", b"[]", b"{\"Records\":[]}"] {
        let (_, summary) = read("x.json", bytes);
        assert_eq!((summary.records, summary.skipped), (0, None), "{bytes:?}");
    }
}

#[test]
fn missing_paths_and_bad_globs_are_one_sentence() {
    let error = discover(&["/no/such/thing".into()], None).err().unwrap();
    assert_eq!(error.to_string(), "there is no file or folder `/no/such/thing`");
    let error = discover(&[], Some("[")).err().unwrap();
    assert!(error.to_string().starts_with("`[` is not a file pattern"), "{error}");
}

#[test]
fn folders_are_read_in_order_without_hidden_files_and_loops() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    std::fs::create_dir_all(root.join("b/c")).unwrap();
    for name in ["b/2.json", "b/c/3.log", "1.json", ".hidden.json", "a.json"] {
        std::fs::write(root.join(name), GOOD).unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(root, root.join("b/loop")).unwrap();
    let names = |glob| -> Vec<String> {
        let found = discover(&[root.to_path_buf()], glob).unwrap();
        let relative = |i: &Input| match &i.kind {
            InputKind::File(p) => p.strip_prefix(root).unwrap().to_string_lossy().into_owned(),
            _ => String::new(),
        };
        found.iter().map(relative).collect()
    };
    assert_eq!(names(None), ["1.json", "a.json", "b/2.json", "b/c/3.log"]);
    assert_eq!(names(Some("*.log")), ["b/c/3.log"]);
    assert_eq!(names(Some("b/*.json")), ["b/2.json"]);
    let empty = tempfile::tempdir().unwrap();
    assert!(discover(&[empty.path().to_path_buf()], None).unwrap().is_empty());
}

#[test]
fn a_folder_with_50_000_files() {
    let folder = tempfile::tempdir().unwrap();
    for n in 0..50_000 {
        std::fs::write(folder.path().join(format!("{n:05}.json")), GOOD).unwrap();
    }
    let inputs = discover(&[folder.path().to_path_buf()], None).unwrap();
    assert_eq!(inputs.len(), 50_000);
    assert!(inputs.is_sorted_by_key(|i| i.name.clone()));
    let mut reader = Reader::new(columns(&["a"]), Options::default());
    let mut kept = crate::support::Kept::default();
    for input in &inputs[..2_000] {
        reader.decoder.read(input, &mut kept).unwrap();
    }
    assert_eq!(kept.batches.len(), 2_000);
}

#[test]
fn zeek_rows_that_do_not_fit_their_header() {
    let text = "#separator \\x09\n#path\tconn\n#fields\tts\tuid\tn\n#types\ttime\tstring\tcount\n\
                1.5\tA\t1\n1.5\tA\n1.5\tA\t1\t2\n1.5\t\u{e9}\t2\n1.5\tA";
    let (kept, summary) = read("conn.log", text);
    assert_eq!(kept.reasons(), [Reason::Columns, Reason::Columns, Reason::HalfWritten]);
    assert_eq!(kept.rejected[0].detail, "2 values for 3 fields");
    assert_eq!(kept.rejected[1].detail, "4 values for 3 fields");
    assert_eq!(kept.rejected[0].place.line, Some(6));
    assert_eq!(summary.events, 2);
    let (kept, _) = read("conn.log", b"#separator \\x09\n#fields\ta\n\xFF\nx\n");
    assert_eq!(kept.reasons(), [Reason::Encoding]);
    let (kept, _) = read("conn.log", b"#separator \\x09\n1\t2\n");
    assert_eq!(kept.reasons(), [Reason::Malformed]);
}

#[test]
fn damaged_xml() {
    let good = "<Event><System><EventID>1</EventID></System></Event>";
    for (bad, reason) in [
        ("<Event><System></Event>".to_owned(), Reason::Malformed),
        ("<Event><System>&nope;</System></Event>".to_owned(), Reason::Malformed),
        (
            format!("<Event>{}{}</Event>", "<a>".repeat(10_000), "</a>".repeat(10_000)),
            Reason::TooDeep,
        ),
        ("a line between".to_owned(), Reason::Malformed),
    ] {
        let (kept, summary) = read("x.xml", format!("{good}\n{bad}\n{good}\n"));
        assert_eq!(kept.reasons(), [reason], "{bad:.40}");
        assert_eq!(summary.events, 2, "{bad:.40}");
        assert_eq!(kept.rejected[0].place.line, Some(2));
    }
    let (kept, summary) = read("x.xml", format!("{good}\n<Event><System>"));
    assert_eq!(kept.reasons(), [Reason::HalfWritten]);
    assert_eq!(summary.events, 1);
}

#[test]
fn damaged_values() {
    let good = "{\n \"a\": 1\n}\n";
    let (kept, summary) =
        read("x.json", format!("{good}{{\n \"a\": [1,\n{good}{{\n \"a\": \"x\n{good}"));
    assert_eq!(kept.reasons().len() as u64, summary.records - summary.events);
    assert!(summary.events >= 2, "{summary:?}");
    let (kept, summary) = read("x.json", format!("{good}{{\"a\":\n"));
    assert_eq!(kept.reasons(), [Reason::HalfWritten]);
    assert_eq!(summary.events, 1);
    let (kept, summary) = read("x.json", "[{\"a\":1}, 7, \"x\", {\"a\":2}]");
    assert_eq!(kept.reasons(), [Reason::NotAnObject, Reason::NotAnObject]);
    assert_eq!(summary.events, 2);
}

#[test]
fn damaged_tables() {
    let (kept, summary) = read("x.csv", "a,b,c\n1,2,3\n1,2\n4,5,6\n");
    assert_eq!(kept.reasons(), [Reason::Columns]);
    assert_eq!(summary.events, 2);
    let options = Options { max_record_bytes: 10_000, ..Options::default() };
    let endless = format!("a,b,c\n1,2,3\n1,\"{}", "x".repeat(100_000));
    let (kept, _) = Reader::new(everything(), options).read("x.csv", endless.as_bytes());
    assert_eq!(kept.reasons(), [Reason::TooLong]);
}
