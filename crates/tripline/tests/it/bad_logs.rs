//! Bad logs: counted and set aside with reason and place, and the rest of the run goes on.

use crate::support::{HIT, hunt, tripline};
use std::fs;
use tempfile::tempdir;

/// A log with something bad in it beside a good record: the good one is found, the bad one is
/// counted under its reason.
#[track_caller]
fn beside(name: &str, bytes: &[u8], reason: &str) {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("good.ndjson"), HIT).unwrap();
    fs::write(folder.path().join(name), bytes).unwrap();
    let ran = hunt(folder.path(), &["-o", "ndjson", "--max-record-mb", "1"]).code(0).says(reason);
    assert!(ran.out.contains("81.2.69.142"), "{}", ran.out);
}

#[test]
fn truncated_gzip() {
    // The start of a gzip stream, cut inside its data.
    let whole = include_bytes!("data/conn.ndjson.gz");
    beside("cut.ndjson.gz", &whole[..whole.len() / 2], "truncated");
}

#[test]
fn half_written_last_line() {
    beside("half.ndjson", format!("{HIT}\n{}", &HIT[..60]).as_bytes(), "half_written");
}

#[test]
fn invalid_utf8() {
    let mut bytes = HIT.as_bytes().to_vec();
    bytes.extend_from_slice(b"\n{\"ts\":1,\"uid\":\"\xff\xfe\"}\n");
    beside("bad.ndjson", &bytes, "encoding");
}

#[test]
fn a_line_beyond_the_limit() {
    let long = format!("{{\"ts\":1,\"uid\":\"{}\"}}\n{HIT}\n", "x".repeat(3 << 20));
    beside("long.ndjson", long.as_bytes(), "too_long");
}

#[test]
fn nested_ten_thousand_deep() {
    let deep = format!("{{\"a\":{}1{}}}\n{HIT}\n", "[".repeat(10_000), "]".repeat(10_000));
    beside("deep.ndjson", deep.as_bytes(), "too_deep");
}

#[test]
fn zeek_rows_that_do_not_fit_their_fields() {
    let text = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n\
                #fields\tts\tuid\tid.orig_h\n#types\ttime\tstring\taddr\n1715679667.25\tC1\n";
    beside("conn.log", text.as_bytes(), "columns");
}

#[test]
fn a_record_without_a_time() {
    beside(
        "timeless.ndjson",
        b"{\"uid\":\"C1\",\"id.orig_h\":\"10.0.0.5\",\"conn_state\":\"SF\"}\n",
        "no_time",
    );
}

#[test]
fn a_damaged_evtx_file() {
    let mut bytes = b"ElfFile\0".to_vec();
    bytes.resize(8192, 7);
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("good.ndjson"), HIT).unwrap();
    fs::write(folder.path().join("bad.evtx"), bytes).unwrap();
    let ran = hunt(folder.path(), &["-o", "ndjson"]).code(0).says("bad.evtx");
    assert!(ran.out.contains("81.2.69.142"));
}

#[test]
fn an_empty_folder() {
    let folder = tempdir().unwrap();
    let ran =
        hunt(folder.path(), &[]).code(0).says("0 events from 0 inputs").says("nothing was read");
    assert_eq!(ran.out, "");
}

#[test]
fn a_folder_with_fifty_thousand_files() {
    let folder = tempdir().unwrap();
    for n in 0..50_000 {
        fs::write(folder.path().join(format!("{n}.ndjson")), HIT).unwrap();
    }
    hunt(folder.path(), &["-o", "csv", "--quiet"]).code(0);
}

#[test]
fn a_path_that_is_not_there() {
    let ran = hunt(std::path::Path::new("no/such/place"), &[]).code(2).says("no/such/place");
    assert_eq!(ran.out, "");
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
}

#[test]
fn a_source_type_that_is_not_known() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("a.ndjson"), HIT).unwrap();
    hunt(folder.path(), &["--source", "zeek.con"]).code(2).says("zeek.conn");
}

#[test]
fn a_geoip_database_that_is_none() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("x.mmdb");
    fs::write(&path, "not a database").unwrap();
    fs::write(folder.path().join("a.ndjson"), HIT).unwrap();
    hunt(folder.path(), &["--geoip", path.to_str().unwrap()])
        .code(2)
        .says("not a MaxMind database");
}

#[test]
fn an_option_that_does_not_exist() {
    tripline(&["hunt", ".", "--ruels", "x"]).code(2).says("--rules");
}

/// No result is not a clean result.
#[cfg(unix)]
#[test]
fn nothing_that_can_be_read() {
    let folder = tempdir().unwrap();
    std::os::unix::fs::symlink("/no/such/file", folder.path().join("gone.ndjson")).unwrap();
    hunt(folder.path(), &["--quiet"]).code(2).says("no input could be read").says("gone.ndjson");
}
