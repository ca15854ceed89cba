//! The arrows of ARCHITECTURE.md: which crate may know which.

use std::collections::BTreeMap;
use std::process::Command;

/// Crate, and what it may depend on besides libraries.
const ARROWS: &[(&str, &[&str])] = &[
    ("diag", &[]),
    ("schema", &[]),
    ("ir", &["diag", "schema"]),
    ("kql", &["diag", "schema", "ir"]),
    ("lucene", &["diag", "schema", "ir"]),
    ("eql", &["diag", "schema", "ir"]),
    ("spl", &["diag", "schema", "ir"]),
    ("sigma", &["diag", "schema", "ir"]),
    ("events", &["diag", "schema"]),
    ("kernels", &["schema", "ir"]),
    ("engine", &["diag", "schema", "ir", "kernels", "events"]),
    ("pipeline", &["diag", "ir", "kernels", "schema"]),
    ("rules", &["diag", "schema", "ir", "kernels", "kql", "lucene", "eql", "spl", "sigma"]),
    ("detect", &["diag", "schema", "ir", "kernels", "events", "engine", "pipeline", "rules"]),
    (
        "tripline",
        &[
            "diag", "schema", "ir", "kql", "lucene", "eql", "spl", "sigma", "events", "engine",
            "pipeline", "rules", "detect",
        ],
    ),
    ("bench", &["schema", "ir", "events", "engine", "rules", "detect"]),
    ("spec", &["diag", "schema", "events", "rules", "detect"]),
];

/// Libraries that only these crates may use.
const FENCED: &[(&str, &[&str])] = &[
    ("datafusion", &["pipeline"]),
    ("tokio", &["pipeline"]),
    ("simd-json", &["events", "bench"]),
    ("evtx", &["events"]),
    ("clap", &["tripline"]),
    ("indicatif", &["tripline"]),
    ("maxminddb", &["detect"]),
];

fn dependencies() -> BTreeMap<String, Vec<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--format-version", "1", "--no-deps", "--offline"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut found = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = package["name"].as_str().unwrap();
        let name = name.strip_prefix("tripline-").unwrap_or(name).to_owned();
        let normal =
            package["dependencies"].as_array().unwrap().iter().filter(|d| d["kind"].is_null());
        found.insert(name, normal.map(|d| d["name"].as_str().unwrap().to_owned()).collect());
    }
    found
}

#[test]
fn crates_know_only_what_they_may() {
    let found = dependencies();
    let listed: Vec<&str> = ARROWS.iter().map(|(name, _)| *name).collect();
    for name in found.keys() {
        assert!(listed.contains(&name.as_str()), "{name} has no line in this test");
    }
    for (name, allowed) in ARROWS {
        let Some(dependencies) = found.get(*name) else { panic!("no crate {name}") };
        for dependency in dependencies {
            if let Some(own) = dependency.strip_prefix("tripline-") {
                assert!(allowed.contains(&own), "{name} must not know {own}");
            }
        }
    }
}

#[test]
fn heavy_libraries_stay_behind_their_crate() {
    let found = dependencies();
    for (library, allowed) in FENCED {
        for (name, dependencies) in &found {
            if dependencies.iter().any(|d| d == library) {
                assert!(allowed.contains(&name.as_str()), "{name} must not use {library}");
            }
        }
    }
}
