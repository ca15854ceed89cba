//! How a record is laid out, and what its paths are called canonically.
//!
//! Windows events come in five layouts. Each path of a record is translated, once per path and
//! stream, to the names under which rules' mappings ask for it.

use super::blank::ZERO_GUID;

/// How a record is laid out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Layout {
    /// As it is: every path is its own name.
    Plain,
    /// `Event.System`, `Event.EventData`: `evtx_dump`, our own EVTX and XML readers.
    Event,
    /// `winlog.*`: Winlogbeat from 7.0, Elastic Agent.
    Winlogbeat,
    /// `event_data`, `log_name`: Winlogbeat 5 and 6.
    OldWinlogbeat,
    /// Header and data side by side: NXLog, Logstash, PowerShell exports.
    Flat,
}

impl Layout {
    pub const ALL: [Self; 5] =
        [Self::Plain, Self::Event, Self::Winlogbeat, Self::OldWinlogbeat, Self::Flat];

    pub fn is_windows(self) -> bool {
        self != Self::Plain
    }

    /// A short name, part of a stream's key.
    pub fn word(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Event => "event",
            Self::Winlogbeat => "winlogbeat",
            Self::OldWinlogbeat => "winlogbeat6",
            Self::Flat => "flat",
        }
    }

    /// Calls `f` with each name of the value at `path`.
    pub fn names(self, path: &str, f: &mut dyn FnMut(&str)) {
        match self {
            Self::Plain => {
                // Zeek's JSON with underscores for dots in the connection's id.
                match path {
                    "id_orig_h" => f("id.orig_h"),
                    "id_orig_p" => f("id.orig_p"),
                    "id_resp_h" => f("id.resp_h"),
                    "id_resp_p" => f("id.resp_p"),
                    _ => {}
                }
                f(path);
            }
            Self::Event => event(path.strip_prefix("Event.").unwrap_or(path), f),
            Self::Winlogbeat => {
                if let Some(rest) = path.strip_prefix("winlog.") {
                    if let Some(name) = table(WINLOGBEAT, rest) {
                        f(name);
                    } else if let Some(rest) = rest.strip_prefix("event_data.") {
                        f(&format!("EventData.{rest}"));
                    } else if let Some(rest) = rest.strip_prefix("user_data.") {
                        user_data(rest, f);
                    }
                } else if let Some(name) = table(BEATS, path) {
                    f(name);
                }
                f(path);
            }
            Self::OldWinlogbeat => {
                if let Some(name) = table(OLD_WINLOGBEAT, path).or_else(|| table(BEATS, path)) {
                    f(name);
                } else if let Some(rest) = path.strip_prefix("event_data.") {
                    f(&format!("EventData.{rest}"));
                } else if let Some(rest) = path.strip_prefix("user_data.") {
                    user_data(rest, f);
                }
                f(path);
            }
            Self::Flat => flat(path, f),
        }
    }

    /// Whether there may be something canonical below this path.
    pub fn is_container(self, path: &str) -> bool {
        match self {
            Self::Plain => false,
            Self::Event => {
                let path = path.strip_prefix("Event.").unwrap_or(path);
                let top = path.split('.').next().unwrap_or(path);
                matches!(top, "Event" | "System" | "EventData" | "UserData" | "RenderingInfo")
                    && path.matches('.').count() <= 3
            }
            Self::Winlogbeat => {
                matches!(
                    path,
                    "winlog"
                        | "winlog.event_data"
                        | "winlog.user_data"
                        | "winlog.process"
                        | "winlog.process.thread"
                        | "winlog.user"
                ) || path.strip_prefix("winlog.user_data.").is_some_and(|p| !p.contains('.'))
            }
            Self::OldWinlogbeat => matches!(path, "event_data" | "user_data" | "user"),
            Self::Flat => matches!(path, "EventData" | "UserData"),
        }
    }

    /// Whether the collectors' markers for nothing are nothing in the value of that name.
    pub fn has_empty_markers(self, name: &str) -> bool {
        self.is_windows() && (name.starts_with("EventData.") || name.starts_with("UserData."))
    }
}

/// Whether a value of a Windows event stands for no value.
pub(crate) fn is_empty_marker(text: &str) -> bool {
    match text.len() {
        0 => true,
        1 => text == "-",
        36 => text == ZERO_GUID,
        38 => text.starts_with('{') && text.ends_with('}') && &text[1..37] == ZERO_GUID,
        _ => false,
    }
}

fn table(table: &[(&str, &'static str)], name: &str) -> Option<&'static str> {
    table.iter().find(|(from, _)| *from == name).map(|(_, to)| *to)
}

/// `System.Provider.#attributes.Name` becomes `System.Provider`, texts lose `#text`, and what an
/// event's `UserData` holds is found below its one element of any name.
fn event(path: &str, f: &mut dyn FnMut(&str)) {
    let path = path.strip_suffix(".#text").unwrap_or(path);
    if let Some(rest) = path.strip_prefix("System.") {
        let plain = rest.replace(".#attributes.", ".").replace("_attributes.", ".");
        return match table(EVENT_SYSTEM, &plain) {
            Some(name) => f(name),
            None => f(&format!("System.{plain}")),
        };
    }
    if let Some(rest) = path.strip_prefix("UserData.") {
        return user_data(rest, f);
    }
    if path == "RenderingInfo.Message" {
        return f("Message");
    }
    f(path);
}

/// Below `UserData` there is one element whose name differs from event to event.
fn user_data(rest: &str, f: &mut dyn FnMut(&str)) {
    if rest.contains("#attributes") {
        return;
    }
    if let Some((_, inner)) = rest.split_once('.') {
        f(&format!("UserData.{inner}"));
    }
    f(&format!("UserData.{rest}"));
}

fn flat(path: &str, f: &mut dyn FnMut(&str)) {
    if let Some(name) = table(FLAT_HEADER, path) {
        return f(name);
    }
    if path.starts_with("EventData.") || FLAT_OWN.contains(&path) || path.starts_with('_') {
        return f(path);
    }
    if let Some(rest) = path.strip_prefix("UserData.") {
        return user_data(rest, f);
    }
    f(&format!("EventData.{path}"));
    // An object beside the header (`agent`, `host`) is the shipper's.
    if path.contains('.') {
        f(path);
    }
}

const EVENT_SYSTEM: &[(&str, &str)] = &[
    ("Provider.Name", "System.Provider"),
    ("Provider.Guid", "System.ProviderGuid"),
    ("TimeCreated.SystemTime", "System.TimeCreated"),
    ("Execution.ProcessID", "System.ProcessID"),
    ("Execution.ThreadID", "System.ThreadID"),
    ("Security.UserID", "System.UserID"),
    ("Correlation.ActivityID", "System.ActivityID"),
    ("Correlation.RelatedActivityID", "System.RelatedActivityID"),
];

const WINLOGBEAT: &[(&str, &str)] = &[
    ("channel", "System.Channel"),
    ("event_id", "System.EventID"),
    ("computer_name", "System.Computer"),
    ("record_id", "System.EventRecordID"),
    ("provider_name", "System.Provider"),
    ("provider_guid", "System.ProviderGuid"),
    ("process.pid", "System.ProcessID"),
    ("process.thread.id", "System.ThreadID"),
    ("user.identifier", "System.UserID"),
    ("activity_id", "System.ActivityID"),
    ("keywords", "System.Keywords"),
    ("version", "System.Version"),
    ("task", "System.TaskName"),
    ("opcode", "System.OpcodeName"),
];

const BEATS: &[(&str, &str)] = &[("@timestamp", "System.TimeCreated"), ("message", "Message")];

const OLD_WINLOGBEAT: &[(&str, &str)] = &[
    ("log_name", "System.Channel"),
    ("event_id", "System.EventID"),
    ("computer_name", "System.Computer"),
    ("record_number", "System.EventRecordID"),
    ("source_name", "System.Provider"),
    ("provider_guid", "System.ProviderGuid"),
    ("process_id", "System.ProcessID"),
    ("thread_id", "System.ThreadID"),
    ("user.identifier", "System.UserID"),
    ("activity_id", "System.ActivityID"),
    ("keywords", "System.Keywords"),
    ("version", "System.Version"),
    ("task", "System.TaskName"),
    ("opcode", "System.OpcodeName"),
];

/// Header fields of the flat layouts. `ProcessID` is not among them: with `ExecutionProcessID`
/// beside it, or in exports without one, it is the field of that name of the event's data
/// (Security 5156).
const FLAT_HEADER: &[(&str, &str)] = &[
    ("Channel", "System.Channel"),
    ("log_name", "System.Channel"),
    ("EventID", "System.EventID"),
    ("EventId", "System.EventID"),
    ("event_id", "System.EventID"),
    ("Hostname", "System.Computer"),
    ("Computer", "System.Computer"),
    ("ComputerName", "System.Computer"),
    ("computer_name", "System.Computer"),
    ("SourceName", "System.Provider"),
    ("source_name", "System.Provider"),
    ("ProviderName", "System.Provider"),
    ("Provider", "System.Provider"),
    ("ProviderGuid", "System.ProviderGuid"),
    ("RecordNumber", "System.EventRecordID"),
    ("record_number", "System.EventRecordID"),
    ("EventRecordID", "System.EventRecordID"),
    ("EventTime", "System.TimeCreated"),
    ("TimeCreated", "System.TimeCreated"),
    ("Keywords", "System.Keywords"),
    ("Level", "System.Level"),
    ("Task", "System.Task"),
    ("Category", "System.TaskName"),
    ("OpcodeValue", "System.Opcode"),
    ("Opcode", "System.OpcodeName"),
    ("Version", "System.Version"),
    ("ExecutionProcessID", "System.ProcessID"),
    ("ThreadID", "System.ThreadID"),
    ("ExecutionThreadID", "System.ThreadID"),
    ("UserID", "System.UserID"),
    ("ActivityID", "System.ActivityID"),
    ("RelatedActivityID", "System.RelatedActivityID"),
    ("Message", "Message"),
    ("message", "Message"),
];

/// What the shippers add, under its own name.
const FLAT_OWN: &[&str] = &[
    "@timestamp",
    "@version",
    "AccountName",
    "AccountType",
    "Domain",
    "EventReceivedTime",
    "EventTypeOrignal",
    "Severity",
    "SeverityValue",
    "SourceModuleName",
    "SourceModuleType",
    "host",
    "port",
    "tags",
    "type",
];

#[cfg(test)]
mod tests {
    use super::*;

    fn names(layout: Layout, path: &str) -> Vec<String> {
        let mut all = vec![];
        layout.names(path, &mut |n| all.push(n.to_owned()));
        all
    }

    #[test]
    fn one_name_for_all_layouts() {
        for (layout, path, name) in [
            (Layout::Event, "Event.System.EventID", "System.EventID"),
            (Layout::Event, "Event.System.EventID.#text", "System.EventID"),
            (Layout::Event, "System.Provider.#attributes.Name", "System.Provider"),
            (Layout::Event, "Event.System.Provider_attributes.Name", "System.Provider"),
            (Layout::Event, "Event.EventData.Image", "EventData.Image"),
            (
                Layout::Event,
                "Event.UserData.LogFileCleared.SubjectUserName",
                "UserData.SubjectUserName",
            ),
            (Layout::Winlogbeat, "winlog.event_id", "System.EventID"),
            (Layout::Winlogbeat, "winlog.event_data.Image", "EventData.Image"),
            (Layout::Winlogbeat, "winlog.user_data.SubjectUserName", "UserData.SubjectUserName"),
            (Layout::OldWinlogbeat, "log_name", "System.Channel"),
            (Layout::OldWinlogbeat, "event_data.Image", "EventData.Image"),
            (Layout::Flat, "Hostname", "System.Computer"),
            (Layout::Flat, "Image", "EventData.Image"),
            (Layout::Plain, "id_orig_h", "id.orig_h"),
        ] {
            assert!(names(layout, path).iter().any(|n| n == name), "{layout:?} {path}");
        }
    }

    #[test]
    fn empty_markers() {
        for text in ["", "-", ZERO_GUID, "{00000000-0000-0000-0000-000000000000}"] {
            assert!(is_empty_marker(text), "{text}");
        }
        for text in ["0", "--", "00000000-0000-0000-0000-000000000001", "ü"] {
            assert!(!is_empty_marker(text), "{text}");
        }
    }
}
