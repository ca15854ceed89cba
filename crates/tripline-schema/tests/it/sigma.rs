//! Sigma's log sources and the fields of its taxonomy: each is bound, or stands here with the reason
//! why not.

use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use tripline_schema::{MapExpr, Mapping, Schema, View};

/// Product, category, service; empty where a rule does not say it.
type LogSource<'a> = [&'a str; 3];

const TEXT: &str = "lines of text, which no decoder reads";
const NO_SOURCE: &str = "no source type of ours is one";
const ETW: &str = "a trace session without a channel: agents enrich it, each in its own way";

/// Log sources that nothing answers to.
const UNBOUND: &[(LogSource<'_>, &str)] = &[
    (["cisco", "", "aaa"], TEXT),
    (["cisco", "", "bgp"], TEXT),
    (["cisco", "", "ldp"], TEXT),
    (["cisco", "", "syslog"], TEXT),
    (["", "appliance", ""], TEXT),
    (["", "database", ""], NO_SOURCE),
    (["", "firewall", ""], "a sensor's connections are no firewall's decisions"),
    (["", "logfile", ""], TEXT),
    (["", "", "apache"], TEXT),
    (["", "", "netflow"], NO_SOURCE),
    (["", "", "nginx"], TEXT),
    (["", "", ""], "the taxonomy's own placeholder"),
    (["macos", "file_delete", ""], NO_SOURCE),
    (["macos", "raw_access_read", ""], "there is no Sysmon for macOS"),
    (["macos", "sysmon_status", ""], "there is no Sysmon for macOS"),
    (["django", "application", ""], TEXT),
    (["fortigate", "", "event"], TEXT),
    (["fortios", "", "sslvpnd"], TEXT),
    (["huawei", "", "bgp"], TEXT),
    (["juniper", "", "bgp"], TEXT),
    (["jvm", "application", ""], TEXT),
    (["linux", "", "auditd"], TEXT),
    (["linux", "", "auth"], TEXT),
    (["linux", "", "clamav"], TEXT),
    (["linux", "", "cron"], TEXT),
    (["linux", "", "guacamole"], TEXT),
    (["linux", "", "modsecurity"], TEXT),
    (["linux", "", "sshd"], TEXT),
    (["linux", "", "sudo"], TEXT),
    (["linux", "", "syslog"], TEXT),
    (["linux", "", "vsftpd"], TEXT),
    (["modsecurity", "application", ""], TEXT),
    (["nodejs", "application", ""], TEXT),
    (["paloalto", "", "globalprotect"], TEXT),
    (["paloalto", "file_event", ""], TEXT),
    (["python", "application", ""], TEXT),
    (["qualys", "application", ""], NO_SOURCE),
    (["ruby_on_rails", "application", ""], TEXT),
    (["spring", "application", ""], TEXT),
    (["sql", "application", ""], TEXT),
    (["velocity", "application", ""], TEXT),
    (["windows", "file_access", ""], ETW),
    (["windows", "file_rename", ""], ETW),
    (["windows", "", "iis"], TEXT),
];

/// Services whose channel the map of channels does not have.
const OWN_CHANNELS: [(&str, &str); 4] = [
    ("dns-server", "DNS Server"),
    ("dns-server-analytic", "Microsoft-Windows-DNS-Server/Analytical"),
    ("driver-framework", "Microsoft-Windows-DriverFrameworks-UserMode/Operational"),
    ("microsoft-servicebus-client", "Microsoft-ServiceBus-Client/Admin"),
];

fn corpus(name: &str) -> Option<Value> {
    let folder = std::env::var_os("TRIPLINE_CORPORA").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join("schemas").join(name));
    let Ok(text) = text else {
        #[expect(clippy::print_stdout, reason = "says why it does nothing")]
        {
            println!("skipped: no corpora (TRIPLINE_CORPORA, ../shared/corpora)");
        }
        return None;
    };
    Some(serde_json::from_str(&text).unwrap())
}

fn given(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// The sources that answer to a log source.
fn answering([product, category, service]: LogSource<'_>) -> Vec<&'static Arc<Mapping>> {
    let (product, category, service) = (given(product), given(category), given(service));
    let all = Schema::builtin().mappings().iter();
    all.filter(|m| m.sigma.answers(product, category, service)).collect()
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The Windows events that a source is recognised by: channels in lower case, and event ids, which
/// are empty for all.
fn events(m: &Mapping) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for way in &m.recognise {
        let of = |name: &str| way.equals.get(name).cloned().unwrap_or_default();
        for channel in of("System.Channel") {
            let mut ids = of("System.EventID");
            if ids.is_empty() {
                ids.push("".into());
            }
            for id in ids {
                found.insert((channel.to_lowercase(), id.to_string()));
            }
        }
    }
    found
}

/// A source answers to a log source of Windows if, and only if, its events are those that the log
/// source means: of its channels, and for a category with its event ids.
#[test]
fn windows_log_sources_are_channels_and_event_ids() {
    let Some(map) = corpus("sigma-logsource-map.json") else { return };
    let mut channels: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for entry in map["logsources"].as_array().unwrap() {
        let sources = entry["sources"].as_array().into_iter().flatten();
        let names = sources.filter_map(|s| s.as_str()?.strip_prefix("WinEventLog:"));
        channels.entry(text(entry, "service")).or_default().extend(names.map(str::to_lowercase));
    }
    // By category: the events that it means, and whether a field other than the id tells them.
    let mut categories: BTreeMap<&str, BTreeSet<(String, String)>> = BTreeMap::new();
    for entry in map["logsources"].as_array().unwrap() {
        let Some(conditions) = entry["conditions"].as_object() else { continue };
        let ids = match &conditions["EventID"] {
            Value::Array(ids) => ids.iter().map(Value::to_string).collect(),
            id => vec![id.to_string()],
        };
        let service = text(&entry["rewrite"], "service");
        let meant = categories.entry(text(entry, "category")).or_default();
        for channel in &channels[service] {
            meant.extend(ids.iter().map(|id| (channel.clone(), id.clone())));
        }
    }
    let windows = |m: &&&Arc<Mapping>| m.id.starts_with("windows.");
    for (category, meant) in &categories {
        let product = if *category == "antivirus" { "" } else { "windows" };
        let sources = answering([product, category, ""]);
        let found: BTreeSet<_> = sources.iter().filter(windows).flat_map(|m| events(m)).collect();
        let mut found: BTreeSet<_> = found.into_iter().collect();
        // Sysmon has had two names for its channel.
        found.retain(|(channel, _)| !channel.contains('*') && channel != "sysmon");
        assert_eq!(found, *meant, "{category}");
    }
    for (service, meant) in channels.iter().filter(|(service, _)| !service.is_empty()) {
        let meant: BTreeSet<String> = meant.iter().filter(|c| !c.is_empty()).cloned().collect();
        if meant.is_empty() {
            continue;
        }
        let found: BTreeSet<String> = answering(["windows", "", service])
            .iter()
            .filter(windows)
            .flat_map(|m| events(m))
            .map(|(channel, _)| channel)
            .collect();
        assert!(meant.is_subset(&found), "{service}: {found:?}");
    }
    for (service, channel) in OWN_CHANNELS {
        let sources = answering(["windows", "", service]);
        assert!(
            sources.iter().flat_map(|m| events(m)).any(|(c, _)| c == channel.to_lowercase()),
            "{service}"
        );
    }
}

#[test]
fn every_log_source_and_field_is_bound_or_has_a_reason() {
    let (Some(fields), Some(map)) =
        (corpus("sigma-fields-by-logsource.json"), corpus("sigma-logsource-map.json"))
    else {
        return;
    };
    let mut wanted: BTreeMap<LogSource<'_>, BTreeSet<&str>> = BTreeMap::new();
    for entry in map["logsources"].as_array().unwrap() {
        let source = ["product", "category", "service"].map(|key| text(entry, key));
        wanted.entry(source).or_default();
    }
    for (product, of) in fields["legit"].as_object().unwrap() {
        let product = if product == "empty" { "" } else { product };
        let common = of["common"].as_array().unwrap().iter().filter_map(Value::as_str);
        let common: Vec<&str> = common.collect();
        for (kind, at) in [("category", 1), ("service", 2)] {
            for (name, list) in of[kind].as_object().unwrap() {
                let mut source = [product, "", ""];
                source[at] = name;
                let names = list.as_array().unwrap().iter().filter_map(Value::as_str);
                wanted.entry(source).or_default().extend(names.chain(common.iter().copied()));
            }
        }
    }
    let mut wrong = vec![];
    let mut unbound: BTreeSet<LogSource<'_>> = UNBOUND.iter().map(|(source, _)| *source).collect();
    for (source, names) in &wanted {
        let sources = answering(*source);
        let listed = UNBOUND.iter().any(|(unbound, _)| unbound == source);
        unbound.remove(source);
        // Everything answers to a log source that asks for nothing.
        if *source == ["", "", ""] {
            continue;
        }
        if sources.is_empty() != listed {
            wrong.push(format!("{source:?}: answered by {} sources", sources.len()));
        }
        for name in names {
            let there = |m: &&Arc<Mapping>| {
                Schema::builtin()
                    .resolve(m, &View::Sigma, name)
                    .is_some_and(|expr| !matches!(expr, MapExpr::Const(v) if v.is_empty()))
            };
            if !sources.is_empty() && !sources.iter().any(there) {
                wrong.push(format!("{source:?}: no {name}"));
            }
        }
    }
    unbound.remove(&["", "", ""]);
    wrong.extend(unbound.iter().map(|source| format!("{source:?}: nobody asks for it")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Fields of the events that most rules look at are columns of the record: nothing is computed.
#[test]
fn usual_fields_are_raw_columns() {
    let schema = Schema::builtin();
    for (source, fields) in [
        (
            "windows.sysmon.1",
            &["Image", "CommandLine", "ParentImage", "ParentCommandLine", "User", "Hashes"][..],
        ),
        ("windows.sysmon.13", &["TargetObject", "Details", "Image", "EventID"]),
        ("windows.security.4688", &["Image", "CommandLine", "ParentImage"]),
        ("windows.security.4624", &["LogonType", "IpAddress", "Provider_Name", "Channel"]),
        ("windows.powershell.4104", &["ScriptBlockText", "Path"]),
        ("windows.system.7045", &["ServiceName", "ImagePath", "Provider_Name"]),
        ("zeek.conn", &["id.orig_h", "id.resp_p", "proto"]),
        ("aws.cloudtrail", &["eventName", "userIdentity.arn"]),
        ("okta.system", &["eventType", "outcome.result"]),
    ] {
        let mapping = schema.mapping(source).unwrap();
        for field in fields {
            let expr = schema.resolve(mapping, &View::Sigma, field);
            assert!(matches!(expr, Some(MapExpr::Raw(_))), "{source} {field}: {expr:?}");
        }
    }
}

/// What Security 4688 does not say is absent, so that a rule that asks for it is known not to match.
#[test]
fn process_creation_of_the_security_log() {
    let schema = Schema::builtin();
    let mapping = schema.mapping("windows.security.4688").unwrap();
    for field in ["OriginalFileName", "Hashes", "CurrentDirectory", "ParentCommandLine"] {
        assert_eq!(
            schema.resolve(mapping, &View::Sigma, field),
            Some(MapExpr::Const(vec![])),
            "{field}"
        );
    }
}
