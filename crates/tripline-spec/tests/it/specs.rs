//! All spec files of the repository.

use std::path::{Path, PathBuf};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "md") {
            found.push(path);
        }
    }
}

#[test]
fn spec_files_hold() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(root.join("crates")).unwrap().flatten() {
        files(&entry.path().join("spec"), &mut found);
    }
    for entry in std::fs::read_dir(root.join("rules")).unwrap().flatten() {
        files(&entry.path().join("spec"), &mut found);
    }
    found.sort();
    // `SPEC_ONLY=eql/spec` runs the files whose path has that in it.
    if let Ok(only) = std::env::var("SPEC_ONLY") {
        found.retain(|path| path.to_string_lossy().contains(&only));
    }
    assert!(!found.is_empty(), "there are no spec files");
    let update = std::env::var_os("SPEC_UPDATE").is_some();
    let mut failures = Vec::new();
    let mut cases = 0;
    for path in found {
        let text = std::fs::read_to_string(&path).unwrap();
        let mut new = Vec::new();
        for case in tripline_spec::parse(&text) {
            cases += 1;
            match tripline_spec::run(&case) {
                Err(problem) => failures.push(format!("{}: {problem}", path.display())),
                Ok((line, result)) => {
                    let block = case.blocks.iter().find(|b| b.line == line).unwrap();
                    if block.text != result {
                        if update {
                            new.push((line, result));
                        } else {
                            failures.push(format!(
                                "{}:{}: {}\n--- expected\n{}--- result\n{result}",
                                path.display(),
                                line + 1,
                                case.title,
                                block.text
                            ));
                        }
                    }
                }
            }
        }
        if !new.is_empty() {
            std::fs::write(&path, tripline_spec::rewrite(&text, &new)).unwrap();
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {cases} cases fail\n{}",
        failures.len(),
        failures.join("\n")
    );
}
