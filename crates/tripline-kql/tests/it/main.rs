//! KQL from outside: text in, tree, plan and diagnostics out.

// Helpers of tests are tests.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod corpus;
mod diagnostics;
mod fields;
mod grammar;
mod oracle;
mod round_trip;
mod seeds;
mod semantics;

use std::path::PathBuf;

/// The folder of real rules and oracles, if it is there. Prints why not.
fn shared(path: &str) -> Option<PathBuf> {
    let root = std::env::var("TRIPLINE_CORPORA").map_or_else(
        |_| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora")),
        PathBuf::from,
    );
    let found = root.join(path);
    if !found.exists() {
        println!("skipped: {} is absent", found.display());
        return None;
    }
    Some(found)
}
