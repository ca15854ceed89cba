//! Tests of Lucene's front end.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod corpus;
mod diagnostics;
mod grammar;
mod semantics;
mod total;

use std::path::PathBuf;

/// A file or folder of the shared corpora, or none, with the reason printed.
fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("TRIPLINE_CORPORA").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let path = root.join(path);
    if path.exists() {
        return Some(path);
    }
    println!("skipped: {} is absent", path.display());
    None
}
