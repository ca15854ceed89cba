//! Windows events as Log Analytics' table `WindowsEvent` has them: `EventData` is the text of a JSON
//! object, the time is `TimeGenerated`.

use serde_json::{Map, Value};

/// The record as other exports have it: data as an object, time as `TimeCreated`. `TimeGenerated` is
/// when the event was logged or, from some agents, when it was taken in; the data may have a better
/// time. None: it is not such a row, or its data is no JSON object.
pub(crate) fn record(raw: &[u8]) -> Option<Vec<u8>> {
    // Most records without a time end here.
    memchr::memmem::find(raw, b"\"EventData\"")?;
    let mut row: Map<String, Value> = serde_json::from_slice(raw).ok()?;
    if !row.contains_key("Channel") || !row.contains_key("EventID") {
        return None;
    }
    let data: Map<String, Value> = serde_json::from_str(row.get("EventData")?.as_str()?).ok()?;
    row.insert("EventData".to_owned(), Value::Object(data));
    for (from, to) in [("TimeGenerated", "TimeCreated"), ("EventLevel", "Level")] {
        if !row.contains_key(to)
            && let Some(value) = row.remove(from)
        {
            row.insert(to.to_owned(), value);
        }
    }
    serde_json::to_vec(&row).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_of_the_table() {
        let row = br#"{"TimeGenerated":"2026-11-21T10:00:01Z","Channel":"C","EventID":1,"EventLevel":4,"EventData":"{\"Image\":\"a\"}"}"#;
        let made: Value = serde_json::from_slice(&record(row).unwrap()).unwrap();
        assert_eq!(made["EventData"]["Image"], "a");
        assert_eq!(
            (&made["TimeCreated"], &made["Level"]),
            (&"2026-11-21T10:00:01Z".into(), &4.into())
        );
        // What it makes is no such row again.
        assert_eq!(record(&record(row).unwrap()), None);
    }

    #[test]
    fn what_is_none() {
        for other in [
            r#"{"Channel":"C","EventID":1}"#,
            r#"{"Channel":"C","EventID":1,"EventData":{"Image":"a"}}"#,
            r#"{"Channel":"C","EventID":1,"EventData":"<EventData/>"}"#,
            r#"{"Channel":"C","EventID":1,"EventData":"[1]"}"#,
            r#"{"EventData":"{}"}"#,
            r#"["EventData"]"#,
        ] {
            assert_eq!(record(other.as_bytes()), None, "{other}");
        }
    }
}
