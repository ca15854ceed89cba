//! Running the binary.

use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// Fails the test unless it ended with this code.
    #[track_caller]
    pub fn code(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout:\n{}\nstderr:\n{}", self.out, self.err);
        self
    }

    /// Fails the test unless standard error contains the text.
    #[track_caller]
    pub fn says(self, text: &str) -> Self {
        assert!(self.err.contains(text), "no `{text}` in:\n{}", self.err);
        self
    }
}

pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Runs `tripline` in the repository's root.
pub fn tripline(args: &[&str]) -> Ran {
    let output = Command::new(env!("CARGO_BIN_EXE_tripline"))
        .args(args)
        .current_dir(root())
        .env("NO_COLOR", "1")
        .env_remove("COLUMNS")
        .output()
        .unwrap();
    Ran {
        code: output.status.code().unwrap_or(-1),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

/// `hunt` over a folder or file with the first four rules.
pub fn hunt(logs: &Path, more: &[&str]) -> Ran {
    let logs = logs.to_str().unwrap();
    let mut args =
        vec!["hunt", logs, "--rules", "rules/outbound-smb", "--now", "2024-06-01T00:00:00Z"];
    args.extend(more);
    tripline(&args)
}

/// A connection that rules 002 and 003 fire on.
pub const HIT: &str = r#"{"ts":1715679667.25,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":49832,"id.resp_h":"81.2.69.142","id.resp_p":445,"proto":"tcp","service":"smb","conn_state":"SF"}"#;
