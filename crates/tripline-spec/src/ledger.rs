//! Committed tables of what a corpus does, and where the corpora are.

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The corpora: `TRIPLINE_CORPORA`, or `../shared/corpora` beside the repository. None where they
/// are absent.
pub fn corpora() -> Option<PathBuf> {
    let path = std::env::var_os("TRIPLINE_CORPORA")
        .map_or_else(|| root().join("../shared/corpora"), PathBuf::from);
    path.is_dir().then_some(path)
}

/// Compares a table with the committed one at `corpora/NAME`, or writes it with `SPEC_UPDATE=1`.
/// Errors: it differs; the text says how.
pub fn check(name: &str, table: &str) -> Result<(), String> {
    let path = root().join("corpora").join(name);
    if std::env::var_os("SPEC_UPDATE").is_some() {
        let folder = path.parent().unwrap_or(&path);
        std::fs::create_dir_all(folder).map_err(|e| e.to_string())?;
        return std::fs::write(&path, table).map_err(|e| e.to_string());
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed == table {
        return Ok(());
    }
    let changed: Vec<String> = table
        .lines()
        .filter(|line| !committed.lines().any(|old| old == *line))
        .take(20)
        .map(|line| format!("+ {line}"))
        .chain(
            committed
                .lines()
                .filter(|line| !table.lines().any(|new| new == *line))
                .take(20)
                .map(|line| format!("- {line}")),
        )
        .collect();
    Err(format!(
        "corpora/{name} is not what comes out now (SPEC_UPDATE=1 rewrites it):\n{}",
        changed.join("\n")
    ))
}
