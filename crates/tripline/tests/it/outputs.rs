//! What goes where, in which form, with which exit code.

use crate::support::{hunt, root, tripline};

const LOGS: &str = "examples/outbound-smb/logs";

#[test]
fn a_pipe_gets_one_json_object_a_line_and_nothing_else() {
    let ran = hunt(&root().join(LOGS), &[]).code(0);
    assert!(!ran.out.is_empty());
    for line in ran.out.lines() {
        let alert: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(alert["id"].is_string() && alert["rule"]["name"].is_string(), "{line}");
    }
}

#[test]
fn every_format_prints_every_alert() {
    let alerts = hunt(&root().join(LOGS), &["-o", "ndjson"]).code(0).out.lines().count();
    let table = hunt(&root().join(LOGS), &["-o", "table"]).code(0).out;
    assert_eq!(table.lines().count(), alerts + 1);
    let csv = hunt(&root().join(LOGS), &["-o", "csv"]).code(0).out;
    assert_eq!(csv.lines().count(), alerts + 1);
    let markdown = hunt(&root().join(LOGS), &["-o", "markdown"]).code(0).out;
    assert_eq!(markdown.lines().count(), alerts + 2);
    let elastic = hunt(&root().join(LOGS), &["-o", "elastic"]).code(0).out;
    for line in elastic.lines() {
        let document: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(document["event.kind"], "signal");
        assert!(document["kibana.alert.uuid"].is_string());
    }
}

#[test]
fn details_mark_the_fields_that_the_rule_tested() {
    let out = hunt(&root().join(LOGS), &["--details"]).code(0).out;
    assert!(out.contains("* destination.port: 445"), "{out}");
}

#[test]
fn fail_on_decides_the_exit_code() {
    hunt(&root().join(LOGS), &["--fail-on", "high"]).code(1);
    hunt(&root().join(LOGS), &["--fail-on", "critical"]).code(0);
    hunt(&root().join(LOGS), &["--fail-on", "grave"]).code(2);
}

#[test]
fn the_summary_tells_what_was_read_and_run() {
    hunt(&root().join(LOGS), &[]).code(0).says("4 ran").says("zeek.conn").says("no GeoIP database");
}

#[test]
fn rules_can_be_listed_shown_and_checked() {
    let list = tripline(&["rules", "list", "rules/outbound-smb"]).code(0).out;
    assert_eq!(list.lines().count(), 5);
    assert!(list.contains("disabled"), "{list}");
    let show = tripline(&[
        "rules",
        "show",
        "Detect Outbound SMB Traffic",
        "--rules",
        "rules/outbound-smb",
    ]);
    let show = show.code(0).out;
    assert!(show.contains("-70m@m") && show.contains("internal"), "{show}");
    tripline(&["rules", "lint", "rules/outbound-smb"]).code(0);
}

#[test]
fn older_versions_can_be_shown_and_run() {
    for version in ["1", "2", "3", "4", "5"] {
        let args = ["--rules", "rules/outbound-smb", "--rule-version", version];
        let mut show = vec!["rules", "show", "Direct Outbound SMB Connection"];
        show.extend(args);
        assert!(tripline(&show).code(0).out.contains("destination.port"));
        let mut hunt = vec!["hunt", LOGS, "--rule", "Direct Outbound SMB Connection"];
        hunt.extend(args);
        tripline(&hunt).code(0).says("1 ran");
    }
}

#[test]
fn sources_name_the_field_that_is_missing() {
    let rare = tripline(&[
        "rules",
        "show",
        "Rare SMB Connection to the Internet",
        "--rules",
        "rules/outbound-smb",
        "--sources",
    ]);
    let rare = rare.code(0).out;
    assert!(
        group(&rare, "silent: no network.transport (").contains("m365_defender.network"),
        "{rare}"
    );
    assert!(group(&rare, "can match").contains("windows.sysmon.3 "), "{rare}");
    let detect = tripline(&[
        "rules",
        "show",
        "Detect Outbound SMB Traffic",
        "--rules",
        "rules/outbound-smb",
        "--sources",
    ]);
    let detect = detect.code(0).out;
    assert!(group(&detect, "silent: no action (").contains("windows.sysmon.3 "), "{detect}");
}

/// The sources below the first verdict that starts so.
fn group(page: &str, verdict: &str) -> String {
    let lines = page.lines().skip_while(|line| !line.starts_with(verdict)).skip(1);
    lines.take_while(|line| !line.is_empty()).collect::<Vec<_>>().join(" ") + " "
}

#[test]
fn queries_in_three_languages_count_the_same() {
    let count = |query: &str, language: &str| {
        let ran = tripline(&["query", query, LOGS, "-l", language, "-o", "ndjson", "--quiet"]);
        ran.code(0).out.lines().count()
    };
    let kql = count("destination.port: 445 and network.transport: tcp", "kql");
    let eql = count("any where destination.port == 445 and network.transport == \"tcp\"", "eql");
    assert!(kql > 0);
    assert_eq!(kql, eql);
}

#[test]
fn every_stage_can_be_printed() {
    for (language, query) in [
        ("kql", "destination.port: 445"),
        ("eql", "network where destination.port == 445"),
        ("spl", "| tstats count from datamodel=Network_Traffic by All_Traffic.dest_port"),
    ] {
        for stage in ["tokens", "ast", "ir", "bound"] {
            let out = tripline(&["debug", query, "-l", language, "--stage", stage]).code(0).out;
            assert!(!out.trim().is_empty(), "{language} {stage}");
        }
    }
    let query = "| tstats count from datamodel=Network_Traffic by All_Traffic.dest_port";
    let plan = tripline(&["debug", query, "-l", "spl", "--stage", "physical"]).code(0).out;
    assert!(plan.contains("Aggregate"), "{plan}");
}

#[test]
fn the_page_of_codes_is_what_the_registries_say() {
    let path = root().join("docs/reference/diagnostics.md");
    let all = tripline(&["code"]).code(0).out;
    if std::env::var_os("SPEC_UPDATE").is_some() {
        std::fs::write(&path, &all).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(all == committed, "SPEC_UPDATE=1 rewrites docs/reference/diagnostics.md");
    assert!(tripline(&["code", "KQL001"]).code(0).out.starts_with("KQL001"));
    tripline(&["code", "KQL0001"]).code(2).says("did you mean");
}

#[test]
fn a_query_with_a_mistake_shows_it() {
    tripline(&["query", "process whre true", LOGS, "-l", "eql"]).code(2).says("^").says("not run");
}

/// The reference of the command line is what `--help` says.
#[test]
fn the_page_of_the_command_line_is_its_help() {
    let verbs: &[&[&str]] = &[
        &[],
        &["hunt"],
        &["explain"],
        &["query"],
        &["test"],
        &["rules"],
        &["rules", "list"],
        &["rules", "show"],
        &["rules", "lint"],
        &["debug"],
        &["code"],
    ];
    let mut page = String::from(
        "# The command line\n\nWhat `tripline VERB --help` prints; `SPEC_UPDATE=1 cargo test -p tripline` \
         rewrites this page.\n",
    );
    for verb in verbs {
        let mut args = verb.to_vec();
        args.push("--help");
        let help = tripline(&args).code(0).out;
        let name = [&["tripline"], *verb].concat().join(" ");
        page = format!("{page}\n## {name}\n\n```text\n{}\n```\n", help.trim_end());
    }
    let path = root().join("docs/reference/cli.md");
    if std::env::var_os("SPEC_UPDATE").is_some() {
        std::fs::write(&path, &page).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(page == committed, "SPEC_UPDATE=1 rewrites docs/reference/cli.md");
}
