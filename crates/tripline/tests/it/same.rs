//! The same bytes, however the work is cut and in whatever order the files are named.

use crate::support::{root, tripline};
use std::path::PathBuf;

fn files() -> Vec<PathBuf> {
    fn walk(folder: PathBuf, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(path, found) } else { found.push(path) }
        }
    }
    let mut found = Vec::new();
    walk(root().join("examples/outbound-smb/logs"), &mut found);
    found.sort();
    found
}

#[test]
fn ndjson_is_byte_identical() {
    let forwards = files();
    let mut backwards = forwards.clone();
    backwards.reverse();
    let mut rotated = forwards.clone();
    rotated.rotate_left(2);
    let mut known: Option<String> = None;
    for order in [&forwards, &backwards, &rotated] {
        for rows in ["1", "7", "8192"] {
            for threads in ["1", "4"] {
                let mut args = vec!["hunt"];
                args.extend(order.iter().map(|p| p.to_str().unwrap()));
                args.extend(["--rules", "rules/outbound-smb", "-o", "ndjson", "--quiet"]);
                args.extend(["--now", "2024-06-01T00:00:00Z"]);
                args.extend(["--batch-rows", rows, "--threads", threads]);
                let out = tripline(&args).code(0).out;
                assert!(!out.is_empty());
                match &known {
                    None => known = Some(out),
                    Some(known) => assert!(*known == out, "batches of {rows}, {threads} threads"),
                }
            }
        }
    }
}
