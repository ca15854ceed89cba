//! Why an alert fired, in one line, and who is involved.

use super::Fields;
use std::sync::Arc;
use tripline_rules::{Rule, Vendor};

/// Fields that name somebody or something, the most telling first. ECS names, then CIM names, then
/// those of Sigma's taxonomy.
const ENTITIES: &[&str] = &[
    "host.name",
    "user.name",
    "process.name",
    "source.ip",
    "destination.ip",
    "user",
    "dest",
    "src_ip",
    "dest_ip",
    "src",
    "process_name",
    "Computer",
    "User",
    "Image",
    "SourceIp",
    "DestinationIp",
    "TargetUserName",
    "IpAddress",
];

/// The same in the logs of clouds, of Zeek and of Linux, whose own names Sigma's rules use. Documents of
/// other vendors' rules have them too, under the names above.
const SIGMA_ENTITIES: &[&str] = &[
    "userIdentity.arn",
    "userIdentity.principalId",
    "sourceIPAddress",
    "actor.alternateId",
    "actor.email",
    "client.ipAddress",
    "properties.userPrincipalName",
    "properties.initiatedBy.user.userPrincipalName",
    "properties.ipAddress",
    "caller",
    "callerIpAddress",
    "protoPayload.authenticationInfo.principalEmail",
    "protoPayload.requestMetadata.callerIp",
    "user.username",
    "sourceIPs",
    "UserId",
    "ClientIP",
    "actor",
    "id.orig_h",
    "id.resp_h",
    "hostname",
];

/// Tested fields that tell nothing of what happened, or stand in the line anyway.
const SAID: &[&str] = &[
    "Channel",
    "Computer",
    "EventID",
    "EventLog",
    "Hashes",
    "Image",
    "OriginalFileName",
    "Provider_Name",
    "SourceIp",
    "User",
];

/// So many tested fields are told, each in so many characters.
const TOLD: usize = 3;
const TOLD_CHARS: usize = 120;

/// The entities of an alert: those of the list above that it has, after what the rule's notable
/// names.
pub(crate) fn entities(rule: &Rule, fields: &Fields) -> Arc<[(String, String)]> {
    let named = rule.notable.iter().flat_map(|n| n.fields.iter().map(String::as_str));
    let risky = rule.risk.iter().flat_map(|r| {
        let objects = r.objects.iter().map(|o| o.field.as_str());
        objects.chain(r.threat_objects.iter().map(|(field, _)| field.as_str()))
    });
    entities_among(named.chain(risky), rule.vendor, fields)
}

/// The entities of an alert of a rule that names none: the same for all rules of the vendor.
pub(crate) fn common_entities(vendor: Vendor, fields: &Fields) -> Arc<[(String, String)]> {
    entities_among(std::iter::empty(), vendor, fields)
}

/// Whether a rule names entities.
pub(crate) fn names_entities(rule: &Rule) -> bool {
    rule.notable.is_some() || rule.risk.is_some()
}

fn entities_among<'r>(
    named: impl Iterator<Item = &'r str>,
    vendor: Vendor,
    fields: &Fields,
) -> Arc<[(String, String)]> {
    let own = if vendor == Vendor::Sigma { SIGMA_ENTITIES } else { &[] };
    let mut found: Vec<(String, String)> = Vec::new();
    for name in named.chain(ENTITIES.iter().chain(own).copied()) {
        if found.iter().any(|(have, _)| have == name) {
            continue;
        }
        for value in fields.get(name).iter() {
            if !found.iter().any(|(_, have)| have == value) {
                found.push((name.to_owned(), value.to_owned()));
            }
        }
    }
    found.into()
}

/// The line of an alert on one event. Sigma's rules are about events of all kinds, most of which a
/// process and addresses do not tell: the fields that the rule tested follow.
pub(crate) fn reason_for(rule: &Rule, fields: &Fields, tested: &[String]) -> String {
    with_tested(reason_of(fields), rule, fields, tested)
}

/// The same, from the line of the event itself.
pub(crate) fn with_tested(line: String, rule: &Rule, fields: &Fields, tested: &[String]) -> String {
    if rule.vendor == Vendor::Sigma { tell_tested(line, fields, tested) } else { line }
}

fn tell_tested(mut line: String, fields: &Fields, tested: &[String]) -> String {
    let told = tested.iter().filter_map(|name| {
        let says = |value: &&str| value.chars().any(|c| !c.is_whitespace());
        let value = fields.get(name).iter().find(says)?;
        (!SAID.contains(&name.as_str())).then_some((name, value))
    });
    for (at, (name, value)) in told.take(TOLD).enumerate() {
        match at {
            0 if line == "event" => line.clear(),
            0 => line.push_str("; "),
            _ => line.push_str(", "),
        }
        line.push_str(name);
        line.push_str(": ");
        push_short(&mut line, value);
    }
    line
}

/// Appends the start of a value, on one line.
fn push_short(line: &mut String, value: &str) {
    let start = line.len();
    let (mut left, mut gap) = (TOLD_CHARS, false);
    for c in value.chars() {
        if c.is_whitespace() {
            gap = line.len() > start;
            continue;
        }
        if gap && left > 0 {
            line.push(' ');
            left -= 1;
        }
        gap = false;
        if left == 0 {
            return line.push('…');
        }
        line.push(c);
        left -= 1;
    }
}

/// One line in the manner of the product: what kind of event, which process, from where to where,
/// by whom, on which host.
pub(crate) fn reason_of(fields: &Fields) -> String {
    let first = |names: &[&str]| names.iter().find_map(|n| fields.get(n).first()).unwrap_or("");
    let address = |ip: &[&str], port: &[&str]| match (first(ip), first(port)) {
        ("", _) => String::new(),
        (ip, "") => ip.to_owned(),
        (ip, port) if ip.contains(':') => format!("[{ip}]:{port}"),
        (ip, port) => format!("{ip}:{port}"),
    };
    let named = first(&["process.name", "process.executable", "process_name"]);
    // Of a path, what people call the program.
    let image = first(&["Image"]).rsplit(['\\', '/']).next().unwrap_or("");
    let process = if named.is_empty() { image } else { named };
    let mut parts: Vec<String> = Vec::new();
    let category = first(&["event.category"]);
    parts.push(if category.is_empty() { "event".to_owned() } else { format!("{category} event") });
    for (word, value) in [
        ("with process", process.to_owned()),
        (
            "from",
            address(
                &["source.ip", "src_ip", "src", "SourceIp"],
                &["source.port", "src_port", "SourcePort"],
            ),
        ),
        (
            "to",
            address(
                &["destination.ip", "dest_ip", "dest", "DestinationIp"],
                &["destination.port", "dest_port", "DestinationPort"],
            ),
        ),
        ("by", first(&["user.name", "user", "User", "TargetUserName"]).to_owned()),
        ("on", first(&["host.name", "dvc", "Computer"]).to_owned()),
    ] {
        if !value.is_empty() {
            parts.push(format!("{word} {value}"));
        }
    }
    parts.join(" ")
}

/// The line as the product's documents have it, up to what it says of the alert. Every value of a
/// field counts, and only ECS names do; `-` alone stands for nothing. The comma after an address
/// belongs to its port. The shell of a sequence tells what its events have in common, an alert on a
/// group what the group shares (Kibana's integration tests of both).
pub(crate) fn reason_of_document(fields: &Fields) -> String {
    let value = |name: &str| {
        let values = fields.get(name);
        match values.one() {
            None if values.is_empty() => None,
            Some("" | "-") => None,
            _ => Some(values.join(", ")),
        }
    };
    let part = |before: &str, name: &str, after: &str| {
        value(name).map_or_else(String::new, |value| format!("{before}{value}{after}"))
    };
    let telling = [
        part(" process ", "process.name", ","),
        part(" parent process ", "process.parent.name", ","),
        part(" file ", "file.name", ","),
        part(" source ", "source.ip", ""),
        part(":", "source.port", ","),
        part(" destination ", "destination.ip", ""),
        part(":", "destination.port", ","),
    ]
    .concat();
    let with = if telling.is_empty() { "" } else { " with" };
    let category = part("", "event.category", " ");
    let whose = [part(" by ", "user.name", ""), part(" on ", "host.name", "")].concat();
    format!("{category}event{with}{telling}{whose}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_like_a_sentence() {
        let fields: Vec<(String, Vec<String>)> = [
            ("destination.ip", "8.8.8.8"),
            ("destination.port", "445"),
            ("event.category", "network"),
            ("host.name", "WS-1"),
            ("source.ip", "10.0.0.1"),
        ]
        .map(|(k, v)| (k.to_owned(), vec![v.to_owned()]))
        .into();
        assert_eq!(reason_of(&fields.into()), "network event from 10.0.0.1 to 8.8.8.8:445 on WS-1");
    }

    #[test]
    fn tested_fields_follow() {
        let long = "x ".repeat(80);
        let fields: Vec<(String, Vec<String>)> = [
            ("CommandLine", "a.exe\n  /b"),
            ("Image", "C:\\a.exe"),
            ("ParentCommandLine", long.as_str()),
            ("blank", " "),
            ("eventName", "DeleteGuardrail"),
        ]
        .map(|(k, v)| (k.to_owned(), vec![v.to_owned()]))
        .into();
        let fields = Fields::from(fields);
        let line = |start: &str, tested: &[&str]| {
            let tested: Vec<String> = tested.iter().map(|name| (*name).to_owned()).collect();
            tell_tested(start.to_owned(), &fields, &tested)
        };
        assert_eq!(
            line("event with process a.exe", &["Image", "absent", "blank", "CommandLine"]),
            "event with process a.exe; CommandLine: a.exe /b"
        );
        assert_eq!(line("event", &["eventName"]), "eventName: DeleteGuardrail");
        assert_eq!(line("event", &["Image"]), "event");
        let shortened = line("event", &["ParentCommandLine"]);
        assert_eq!(shortened.chars().count(), "ParentCommandLine: ".len() + TOLD_CHARS + 1);
        assert!(shortened.ends_with('…'));
    }

    #[test]
    fn the_line_of_a_document() {
        type List = &'static [(&'static str, &'static [&'static str])];
        let cases: [(List, &str); 6] = [
            (&[], "event"),
            (&[("host.id", &["8cc9"])], "event"),
            (
                &[
                    ("event.category", &["anomaly"]),
                    ("host.name", &["zeek"]),
                    ("process.name", &["bro"]),
                    ("user.name", &["root"]),
                ],
                "anomaly event with process bro, by root on zeek",
            ),
            (
                &[
                    ("destination.ip", &["1.1.1.1"]),
                    ("event.category", &["iam", "configuration"]),
                    ("file.name", &["a.txt"]),
                    ("process.name", &["-"]),
                    ("process.parent.name", &["cmd.exe"]),
                    ("source.ip", &["fe80::1"]),
                    ("source.port", &["53"]),
                ],
                "iam, configuration event with parent process cmd.exe, file a.txt, \
                 source fe80::1:53, destination 1.1.1.1",
            ),
            (&[("user.name", &["root"])], "event by root"),
            (&[("source.port", &["53"])], "event with:53,"),
        ];
        for (fields, expected) in cases {
            let fields: Vec<(String, Vec<String>)> = fields
                .iter()
                .map(|(name, v)| ((*name).to_owned(), v.iter().map(|v| (*v).to_owned()).collect()))
                .collect();
            assert_eq!(reason_of_document(&fields.into()), expected);
        }
    }
}
