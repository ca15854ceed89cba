//! `tripline test`: verdicts, what is said of failures, mistakes in tests, and every output.

use crate::support::{Ran, root, tripline};
use serde_json::Value;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const SIGMA: &str = r"title: Shell from Word
id: 11111111-2222-4333-8444-555555555555
status: test
logsource:
    product: windows
    category: process_creation
detection:
    selection:
        ParentImage|endswith: '\winword.exe'
        Image|endswith: '\cmd.exe'
    filter:
        CommandLine: null
    condition: selection and not filter
level: high
";

/// A process, as lines of a test's `events`.
fn process(image: &str) -> String {
    format!(
        r"      events:
          - Channel: Microsoft-Windows-Sysmon/Operational
            EventID: 1
            UtcTime: '2026-11-20 09:00:00.000'
            ParentImage: C:\Office\WINWORD.EXE
            Image: C:\Windows\{image}
            CommandLine: {image} <&> /c
"
    )
}

/// A folder with a rule, and whatever else a test needs.
struct Pack(TempDir);

impl Pack {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap()).with("shell.yml", SIGMA)
    }

    fn with(self, name: &str, text: &str) -> Self {
        let path = self.0.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
        self
    }

    fn path(&self) -> &str {
        self.0.path().to_str().unwrap()
    }

    fn run(&self, more: &[&str]) -> Ran {
        let mut args = vec!["test", self.path(), "--now", "2026-11-22"];
        args.extend(more);
        let ran = tripline(&args);
        let shown = |text: &str| masked(&text.replace(self.path(), "PACK"));
        Ran { code: ran.code, out: shown(&ran.out), err: shown(&ran.err) }
    }
}

/// Runs tests that stand in a file beside the rule.
fn beside(tests: &str) -> Ran {
    Pack::new().with("shell.tests.yml", &format!("tests:\n{tests}")).run(&[])
}

/// Without times, which differ from run to run.
fn masked(text: &str) -> String {
    let text = blanked(text, " time=\"", '"');
    let text = blanked(&text, "\"seconds\":", '}');
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for line in &mut lines {
        if let Some(at) = line.rfind(" (").filter(|_| line.ends_with(" s)")) {
            line.truncate(at);
        }
    }
    lines.join("\n") + "\n"
}

fn blanked(text: &str, before: &str, stop: char) -> String {
    let mut parts = text.split(before);
    let mut out = parts.next().unwrap_or("").to_owned();
    for part in parts {
        out.push_str(before);
        out.push_str(&part[part.find(stop).unwrap_or(part.len())..]);
    }
    out
}

/// One test that passes, one that fails, one with a mistake, one that is skipped.
fn all_verdicts() -> Pack {
    let tests = format!(
        "tests:\n    - name: a shell\n{}      alerts: 1\n    - name: a browser\n{}      alerts:\n          - Image: C:\\Windows\\cmd.exe\n    - name: no events\n      alerts: 1\n",
        process("cmd.exe"),
        process("chrome.exe"),
    );
    let info = "rule_metadata:\n    - id: 11111111-2222-4333-8444-555555555555\n";
    Pack::new().with("shell.tests.yml", &tests).with("words/info.yml", info)
}

const TEXT: &str = r"failed   Shell from Word: a browser (PACK/shell.tests.yml:11)
         expected 1 alert, got 0
         record 1: `selection: Image|endswith: '\cmd.exe'` is false: Image = C:\Windows\chrome.exe
error    Shell from Word: no events (PACK/shell.tests.yml:21)
         the test has no events: give `events` or `logs`
skipped  1 test: the `info.yml` lists no test
4 tests: 1 passed, 1 failed, 1 could not be run, 1 skipped
tests that can be run: of 1 of 1 rule, 1 with one that must fire, 0 with one that must not
";

#[test]
fn for_people() {
    assert_eq!(all_verdicts().run(&[]).code(1).out, TEXT);
    let verbose = all_verdicts().run(&["-v"]).code(1).out;
    assert!(verbose.starts_with("passed   Shell from Word: a shell (PACK/shell.tests.yml:2)\n"));
    assert!(verbose.contains("skipped  Shell from Word: info.yml"), "{verbose}");
}

const JUNIT: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="tripline" tests="4" failures="1" errors="1" skipped="1" time="">
  <testsuite name="Shell from Word" tests="4" failures="1" errors="1" skipped="1" time="">
    <properties>
      <property name="rule_id" value="11111111-2222-4333-8444-555555555555"/>
    </properties>
    <testcase name="a shell" classname="Shell from Word" file="PACK/shell.tests.yml" line="2" time=""/>
    <testcase name="a browser" classname="Shell from Word" file="PACK/shell.tests.yml" line="11" time="">
      <failure message="expected 1 alert, got 0">expected 1 alert, got 0
record 1: `selection: Image|endswith: &apos;\cmd.exe&apos;` is false: Image = C:\Windows\chrome.exe
PACK/shell.tests.yml:11</failure>
    </testcase>
    <testcase name="no events" classname="Shell from Word" file="PACK/shell.tests.yml" line="21" time="">
      <error message="the test has no events: give `events` or `logs`">the test has no events: give `events` or `logs`
PACK/shell.tests.yml:21</error>
    </testcase>
    <testcase name="info.yml" classname="Shell from Word" file="PACK/words/info.yml" line="1" time="">
      <skipped message="the `info.yml` lists no test: PACK/words/info.yml"/>
    </testcase>
  </testsuite>
</testsuites>
"#;

#[test]
fn for_ci_systems() {
    let ran = all_verdicts().run(&["--format", "junit"]).code(1).says("4 tests: 1 passed");
    assert_eq!(ran.out, JUNIT);
}

#[test]
fn for_machines_and_into_a_file() {
    let ran = all_verdicts().run(&["--format", "json"]).code(1);
    let verdicts: Vec<String> = ran
        .out
        .lines()
        .map(|line| {
            let line = line.replace("\"seconds\":}", "\"seconds\":0}");
            let value: Value = serde_json::from_str(&line).unwrap();
            value["verdict"].as_str().unwrap().to_owned()
        })
        .collect();
    assert_eq!(verdicts, ["passed", "failed", "error", "skipped"]);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("out.xml");
    let ran = all_verdicts().run(&["--format", "junit", "-o", file.to_str().unwrap()]).code(1);
    assert_eq!(ran.out, "\n");
    assert!(std::fs::read_to_string(&file).unwrap().ends_with("</testsuites>\n"));
    all_verdicts().run(&["-o", "no/such/folder/out.xml"]).code(2).says("--output");
}

#[test]
fn the_order_does_not_depend_on_threads() {
    let one = all_verdicts().run(&["--threads", "1"]).code(1).out;
    assert_eq!(one, all_verdicts().run(&["--threads", "4"]).code(1).out);
}

/// What is said of one test.
#[track_caller]
fn said(tests: &str, text: &str) {
    let ran = beside(tests);
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains(text), "no `{text}` in:\n{}", ran.out);
}

#[test]
fn what_differs_is_said() {
    let cmd = process("cmd.exe");
    said(&format!("    - name: n\n{cmd}      no_alerts: true\n"), "expected no alert, got 1");
    said(
        &format!("    - name: n\n{cmd}      no_alerts: true\n"),
        "fires on: event with process cmd.exe; ParentImage: C:\\Office\\WINWORD.EXE, \
         CommandLine: cmd.exe <&> /c (record 1 of events)",
    );
    said(&format!("    - name: n\n{cmd}      alerts: 2\n"), "expected 2 alerts, got 1");
    said(
        &format!("    - name: n\n{cmd}      alerts: [{{Image: 'C:\\x.exe'}}]\n"),
        "expected alert 1: `Image` is C:\\Windows\\cmd.exe, not C:\\x.exe",
    );
    said(
        &format!("    - name: n\n{cmd}      alerts: [{{ParentImag: x}}]\n"),
        "no `ParentImag` in it, not x; did you mean `ParentImage`?",
    );
    said(
        &format!("    - name: n\n{cmd}      alerts: [{{alert.severty: high}}]\n"),
        "did you mean `alert.severity`?",
    );
    let zeek = r#"      events: '{"ts":1715679667.25,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":49832,"id.resp_h":"81.2.69.142","id.resp_p":445,"proto":"tcp","conn_state":"SF"}'"#;
    said(
        &format!("    - name: n\n{zeek}\n      alerts: 1\n"),
        "the data has no source that answers to product windows, category process_creation; it has zeek.conn",
    );
}

#[test]
fn what_an_alert_may_be_asked_for() {
    let cmd = process("cmd.exe");
    for expected in [
        "alerts: 1",
        "alerts: [{}]",
        "alerts: {Image: 'C:\\Windows\\cmd.exe', alert.severity: high}",
        "alerts: [{EventID: 1, User: null, alert.kind: event}]",
        "alerts: [{alert.name: Shell from Word}]\n      more_alerts: true",
        "alerts: 0\n      more_alerts: true",
    ] {
        let ran = beside(&format!("    - name: n\n{cmd}      {expected}\n"));
        assert_eq!(ran.code, 0, "{expected}\n{}", ran.out);
    }
}

#[test]
fn mistakes_in_tests() {
    let cmd = process("cmd.exe");
    for (test, text) in [
        (format!("{cmd}      alrts: 1\n"), "a test has no key `alrts`; did you mean `alerts`?"),
        (cmd.clone(), "the test expects nothing: give `alerts` or `no_alerts`"),
        (format!("{cmd}      alerts: 1\n      no_alerts: true\n"), "both `alerts` and `no_alerts`"),
        (format!("{cmd}      alerts: many\n"), "`alerts` is neither a number nor a list of maps"),
        (format!("{cmd}      alerts: -1\n"), "is no number of alerts"),
        (format!("{cmd}      alerts: 1\n      window: wide\n"), "it is `all` or `schedule`"),
        (format!("{cmd}      alerts: 1\n      now: noon\n"), "`now: noon` is no time"),
        (
            format!("{cmd}      alerts: 1\n      source: windows.sysmon.1x\n"),
            "no source type `windows.sysmon.1x`; did you mean `windows.sysmon.1`?",
        ),
        (format!("{cmd}      logs: x\n      alerts: 1\n"), "both `events` and `logs`"),
        ("      logs: gone.evtx\n      no_alerts: true\n".to_owned(), "gone.evtx"),
        ("      events: []\n      no_alerts: true\n".to_owned(), "`events` is empty"),
        ("      events: no record\n      no_alerts: true\n".to_owned(), "there is no event"),
        (
            format!("      rule: Shell from Wrod\n{cmd}      alerts: 1\n"),
            "no rule `Shell from Wrod` among the 1 loaded; did you mean `Shell from Word`?",
        ),
        (
            format!("{cmd}      alerts: 1\n      exceptions: gone.toml\n"),
            "there is no file `PACK/gone.toml`",
        ),
        (format!("{cmd}      alerts: 1\n      version: 7\n"), "has no version 7"),
    ] {
        said(&format!("    - name: n\n{test}"), text);
        said(&format!("    - name: n\n{test}"), "1 could not be run");
    }
    let broken = Pack::new().with("shell.tests.yml", "tests: [").run(&[]).code(1);
    assert!(broken.out.contains("error    Shell from Word: shell.tests.yml"), "{}", broken.out);
    Pack::new().with("shell.tests.yml", "other: 1").run(&[]).code(1);
    let lost = Pack::new().with("lost.yml", &format!("{SIGMA}tests: []\nx: [")).run(&[]).code(1);
    assert!(lost.out.contains("error    lost: lost.yml (PACK/lost.yml:1)"), "{}", lost.out);
    let twice = Pack::new().with("then.yml", &format!("{SIGMA}tests:\n    - name: n\n")).run(&[]);
    assert!(twice.code(1).out.contains("the rule is not loaded: rule id"));
}

#[test]
fn a_rule_that_does_not_compile() {
    let pack = Pack::new().with("shell.yml", &SIGMA.replace("not filter", "not filtr")).with(
        "shell.tests.yml",
        &format!("tests:\n    - name: n\n{}      no_alerts: true\n", process("cmd.exe")),
    );
    let ran = pack.run(&[]).code(1);
    assert!(ran.out.contains("the rule cannot run: "), "{}", ran.out);
    assert!(ran.out.contains("filtr"), "{}", ran.out);
}

#[test]
fn a_silence_that_proves_nothing_is_noted() {
    let zeek = r#"      events: '{"ts":1715679667.25,"uid":"C1","id.orig_h":"10.0.0.5","id.orig_p":49832,"id.resp_h":"81.2.69.142","id.resp_p":445,"proto":"tcp","conn_state":"SF"}'"#;
    let ran = beside(&format!("    - name: n\n{zeek}\n      no_alerts: true\n")).code(0);
    assert!(ran.out.contains("note     Shell from Word: n"), "{}", ran.out);
    assert!(ran.out.contains("silent because it can match none of the events"), "{}", ran.out);
}

#[test]
fn mistakes_in_an_info_file() {
    let head = "rule_metadata:\n    - id: 11111111-2222-4333-8444-555555555555\n";
    for (info, text) in [
        ("regression_tests_info: [".to_owned(), "line 1"),
        ("regression_tests_info: []\n".to_owned(), "`rule_metadata` has no `id`"),
        (
            "rule_metadata:\n    - id: 11111111-2222-4333-8444-555555555554\nregression_tests_info:\n    - {name: n, path: x}\n"
                .to_owned(),
            "did you mean `11111111-2222-4333-8444-555555555555`?",
        ),
        (format!("{head}regression_tests_info: 1\n"), "is not a list"),
        (
            format!("{head}regression_tests_info:\n    - {{name: n, type: evt, path: x}}\n"),
            "`evt` is no type of test; did you mean `evtx`?",
        ),
        (
            format!("{head}regression_tests_info:\n    - {{name: n, path: a/gone.evtx}}\n"),
            "there is no file `a/gone.evtx`",
        ),
        (format!("{head}regression_tests_info:\n    - {{name: n}}\n"), "no `path`"),
        (
            format!("{head}regression_tests_info:\n    - {{path: x, match_count: some}}\n"),
            "`match_count` is not a whole number",
        ),
    ] {
        let ran = Pack::new().with("data/info.yml", &info).run(&[]).code(1);
        assert!(ran.out.contains(text), "no `{text}` in:\n{}", ran.out);
    }
}

#[test]
fn without_tests_there_is_nothing_to_do() {
    Pack::new().run(&[]).code(2).says("no test: none of the 1 rule and no file beside them");
    all_verdicts().run(&["--filter", "nothing has this"]).code(2).says("--filter leave none");
    let ran = all_verdicts().run(&["--filter", "A SHELL"]).code(0);
    assert!(ran.out.starts_with("1 test: 1 passed"), "{}", ran.out);
    all_verdicts().run(&["--rule", "Shell from Wor"]).code(2).says("did you mean");
    tripline(&["test"]).code(2).says("name the files or folders");
    let info = "rule_metadata:\n    - id: 11111111-2222-4333-8444-555555555555\n";
    Pack::new().with("a/info.yml", info).run(&[]).code(2).says("no test was run: 1 test skipped");
}

#[test]
fn the_example_passes() {
    let ran = tripline(&["test", "examples/tested-rules"]).code(0);
    assert!(ran.out.contains("0.") || ran.out.contains(" s)"), "{}", ran.out);
    assert!(ran.out.starts_with("7 tests: 7 passed"), "{}", ran.out);
    assert!(ran.out.contains("of 3 of 3 rules"), "{}", ran.out);
}

#[test]
fn attack_data_is_found_in_a_local_copy() {
    let rule =
        std::fs::read_to_string(root().join("examples/tested-rules/certutil_download_splunk.yml"))
            .unwrap();
    let tests = "tests:\n- name: True Positive Test\n  attack_data:\n  - data: https://media.githubusercontent.com/media/splunk/attack_data/master/datasets/x/certutil.ndjson\n    source: XmlWinEventLog\n    sourcetype: XmlWinEventLog\n";
    let rule = format!("{}{tests}", &rule[..rule.find("tests:").unwrap()]);
    let pack = Pack(tempfile::tempdir().unwrap()).with("rule.yml", &rule);
    pack.run(&[]).code(2).says("skipped");
    let events =
        std::fs::read(root().join("examples/tested-rules/events/certutil.ndjson")).unwrap();
    for below in ["datasets/x", "x", "master/datasets/x"] {
        let copy = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(copy.path().join(below)).unwrap();
        std::fs::write(copy.path().join(below).join("certutil.ndjson"), &events).unwrap();
        let ran = pack.run(&["--attack-data", copy.path().to_str().unwrap()]).code(0);
        assert!(ran.out.starts_with("1 test: 1 passed"), "{}", ran.out);
    }
    let empty = tempfile::tempdir().unwrap();
    let ran = pack.run(&["--attack-data", empty.path().to_str().unwrap()]).code(2);
    assert!(ran.out.contains("not in the folder of --attack-data"), "{}", ran.out);
}

/// `SigmaHQ`'s own tests: each rule finds in its EVTX file, and in the same records as JSON, as
/// many events as its authors say.
#[test]
fn regression_tests_of_sigma_hq() {
    let corpora = std::env::var_os("TRIPLINE_CORPORA")
        .map_or_else(|| root().join("../shared/corpora"), PathBuf::from);
    let tests: &Path = &corpora.join("logs/sigma-regression");
    let rules = corpora.join("rules/sigma");
    if !tests.is_dir() || !rules.is_dir() {
        return println!("skipped: no corpora in {}", corpora.display());
    }
    let (tests, rules) = (tests.to_str().unwrap(), rules.to_str().unwrap());
    let ran = tripline(&["test", tests, "--rules", rules, "--also-json", "--format", "json"]);
    let mut failed = vec![];
    let (mut passed, mut skipped) = (0, 0);
    for line in ran.out.lines() {
        let result: Value = serde_json::from_str(line).unwrap();
        match result["verdict"].as_str().unwrap() {
            "passed" => passed += 1,
            "skipped" => skipped += 1,
            _ => failed.push(format!(
                "{}: {}",
                result["rule"]["name"].as_str().unwrap(),
                result["lines"][0].as_str().unwrap()
            )),
        }
    }
    // Three of the six records end with names of the rule's list; the file says one. SigmaHQ's own
    // runner asks for one or more.
    let known = "Cred Dump Tools Dropped Files: expected 1 alert, got 3";
    assert_eq!(failed, [known, known]);
    // Its only test, on a line of a switch, is a comment in the file.
    assert_eq!((passed, skipped), (196, 1));
}
