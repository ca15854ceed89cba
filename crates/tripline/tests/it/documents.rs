//! Documents do what they say: each `sh` block of a document runs. A block whose commands are to
//! end with another exit code says so: ```` ```sh exits 1 ````.

use crate::support::root;
use std::path::Path;
use std::process::Command;

/// The blocks of a document: line, exit code, text.
fn blocks(text: &str) -> Vec<(usize, i32, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, i32, String)> = None;
    for (at, line) in text.lines().enumerate() {
        match (&mut open, line.strip_prefix("```")) {
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, _, block)), None) => {
                block.push_str(line);
                block.push('\n');
            }
            (None, Some(info)) if info == "sh" || info.starts_with("sh exits ") => {
                let code = info.rsplit(' ').next().and_then(|code| code.parse().ok()).unwrap_or(0);
                open = Some((at + 2, code, String::new()));
            }
            (None, Some(_)) => open = Some((at + 2, i32::MIN, String::new())),
            (None, None) => {}
        }
    }
    // Blocks of other languages, and those that build or have placeholders for people to fill in.
    found.retain(|(_, code, text)| {
        *code != i32::MIN
            && !text.contains("cargo ")
            && !text.contains("LOGS")
            && !text.contains("PACK")
    });
    found
}

#[test]
fn commands_run() {
    let folder = Path::new(env!("CARGO_BIN_EXE_tripline")).parent().unwrap().to_owned();
    let path = std::env::join_paths(
        std::iter::once(folder).chain(std::env::split_paths(&std::env::var_os("PATH").unwrap())),
    );
    let path = path.unwrap();
    for document in ["README.md", "docs/GUIDE.md", "docs/COOKBOOK.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        for (line, code, block) in blocks(&text) {
            let output = Command::new("sh")
                .args(["-ec", &block])
                .current_dir(root())
                .env("PATH", &path)
                .env("NO_COLOR", "1")
                .output()
                .unwrap();
            assert_eq!(
                output.status.code(),
                Some(code),
                "{document}:{line}\n{block}\n{}",
                String::from_utf8_lossy(&output.stderr)
            );
        }
    }
}

/// What a guide shows of an output stands in what the command prints: each line of a `text` block
/// that follows a `sh` block, without trailing blanks; `…` stands for lines left out.
#[test]
fn outputs_are_real() {
    let folder = Path::new(env!("CARGO_BIN_EXE_tripline")).parent().unwrap().to_owned();
    for document in ["docs/GUIDE.md", "docs/COOKBOOK.md"] {
        let text = std::fs::read_to_string(root().join(document)).unwrap();
        let mut rest = text.as_str();
        while let Some((_, after)) = rest.split_once("```sh") {
            let (_, after) = after.split_once('\n').unwrap();
            let (block, after) = after.split_once("```").unwrap();
            rest = after;
            let Some(shown) = after.strip_prefix("\n\n```text\n") else { continue };
            let shown = shown.split_once("```").unwrap().0;
            let output = Command::new("sh")
                .args(["-c", block])
                .current_dir(root())
                .env("PATH", format!("{}:{}", folder.display(), std::env::var("PATH").unwrap()))
                .env("NO_COLOR", "1")
                .output()
                .unwrap();
            let printed = [output.stdout, output.stderr].concat();
            let printed = String::from_utf8_lossy(&printed);
            for line in shown.lines().filter(|line| line.trim() != "…") {
                let real = printed.lines().any(|real| real.trim_end() == line.trim_end());
                assert!(
                    real,
                    "{document} shows a line that is not printed: {line}\n{block}\n{printed}"
                );
            }
        }
    }
}
