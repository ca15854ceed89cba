//! Tags that name ATT&CK: `attack.t1059.001`, `attack.credential-access`.

use crate::{Named, Threat};

/// Tactics by the word in the tag. Since ATT&CK 19 the tactic that was defense evasion is called
/// stealth, and a part of it is a tactic of its own.
const TACTICS: [(&str, &str, &str); 16] = [
    ("initial-access", "TA0001", "Initial Access"),
    ("execution", "TA0002", "Execution"),
    ("persistence", "TA0003", "Persistence"),
    ("privilege-escalation", "TA0004", "Privilege Escalation"),
    ("defense-evasion", "TA0005", "Defense Evasion"),
    ("stealth", "TA0005", "Stealth"),
    ("defense-impairment", "TA0112", "Defense Impairment"),
    ("credential-access", "TA0006", "Credential Access"),
    ("discovery", "TA0007", "Discovery"),
    ("lateral-movement", "TA0008", "Lateral Movement"),
    ("collection", "TA0009", "Collection"),
    ("exfiltration", "TA0010", "Exfiltration"),
    ("command-and-control", "TA0011", "Command and Control"),
    ("impact", "TA0040", "Impact"),
    ("resource-development", "TA0042", "Resource Development"),
    ("reconnaissance", "TA0043", "Reconnaissance"),
];

/// What a tag of the `attack` namespace names.
pub(crate) enum Tag {
    Tactic(Named),
    Technique(Named),
    /// A group, a piece of software, a data source.
    Object,
}

/// Reads a tag; none if it is of another namespace, or names nothing that there can be.
pub(crate) fn read(tag: &str) -> Option<Tag> {
    let name = tag.strip_prefix("attack.")?;
    // Until specification 2, tags had underscores.
    let word = name.replace('_', "-");
    if let Some((_, id, title)) = TACTICS.iter().find(|(known, _, _)| *known == word) {
        return Some(Tag::Tactic(Named {
            id: (*id).to_owned(),
            name: (*title).to_owned(),
            reference: format!("https://attack.mitre.org/tactics/{id}/"),
        }));
    }
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some(number) = name.strip_prefix('t') {
        let (technique, sub) = number.split_once('.').unwrap_or((number, "000"));
        if !(technique.len() == 4 && digits(technique) && sub.len() == 3 && digits(sub)) {
            return None;
        }
        let id = name.to_ascii_uppercase();
        let reference = format!("https://attack.mitre.org/techniques/{}/", id.replace('.', "/"));
        return Some(Tag::Technique(Named { id, name: String::new(), reference }));
    }
    let object = ["ds", "dc", "g", "s", "m", "c"]
        .iter()
        .any(|letter| name.strip_prefix(letter).is_some_and(|n| n.len() == 4 && digits(n)));
    object.then_some(Tag::Object)
}

/// The words of all tactics, for suggestions.
pub(crate) fn tactics() -> impl Iterator<Item = &'static str> {
    TACTICS.iter().map(|(word, _, _)| *word)
}

/// The tags do not say which technique serves which tactic: tactics by themselves, then the
/// techniques.
pub(super) fn threat(tags: &[String]) -> Vec<Threat> {
    let framework = || "MITRE ATT&CK".to_owned();
    let mut threats: Vec<Threat> = vec![];
    let mut techniques: Vec<Named> = vec![];
    for tag in tags {
        match read(&tag.to_ascii_lowercase()) {
            Some(Tag::Tactic(tactic)) => {
                let tactic = Some(tactic);
                if !threats.iter().any(|threat| threat.tactic == tactic) {
                    threats.push(Threat { framework: framework(), tactic, techniques: vec![] });
                }
            }
            Some(Tag::Technique(technique)) if !techniques.contains(&technique) => {
                techniques.push(technique);
            }
            _ => {}
        }
    }
    if !techniques.is_empty() {
        threats.push(Threat { framework: framework(), tactic: None, techniques });
    }
    threats
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_name_tactics_and_techniques() {
        let tags =
            ["attack.t1059.001", "attack.command_and_control", "attack.execution", "cve.2024-1"];
        let tags: Vec<String> =
            tags.iter().chain(&["attack.t1059.001"]).map(|t| (*t).to_owned()).collect();
        let found = threat(&tags);
        let tactics: Vec<&str> =
            found.iter().filter_map(|t| t.tactic.as_ref()).map(|t| t.id.as_str()).collect();
        assert_eq!(tactics, ["TA0011", "TA0002"]);
        assert_eq!(found[2].techniques.len(), 1);
        assert_eq!(found[2].techniques[0].id, "T1059.001");
        assert_eq!(
            found[2].techniques[0].reference,
            "https://attack.mitre.org/techniques/T1059/001/"
        );
        for odd in
            ["attack.t105", "attack.t1059.1", "attack.exekution", "attack.", "attack", "x.t1059"]
        {
            assert!(read(odd).is_none(), "{odd}");
        }
        assert!(matches!(read("attack.g0016"), Some(Tag::Object)));
    }
}
