//! What is read: files, folders, standard input.

use crate::Error;
use globset::{Glob, GlobMatcher};
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// One thing to read.
#[derive(Debug, Clone)]
pub struct Input {
    /// Its name in places and alerts: the path as given, `-` for standard input.
    pub name: Arc<str>,
    /// What it is.
    pub kind: InputKind,
    /// Its size before decompression, 0 where that is not known: for progress.
    pub bytes: u64,
    /// Whether the user named it, rather than a folder that contains it.
    pub explicit: bool,
}

/// Where an input's bytes are.
#[derive(Debug, Clone)]
pub enum InputKind {
    /// Standard input.
    Stdin,
    /// A file.
    File(PathBuf),
    /// In memory.
    Bytes(Arc<Vec<u8>>),
    /// Something in a folder that could not be looked into, with the reason.
    Unreadable(String),
}

impl Input {
    /// An input in memory.
    pub fn from_bytes(name: impl Into<Arc<str>>, bytes: Vec<u8>) -> Self {
        Self {
            name: name.into(),
            bytes: bytes.len() as u64,
            kind: InputKind::Bytes(Arc::new(bytes)),
            explicit: true,
        }
    }

    /// Standard input.
    pub fn stdin() -> Self {
        Self { name: "-".into(), kind: InputKind::Stdin, bytes: 0, explicit: true }
    }
}

/// Everything under `paths`: files as they are, folders with all that they contain in the order of
/// their paths, `-` for standard input. In folders, hidden files are left out, links are followed
/// (a loop is entered once), and `glob` restricts to files whose name, or path below the folder,
/// matches it. A file that is named twice is read once.
///
/// # Errors
/// A path that does not exist, a folder that cannot be opened, a glob that does not parse.
pub fn discover(paths: &[PathBuf], glob: Option<&str>) -> Result<Vec<Input>, Error> {
    let glob = match glob {
        None => None,
        Some(text) => Some(
            Glob::new(text)
                .map_err(|e| Error::usage(format!("`{text}` is not a file pattern: {e}")))?
                .compile_matcher(),
        ),
    };
    let mut walk = Walk { glob, seen: HashSet::new(), inputs: vec![] };
    for path in paths {
        if path.as_os_str() == "-" {
            if walk.seen.insert(path.clone()) {
                walk.inputs.push(Input::stdin());
            }
            continue;
        }
        let meta = fs::metadata(path).map_err(|e| match e.kind() {
            std::io::ErrorKind::NotFound => {
                Error::usage(format!("there is no file or folder `{}`", path.display()))
            }
            _ => Error::io(format!("cannot open `{}`: {e}", path.display())),
        })?;
        if meta.is_dir() {
            walk.folder(path)?;
        } else {
            walk.file(path.clone(), meta.len(), true);
        }
    }
    Ok(walk.inputs)
}

struct Walk {
    glob: Option<GlobMatcher>,
    seen: HashSet<PathBuf>,
    inputs: Vec<Input>,
}

impl Walk {
    fn folder(&mut self, root: &Path) -> Result<(), Error> {
        // Depth first with a stack of our own: a folder tree may be deeper than the call stack.
        // Entries are pushed in reverse order, so that they come out sorted by path.
        let mut entered = HashSet::new();
        let entries = fs::read_dir(root)
            .map_err(|e| Error::io(format!("cannot open folder `{}`: {e}", root.display())))?;
        entered.extend(fs::canonicalize(root));
        let mut stack = sorted(entries);
        while let Some(path) = stack.pop() {
            let meta = match fs::metadata(&path) {
                Ok(meta) => meta,
                Err(e) => {
                    self.unreadable(&path, &e);
                    continue;
                }
            };
            if meta.is_dir() {
                if let Ok(real) = fs::canonicalize(&path)
                    && !entered.insert(real)
                {
                    continue;
                }
                match fs::read_dir(&path) {
                    Ok(entries) => stack.extend(sorted(entries)),
                    Err(e) => self.unreadable(&path, &e),
                }
            } else if meta.is_file() && self.wanted(root, &path) {
                self.file(path, meta.len(), false);
            }
        }
        Ok(())
    }

    fn wanted(&self, root: &Path, path: &Path) -> bool {
        let Some(glob) = &self.glob else { return true };
        path.file_name().is_some_and(|name| glob.is_match(name))
            || path.strip_prefix(root).is_ok_and(|relative| glob.is_match(relative))
    }

    fn file(&mut self, path: PathBuf, bytes: u64, explicit: bool) {
        if !self.seen.insert(path.clone()) {
            return;
        }
        self.inputs.push(Input {
            name: path.to_string_lossy().into(),
            kind: InputKind::File(path),
            bytes,
            explicit,
        });
    }

    fn unreadable(&mut self, path: &Path, error: &std::io::Error) {
        self.inputs.push(Input {
            name: path.to_string_lossy().into(),
            kind: InputKind::Unreadable(error.to_string()),
            bytes: 0,
            explicit: false,
        });
    }
}

/// The visible entries of a folder, last first.
fn sorted(entries: fs::ReadDir) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .filter(|e| !e.file_name().as_encoded_bytes().starts_with(b"."))
        .map(|e| e.path())
        .collect();
    paths.sort_unstable_by(|a, b| b.cmp(a));
    paths
}
