//! Other engines over the same events and rules, where they are installed.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The settings in which rsigma runs: plain; with the log source of each event known, so that
/// rules of others are not looked at; and that with its own pipeline for Sysmon.
const SETTINGS: [(&str, &[&str]); 3] = [
    ("default", &[]),
    ("routed", &["--logsource-routing"]),
    ("routed, pipeline sysmon", &["--logsource-routing", "-p", "sysmon"]),
];

/// What rsigma makes of a lane: a row of the table for each of its settings, without the name of the
/// lane. Its seconds are processor time of the process and of nothing else.
pub fn rsigma(logs: &[PathBuf], rules: &Path) -> Vec<String> {
    let program = std::env::var_os("TRIPLINE_RSIGMA").unwrap_or_else(|| "rsigma".into());
    let available = Command::new(&program).arg("--version").output();
    let Ok(version) = available else {
        return vec!["rsigma | not installed | | | | | | | | | |".to_owned()];
    };
    let version = String::from_utf8_lossy(&version.stdout).into_owned();
    let name = version.lines().next().unwrap_or_default().to_owned();
    SETTINGS.iter().map(|(setting, options)| {
        let run = |event: &str| {
            let before = children_seconds();
            let output = Command::new(&program)
                .args(["engine", "eval", "--no-stats", "-r"])
                .arg(rules)
                .args(*options)
                .args(["-e", event])
                .stderr(Stdio::null())
                .output();
            let lines = output.map_or(0, |o| memchr::memchr_iter(b'\n', &o.stdout).count());
            (children_seconds() - before, lines)
        };
        let (start_up, _) = run("{}");
        let (mut seconds, mut matches, mut events, mut bytes) = (0.0, 0, 0, 0.0);
        for log in logs {
            let (spent, found) = run(&format!("@{}", log.display()));
            seconds += (spent - start_up).max(0.0);
            matches += found;
            let content = std::fs::read(log).unwrap_or_default();
            bytes += content.len() as f64;
            if log.extension().is_some_and(|e| e == "ndjson") {
                events += memchr::memchr_iter(b'\n', &content).count();
            }
        }
        let speed = events as f64 / seconds;
        let throughput = bytes / 1e6 / seconds;
        format!(
            "{name} | {setting} | | {events} | {speed:.0} | {throughput:.1} | {seconds:.2} | {start_up:.2} | | {matches} matches | |"
        )
    }).collect()
}

/// Processor time of all processes that were started and have ended, in seconds.
fn children_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    // User and system time of children are the 14th and 15th fields after the name.
    let ticks = fields.split_whitespace().skip(13).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}
