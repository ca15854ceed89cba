//! Texts of which thousands of rules have the same.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

/// Words that many rules have.
const WORDS: [&str; 61] = [
    "CommandLine|contains",
    "CommandLine|contains|all",
    "EventID",
    "Image",
    "Image|contains",
    "Image|endswith",
    "OriginalFileName",
    "ParentImage|endswith",
    "TargetFilename|endswith",
    "TargetObject|contains",
    "Unknown",
    "Unlikely",
    "attack.command-and-control",
    "attack.credential-access",
    "attack.discovery",
    "attack.execution",
    "attack.initial-access",
    "attack.persistence",
    "attack.privilege-escalation",
    "author",
    "category",
    "condition",
    "critical",
    "date",
    "definition",
    "derived",
    "description",
    "detection",
    "experimental",
    "falsepositives",
    "file_event",
    "filter",
    "high",
    "id",
    "informational",
    "level",
    "linux",
    "logsource",
    "low",
    "medium",
    "modified",
    "process_creation",
    "product",
    "ps_script",
    "references",
    "registry_set",
    "related",
    "security",
    "selection",
    "selection_cli",
    "selection_img",
    "service",
    "similar",
    "stable",
    "status",
    "sysmon",
    "tags",
    "test",
    "title",
    "type",
    "windows",
];

/// A text; of words that many rules have there is only one.
pub(crate) fn shared(text: &str) -> Arc<str> {
    static KNOWN: LazyLock<HashMap<&str, Arc<str>>> =
        LazyLock::new(|| WORDS.iter().map(|word| (*word, Arc::from(*word))).collect());
    KNOWN.get(text).map_or_else(|| Arc::from(text), Arc::clone)
}
