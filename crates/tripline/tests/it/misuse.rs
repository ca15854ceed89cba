//! Mistakes on the command line: exit code 2, one sentence that names the thing, nothing on
//! standard output.

use crate::support::{HIT, hunt, root, tripline};
use std::fs;
use std::process::{Command, Stdio};
use tempfile::tempdir;

const LOGS: &str = "examples/outbound-smb/logs";
const RULES: &str = "rules/outbound-smb";

/// The arguments after `hunt LOGS --rules RULES`, and what must be said.
#[test]
fn options_of_hunt() {
    for (args, said) in [
        (&["--now", "yesterday"][..], "write for example 2024-05-14"),
        (&["--timezone", "Mars"], "no such time zone"),
        (&["--timezone", "Europe/Berlim"], "did you mean `Europe/Berlin`?"),
        (&["--timezone", "berlin"], "did you mean `Europe/Berlin`?"),
        (&["--threads", "0"], "--threads"),
        (&["--batch-rows", "0"], "--batch-rows"),
        (&["--max-record-mb", "0"], "--max-record-mb"),
        (&["--glob", "[a"], "`[a` is not a file pattern"),
        (&["--output", "tabel"], "'table'"),
        (&["--details", "--output", "csv"], "cannot be used with"),
        (&["--mappings", "no/such"], "--mappings no/such: no such file or folder"),
        (&["--mappings", LOGS], "no mapping file (.toml) in it"),
        (&["--assets", "no/such"], "--assets no/such: no such file or folder"),
        (&["--assets", LOGS], "a folder, where a file is needed"),
        (&["--geoip", "no/such"], "--geoip no/such: no such file or folder"),
        (&["--exceptions", "no/such"], "no/such: no such file or folder"),
        (
            &["--rule", "zzzz"],
            "no rule `zzzz` among the 4 loaded; `tripline rules list PATH` lists them",
        ),
        (&["--rule", "rare smb"], "did you mean `Rare SMB Connection to the Internet`?"),
        (&["--rule-version", "2"], "--rule-version needs exactly one --rule"),
        (
            &["--rule", "Direct Outbound SMB Connection", "--rule-version", "99"],
            "`Direct Outbound SMB Connection` has no version 99; its versions are 6, 5, 4, 3, 2, 1",
        ),
    ] {
        let ran = hunt_with(args).code(2).says(said);
        assert_eq!(ran.out, "", "{args:?}");
    }
}

fn hunt_with(args: &[&str]) -> crate::support::Ran {
    let mut all = vec!["hunt", LOGS, "--rules", RULES];
    all.extend(args);
    tripline(&all)
}

#[test]
fn other_verbs() {
    for (args, said) in [
        (&["hunt", "--rules", RULES, LOGS][..], "no logs are named; --rules takes all paths"),
        (&["explain", "--rules", RULES, LOGS], "no logs are named; --rules takes all paths"),
        (&["hunt"], "<LOGS>"),
        (&["rules", "list", "no/such"], "tripline: no/such: no such file or folder"),
        (&["rules", "list", LOGS], "no rules in"),
        (&["rules", "list", RULES, "--severity", "grave"], "possible values"),
        (&["rules", "lint", "no/such"], "tripline: no/such: no such file or folder"),
        (&["rules", "show", "Direct Outbound SMB Connection"], "say with --rules PATH"),
        (&["rules", "show", RULES], "4 rules found; name the one to show"),
        (&["rules", "show", "x", "--rules", "no/such"], "no/such: no such file or folder"),
        (
            &[
                "rules",
                "show",
                "Direct Outbound SMB Connection",
                "--rules",
                RULES,
                "--rule-version",
                "9",
            ],
            "no version 9",
        ),
        (&["query", "a: b", LOGS, "-l", "kql", "--rules", "no/such"], "no such file or folder"),
        (&["query", "a: b", LOGS, "-l", "sql"], "'spl'"),
        (&["query", "a: b", "no/such", "-l", "kql"], "`no/such`"),
        (&["debug", "a: b", "-l", "kql", "--stage", "expanded"], "is for spl"),
        (&["debug", "a: b", "-l", "kql", "--stage", "physical"], "is for pipelines"),
        (
            &["debug", "a: b", "-l", "kql", "--stage", "bound", "--source", "zzzz9"],
            "no source type `zzzz9`",
        ),
        (&["code", "zzzz"], "no code `zzzz`"),
        (&["hnt"], "'hunt'"),
    ] {
        let ran = tripline(args).code(2).says(said);
        assert_eq!(ran.out, "", "{args:?}");
    }
}

#[test]
fn a_diagnostic_is_not_introduced_twice() {
    let ran = tripline(&["debug", "a: (b", "-l", "kql"]).code(2);
    assert!(ran.err.starts_with("error[KQL002]"), "{}", ran.err);
    let ran = tripline(&["debug", "a: (b", "-l", "kql", "--stage", "ast"]).code(0).says("KQL002");
    assert!(!ran.out.is_empty());
}

#[test]
fn an_asset_table_with_a_bad_row() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("assets.csv");
    fs::write(&path, "cidr,category\n10.0.0.0/8,internal\n300.1.1.1,x\n").unwrap();
    let ran = hunt_with(&["--assets", path.to_str().unwrap()]).code(2).says("assets.csv:3:1");
    assert!(ran.err.starts_with("error[RUL014]: `300.1.1.1` is neither"), "{}", ran.err);
}

/// An exclusion that is silently incomplete would be worse than none.
#[test]
fn an_exception_file_with_mistakes() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("exceptions.toml");
    let entry = |rule: &str, operator: &str| {
        format!(
            "[[exception]]\nrule = \"{rule}\"\nreason = \"x\"\n[[exception.entry]]\n\
             field = \"destination.ip\"\noperator = \"{operator}\"\nvalues = [\"192.0.2.1\"]\n"
        )
    };
    let path = path.to_str().unwrap();
    fs::write(path, entry("Rare SMB Connection to the Internet", "cidrr")).unwrap();
    hunt_with(&["--exceptions", path])
        .code(2)
        .says("`cidrr` is no operator")
        .says("did you mean `cidr`?");
    fs::write(path, "nothing of the kind ][").unwrap();
    hunt_with(&["--exceptions", path]).code(2).says("exceptions.toml:1");
    // One file may serve several packs.
    fs::write(path, entry("Rare SMB Connection to the Internets", "is")).unwrap();
    hunt_with(&["--exceptions", path])
        .code(0)
        .says("no rule `Rare SMB Connection to the Internets`");
}

#[test]
fn what_is_no_log_is_said_with_its_reason() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("junk.bin");
    let junk: Vec<u8> =
        (0..50_000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    fs::write(&path, junk).unwrap();
    hunt(&path, &[])
        .code(0)
        .says("1 file, no logs")
        .says("junk.bin: not a log")
        .says("nothing was read");
    let rule = root().join("rules/outbound-smb/elastic/rare_smb_connection_to_the_internet.toml");
    hunt(&rule, &[]).code(0).says("not a log");
}

#[test]
fn a_rule_is_shown_by_its_path() {
    let path = "rules/outbound-smb/elastic/rare_smb_connection_to_the_internet.toml";
    for args in [&["rules", "show", path][..], &["rules", "show", "--rules", path]] {
        let page = tripline(args).code(0).out;
        assert!(page.starts_with("Rare SMB Connection to the Internet\n==="), "{page}");
        assert!(page.contains("can run     yes"), "{page}");
    }
}

#[test]
fn values_with_control_characters_do_not_reach_the_terminal() {
    let folder = tempdir().unwrap();
    let path = folder.path().join("a.ndjson");
    fs::write(&path, HIT.replace("\"C1\"", "\"C1\\u001b[31m\\nX\"")).unwrap();
    let out = hunt(&path, &["--details"]).code(0).out;
    assert!(!out.contains('\u{1b}') && out.contains("C1\\u{1b}[31m\\nX"), "{out}");
}

#[test]
fn a_query_that_cannot_match_says_so() {
    let zeek = "examples/outbound-smb/logs/zeek-hq";
    tripline(&["query", "process.pid: 4", zeek, "-l", "kql"])
        .code(0)
        .says("0 results")
        .says("this data cannot match")
        .says("process.pid");
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tripline"))
        .args(["code"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// What is taken from a pipe is what is taken from the file.
#[test]
fn standard_input() {
    let log = root().join("examples/outbound-smb/logs/zeek-hq/conn.log");
    let output = Command::new(env!("CARGO_BIN_EXE_tripline"))
        .args(["hunt", "-", "--rules", RULES, "-o", "csv", "--now", "2024-06-01T00:00:00Z"])
        .current_dir(root())
        .stdin(fs::File::open(&log).unwrap())
        .output()
        .unwrap();
    let lines = |text: &str| text.lines().count();
    let of_file = lines(&hunt(&log, &["-o", "csv"]).code(0).out);
    assert_eq!(lines(&String::from_utf8_lossy(&output.stdout)), of_file);
    assert!(of_file > 1);
}
