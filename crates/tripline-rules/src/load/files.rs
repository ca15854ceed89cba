//! Which files a path stands for.

use crate::Problem;
use crate::load::unreadable;
use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::path::{Path, PathBuf};

/// What a path is.
pub(crate) enum Found {
    /// A file.
    File(PathBuf),
    /// A folder with these files that may be rules, in order.
    Folder(Vec<PathBuf>),
    /// Neither; a problem was added.
    Nothing,
}

/// Rule files are kilobytes, and an export of all rules is some ten megabytes; what is larger is
/// something else.
const LARGEST: u64 = 256 << 20;

/// Folders nested deeper than this are not a pack (and protect the stack).
const DEEPEST: usize = 64;

/// How far above a named path definitions are looked for: a pack's detections lie two folders
/// below its root.
const ABOVE: usize = 4;

pub(crate) fn find(path: &Path, problems: &mut Vec<Problem>) -> Found {
    match fs::metadata(path) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            problems.push(*unreadable(path, "no such file or folder"));
            Found::Nothing
        }
        Err(error) => {
            problems.push(*unreadable(path, &reason(&error)));
            Found::Nothing
        }
        Ok(meta) if meta.is_dir() => {
            let mut files = vec![];
            let mut seen = HashSet::new();
            walk(path, 0, &mut seen, &mut files, problems);
            files.sort();
            Found::Folder(files)
        }
        Ok(_) => Found::File(path.to_owned()),
    }
}

fn walk(
    folder: &Path,
    depth: usize,
    seen: &mut HashSet<PathBuf>,
    files: &mut Vec<PathBuf>,
    problems: &mut Vec<Problem>,
) {
    // A link back up is entered once.
    let fresh = fs::canonicalize(folder).is_ok_and(|real| seen.insert(real));
    if depth > DEEPEST || !fresh {
        return;
    }
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            problems.push(*unreadable(folder, &reason(&error)));
            return;
        }
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with('.') {
            continue;
        }
        if fs::metadata(&path).is_ok_and(|m| m.is_dir()) {
            walk(&path, depth + 1, seen, files, problems);
        } else if may_be_rule(&path) {
            files.push(path);
        }
    }
}

fn may_be_rule(path: &Path) -> bool {
    has_extension(path, &["toml", "yml", "yaml", "json", "ndjson"])
}

fn is_yaml(path: &Path) -> bool {
    has_extension(path, &["yml", "yaml"])
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or("");
    known.iter().any(|e| extension.eq_ignore_ascii_case(e))
}

/// YAML files of the nearest `macros/`, `lookups/` and `deployments/` at or above the paths.
pub(super) fn definitions_above(paths: &[PathBuf]) -> BTreeSet<PathBuf> {
    let mut files = BTreeSet::new();
    for path in paths {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let mut at = path.clone();
        for ancestor in absolute.ancestors().skip(1).take(ABOVE) {
            // Keep paths as the person wrote them where that is possible, so that a file found
            // twice is the same path.
            let up = match at.parent() {
                Some(up) if !up.as_os_str().is_empty() => up.to_owned(),
                _ => ancestor.to_owned(),
            };
            at.clone_from(&up);
            let before = files.len();
            for folder in ["macros", "lookups", "deployments"] {
                let Ok(entries) = fs::read_dir(up.join(folder)) else { continue };
                files.extend(entries.flatten().map(|e| e.path()).filter(|p| is_yaml(p)));
            }
            if files.len() > before {
                break;
            }
        }
    }
    files
}

/// The text of a file, without a byte order mark.
pub(crate) fn read_text(path: &Path) -> Result<String, Box<Problem>> {
    let length = fs::metadata(path).map_err(|e| unreadable(path, &reason(&e)))?.len();
    if length > LARGEST {
        return Err(unreadable(path, "larger than 256 MiB"));
    }
    let bytes = fs::read(path).map_err(|e| unreadable(path, &reason(&e)))?;
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        unreadable(path, &format!("not UTF-8 text (byte {at})"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        std::io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        _ => error.to_string(),
    }
}
