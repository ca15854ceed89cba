//! Why an alert fired, in one line, and who is involved.

use super::event::lookup;
use tripline_rules::Rule;

type Fields = [(String, Vec<String>)];

/// Fields that name somebody or something, the most telling first. ECS names, then CIM names.
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
];

/// The entities of an alert: those of the list above that it has, after what the rule's notable
/// names.
pub(crate) fn entities(rule: &Rule, fields: &Fields) -> Vec<(String, String)> {
    let named = rule.notable.iter().flat_map(|n| n.fields.iter().map(String::as_str));
    let risky = rule.risk.iter().flat_map(|r| {
        let objects = r.objects.iter().map(|o| o.field.as_str());
        objects.chain(r.threat_objects.iter().map(|(field, _)| field.as_str()))
    });
    let mut found: Vec<(String, String)> = Vec::new();
    for name in named.chain(risky).chain(ENTITIES.iter().copied()) {
        if found.iter().any(|(have, _)| have == name) {
            continue;
        }
        for value in lookup(fields, name) {
            if !found.iter().any(|(_, have)| have == value) {
                found.push((name.to_owned(), value.clone()));
            }
        }
    }
    found
}

/// One line in the manner of the product: what kind of event, which process, from where to where,
/// by whom, on which host.
pub(crate) fn reason_of(fields: &Fields) -> String {
    let first = |names: &[&str]| {
        names.iter().find_map(|n| lookup(fields, n).first()).map_or("", String::as_str)
    };
    let address = |ip: &[&str], port: &[&str]| match (first(ip), first(port)) {
        ("", _) => String::new(),
        (ip, "") => ip.to_owned(),
        (ip, port) if ip.contains(':') => format!("[{ip}]:{port}"),
        (ip, port) => format!("{ip}:{port}"),
    };
    let mut parts: Vec<String> = Vec::new();
    let category = first(&["event.category"]);
    parts.push(if category.is_empty() { "event".to_owned() } else { format!("{category} event") });
    for (word, value) in [
        ("with process", first(&["process.name", "process.executable", "process_name"]).to_owned()),
        ("from", address(&["source.ip", "src_ip", "src"], &["source.port", "src_port"])),
        ("to", address(&["destination.ip", "dest_ip", "dest"], &["destination.port", "dest_port"])),
        ("by", first(&["user.name", "user"]).to_owned()),
        ("on", first(&["host.name", "dvc"]).to_owned()),
    ] {
        if !value.is_empty() {
            parts.push(format!("{word} {value}"));
        }
    }
    parts.join(" ")
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
        assert_eq!(reason_of(&fields), "network event from 10.0.0.1 to 8.8.8.8:445 on WS-1");
    }
}
