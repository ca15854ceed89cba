//! One event in every layout has one set of canonical columns.

use crate::support::{Kept, Reader, Row, columns, everything, one, read};
use tripline_events::{Decoder, Input, Options, blank_column};
use tripline_schema::Schema;

const EVTX_DUMP: &str = r##"{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon","Guid":"5770385F-C22A-43E0-BF4C-06F5698FFBD9"}},"EventID":3,"TimeCreated":{"#attributes":{"SystemTime":"2026-11-21T10:00:01.000000Z"}},"EventRecordID":77,"Execution":{"#attributes":{"ProcessID":2100,"ThreadID":2}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"host1","Security":{"#attributes":{"UserID":"S-1-5-18"}}},"EventData":{"RuleName":"-","UtcTime":"2026-11-21 10:00:00.123","ProcessGuid":"00000000-0000-0000-0000-000000000000","ProcessId":7520,"Image":"C:\\a.exe","Initiated":true,"DestinationPort":445,"SourceHostname":""}}}"##;

const EVTX_UNWRAPPED: &str = r##"{"System":{"Provider_attributes":{"Name":"Microsoft-Windows-Sysmon"},"EventID":{"#text":3,"#attributes":{"Qualifiers":0}},"TimeCreated_attributes":{"SystemTime":"2026-11-21T10:00:01.000000Z"},"EventRecordID":77,"Execution_attributes":{"ProcessID":2100},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"host1","Security_attributes":{"UserID":"S-1-5-18"}},"EventData":{"UtcTime":"2026-11-21 10:00:00.123","ProcessId":7520,"Image":"C:\\a.exe","Initiated":true,"DestinationPort":445}}"##;

const WINLOGBEAT: &str = r#"{"@timestamp":"2026-11-21T10:00:01.000Z","agent":{"type":"winlogbeat","version":"8.1.0"},"event":{"code":"3"},"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":"3","computer_name":"host1","record_id":"77","provider_name":"Microsoft-Windows-Sysmon","process":{"pid":2100},"user":{"identifier":"S-1-5-18"},"event_data":{"UtcTime":"2026-11-21 10:00:00.123","ProcessId":"7520","Image":"C:\\a.exe","Initiated":"true","DestinationPort":"445","RuleName":"-"}},"process":{"name":"a.exe"}}"#;

const WINLOGBEAT_6: &str = r#"{"@timestamp":"2026-11-21T10:00:01.000Z","log_name":"Microsoft-Windows-Sysmon/Operational","event_id":3,"computer_name":"host1","record_number":"77","source_name":"Microsoft-Windows-Sysmon","process_id":2100,"user":{"identifier":"S-1-5-18"},"event_data":{"UtcTime":"2026-11-21 10:00:00.123","ProcessId":"7520","Image":"C:\\a.exe","Initiated":"true","DestinationPort":"445"}}"#;

const NXLOG: &str = r#"{"EventTime":"2026-11-21 05:00:01","Hostname":"host1","EventType":"INFO","EventID":3,"SourceName":"Microsoft-Windows-Sysmon","RecordNumber":77,"ExecutionProcessID":2100,"UserID":"S-1-5-18","Channel":"Microsoft-Windows-Sysmon/Operational","Message":"Network connection detected:\r\nRuleName: -\r\nUtcTime: 2026-11-21 10:00:00.123\r\nProcessId: 7520\r\nImage: C:\\a.exe","UtcTime":"2026-11-21 10:00:00.123","Image":"C:\\a.exe","Initiated":"true","DestinationPort":"445","@timestamp":"2026-11-21T10:00:03.000Z","host":"collector"}"#;

const XML: &str = r#"<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><Provider Name="Microsoft-Windows-Sysmon" Guid="{5770385F-C22A-43E0-BF4C-06F5698FFBD9}"/><EventID>3</EventID><TimeCreated SystemTime="2026-11-21T10:00:01.0000000Z"/><EventRecordID>77</EventRecordID><Correlation/><Execution ProcessID="2100" ThreadID="2"/><Channel>Microsoft-Windows-Sysmon/Operational</Channel><Computer>host1</Computer><Security UserID="S-1-5-18"/></System><EventData><Data Name="RuleName">-</Data><Data Name="UtcTime">2026-11-21 10:00:00.123</Data><Data Name="ProcessId">7520</Data><Data Name="Image">C:\a.exe</Data><Data Name="Initiated">true</Data><Data Name="DestinationPort">445</Data></EventData></Event>"#;

const CANONICAL: &[(&str, &str)] = &[
    ("System.Channel", "Microsoft-Windows-Sysmon/Operational"),
    ("System.EventID", "3"),
    ("System.Computer", "host1"),
    ("System.EventRecordID", "77"),
    ("System.Provider", "Microsoft-Windows-Sysmon"),
    ("System.ProcessID", "2100"),
    ("System.UserID", "S-1-5-18"),
    ("EventData.Image", "C:\\a.exe"),
    ("EventData.ProcessId", "7520"),
    ("EventData.Initiated", "true"),
    ("EventData.DestinationPort", "445"),
];

#[test]
fn windows_layouts_agree() {
    let names: Vec<&str> = CANONICAL.iter().map(|(n, _)| *n).collect();
    let mut wanted = names.clone();
    wanted.extend(["EventData.RuleName", "EventData.ProcessGuid", "EventData.SourceHostname"]);
    for (name, text) in [
        ("evtx_dump", EVTX_DUMP),
        ("without Event", EVTX_UNWRAPPED),
        ("Winlogbeat", WINLOGBEAT),
        ("Winlogbeat 6", WINLOGBEAT_6),
        ("NXLog", NXLOG),
        ("XML", XML),
    ] {
        let mut reader = Reader::new(columns(&wanted), Options::default());
        let (kept, _) = reader.read("x", text.as_bytes());
        let rows = kept.rows();
        let mut expected: Row =
            CANONICAL.iter().map(|(k, v)| ((*k).to_owned(), vec![(*v).to_owned()])).collect();
        expected.insert("#source".into(), vec!["windows.sysmon.3".into()]);
        expected.insert("#time".into(), vec!["1795255200123000000".into()]);
        assert_eq!(rows, [expected], "{name}");
        // All fields, asked for at once, have the same values.
        let (kept, _) = read("x", text);
        for (field, value) in CANONICAL {
            assert_eq!(kept.rows()[0][*field], [*value], "{name}: {field}");
        }
    }
}

#[test]
fn xml_in_all_arrangements() {
    let pretty = XML.replace("><", ">\n  <");
    for (name, text) in [
        ("one a line", format!("{XML}\n{XML}\n")),
        ("no line feeds", format!("{XML}{XML}")),
        ("pretty", format!("{pretty}\n{pretty}\n")),
        ("wrapped", format!("<?xml version=\"1.0\"?>\n<Events>\n{pretty}{XML}\n</Events>\n")),
        (
            "syslog",
            format!("Nov 21 10:00:00 host1 sysmon: {XML}\nNov 21 10:00:00 host1 sysmon: {XML}\n"),
        ),
    ] {
        let (kept, summary) = read("x", &text);
        assert!(kept.rejected.is_empty(), "{name}: {:?}", kept.rejected);
        assert_eq!(summary.events, 2, "{name}");
        for row in kept.rows() {
            assert_eq!(one(&row, "EventData.Image"), "C:\\a.exe", "{name}");
            assert_eq!(one(&row, "#source"), "windows.sysmon.3", "{name}");
        }
    }
}

#[test]
fn xml_texts_and_nameless_data() {
    let text = "<Event><System><EventID Qualifiers='1'>7</EventID><Channel>Application</Channel></System>\
        <EventData><Data>a &lt; &#x62;</Data><Data> c </Data></EventData>\
        <UserData><Cleared xmlns='x'><SubjectUserName>jo</SubjectUserName></Cleared></UserData></Event>";
    let (kept, _) = read("x.xml", text);
    let row = &kept.rows()[0];
    assert_eq!(one(row, "System.EventID"), "7");
    assert_eq!(row["EventData.Data"], ["a < b", " c "]);
    assert_eq!(one(row, "UserData.SubjectUserName"), "jo");
    assert_eq!(one(row, "#source"), "windows.event");
}

#[test]
fn user_data_lies_below_an_element_of_any_name() {
    let text = r##"{"Event":{"System":{"EventID":1102,"Channel":"Security"},"UserData":{"LogFileCleared":{"#attributes":{"xmlns":"y"},"SubjectUserName":"admmig"}}}}"##;
    let mut reader = Reader::new(columns(&["UserData.SubjectUserName"]), Options::default());
    let (kept, _) = reader.read("x", text.as_bytes());
    assert_eq!(one(&kept.rows()[0], "UserData.SubjectUserName"), "admmig");
}

#[test]
fn channels_differ_in_case_and_fallbacks_hold() {
    let line = |channel: &str, id: u32| {
        format!(r#"{{"Event":{{"System":{{"EventID":{id},"Channel":"{channel}"}}}}}}"#) + "\n"
    };
    let text = [
        line("Security", 4624),
        line("security", 4624),
        line("Security", 1),
        line("Security", 4624),
    ];
    let (kept, _) = read("x", text.concat());
    let sources: Vec<String> = kept.rows().iter().map(|r| one(r, "#source").to_owned()).collect();
    assert_eq!(
        sources,
        [
            "windows.security.4624",
            "windows.security.4624",
            "windows.event",
            "windows.security.4624"
        ]
    );
}

#[test]
fn nxlog_severity_is_not_sysmons_event_type() {
    let text = r#"{"EventTime":"2026-11-21 05:00:01","Hostname":"h","EventType":"INFO","EventID":12,"SourceName":"Microsoft-Windows-Sysmon","Channel":"Microsoft-Windows-Sysmon/Operational","Message":"Registry object added or deleted:\r\nEventType: CreateKey\r\nUtcTime: 2026-11-21 10:00:00.123\r\nProcessId: 9"}"#;
    let (kept, _) = read("x", text);
    assert_eq!(kept.rows()[0]["EventData.EventType"], ["CreateKey"]);
    let (kept, _) = read("x", text.replace("\"INFO\"", "\"SetValue\""));
    assert_eq!(kept.rows()[0]["EventData.EventType"], ["SetValue"]);
}

#[test]
fn beats_documents_keep_their_own_names() {
    let (kept, _) = read("x", WINLOGBEAT);
    let row = &kept.rows()[0];
    assert_eq!(one(row, "process.name"), "a.exe");
    assert_eq!(one(row, "winlog.event_data.Image"), "C:\\a.exe");
    assert_eq!(one(row, "event.code"), "3");
}

#[test]
fn documents_name_their_index() {
    for (text, index) in [
        (
            r#"{"@timestamp":"2026-11-21T10:00:00Z","data_stream":{"type":"logs","dataset":"endpoint.events.network","namespace":"prod"},"event":{"kind":"event"}}"#,
            "logs-endpoint.events.network-prod",
        ),
        (
            r#"{"@timestamp":"2026-11-21T10:00:00Z","agent":{"type":"packetbeat","version":"7.1.0"},"event":{"kind":"event"}}"#,
            "packetbeat-7.1.0",
        ),
        (
            r#"{"_index":".ds-logs-zeek.connection-default-2026.11.21-000001","_id":"1","_source":{"@timestamp":"2026-11-21T10:00:00Z","event.kind":"event"}}"#,
            "logs-zeek.connection-default",
        ),
        (
            r#"{"@timestamp":"2026-11-21T10:00:00Z","@metadata":{"beat":"auditbeat","version":"7.0"},"event.kind":"event"}"#,
            "auditbeat-7.0",
        ),
    ] {
        let (kept, _) = read("x", text);
        let stream = &kept.batches[0].stream;
        assert_eq!(&*stream.mapping.id, "ecs");
        assert_eq!(stream.indices, [std::sync::Arc::from(index)]);
        assert_eq!(one(&kept.rows()[0], "event.kind"), "event");
        assert_eq!(one(&kept.rows()[0], "#time"), "1795255200000000000");
    }
}

#[test]
fn two_indices_are_two_streams() {
    let line = |v: &str| {
        format!(
            "{{\"@timestamp\":\"2026-11-21T10:00:00Z\",\"agent\":{{\"type\":\"filebeat\",\"version\":\"{v}\"}},\"event\":{{\"kind\":\"e\"}}}}\n"
        )
    };
    let (kept, summary) = read("x", [line("7.1"), line("8.1"), line("7.1")].concat());
    assert_eq!(summary.streams.len(), 2);
    let sizes: Vec<usize> = kept.batches.iter().map(tripline_events::EventBatch::len).collect();
    assert_eq!(sizes, [2, 1]);
}

#[test]
fn zeek_json_in_all_spellings() {
    for text in [
        r#"{"ts":1.5,"uid":"C","id.orig_h":"10.0.0.1","conn_state":"S0","service":"-"}"#,
        r#"{"ts":1.5,"uid":"C","id_orig_h":"10.0.0.1","conn_state":"S0"}"#,
        r#"{"ts":"1970-01-01T00:00:01.500000Z","uid":"C","id":{"orig_h":"10.0.0.1"},"conn_state":"S0"}"#,
    ] {
        let mut reader = Reader::new(columns(&["id.orig_h", "service"]), Options::default());
        let (kept, _) = reader.read("x", text.as_bytes());
        let row = &kept.rows()[0];
        assert_eq!(one(row, "id.orig_h"), "10.0.0.1");
        assert_eq!(one(row, "#source"), "zeek.conn");
        assert_eq!(one(row, "#time"), "1500000000");
        assert!(!row.contains_key("service"), "Zeek's unset marker");
    }
}

#[test]
fn a_forced_source_type() {
    let options = Options { source: Some("zeek.conn".into()), ..Options::default() };
    let (kept, _) = Reader::new(everything(), options).read("x", b"{\"anything\":1}");
    assert_eq!(one(&kept.rows()[0], "#source"), "zeek.conn");
    let (kept, _) = read("x", b"{\"anything\":1}");
    assert_eq!(one(&kept.rows()[0], "#source"), "json");
}

/// What was learned from one record must not show in the next one of the same keys.
#[test]
fn a_record_after_its_likes_reads_as_it_does_alone() {
    let event = |id: &str, time: &str, guid: &str| {
        format!(
            r##"{{"Event":{{"System":{{"EventID":{id},"Channel":"Microsoft-Windows-Sysmon/Operational","TimeCreated":{{"#attributes":{{"SystemTime":"2026-11-21T10:00:00Z"}}}}}},"EventData":{{"UtcTime":"{time}","ProcessGuid":"{guid}","Tags":[1.50,"a"]}}}}}}"##
        )
    };
    let beats = |id: &str, agent: &str| {
        format!(
            r#"{{"@timestamp":"2026-11-21T10:00:00Z","agent":{{"type":"{agent}","version":"8"}},"ecs":{{"version":"8"}},"winlog":{{"channel":"Security","event_id":{id},"event_data":{{"User":"u"}}}}}}"#
        )
    };
    let conn = |port: &str, service: &str| {
        format!(
            r#"{{"ts":1.5,"uid":"C","id.orig_h":"10.0.0.1","id.resp_p":{port},"conn_state":"SF","service":{service},"deep":{{"a":{{"b":[{{"c":{port}}}]}}}}}}"#
        )
    };
    let records = [
        event("3", "2026-11-21 10:00:00.5", "{1}"),
        event("1", "2026-11-21 10:00:00.5", "{1}"),
        event("3", "-", "{2}"),
        event("3", "2026-11-21 10:00:01.5", "-"),
        event(r#""3""#, "nonsense", "{3}"),
        event(r##"{"#text":3}"##, "2026-11-21 10:00:02.5", "{3}"),
        event("null", "2026-11-21 10:00:02.5", "{3}"),
        beats("4624", "winlogbeat"),
        beats(r#""4624""#, "winlogbeat"),
        beats("[4624]", "filebeat"),
        beats("1", "winlogbeat"),
        conn("445", r#""smb""#),
        conn("4.450e2", r#""-""#),
        conn(r#""139""#, "null"),
        conn("[1,2]", r#"["a","-"]"#),
    ];
    let alone: Vec<_> = records.iter().map(|r| read("a.json", r).0.rows().remove(0)).collect();
    // Backwards, too: each is then among others that were learned before it.
    for rounds in [1, 3] {
        for backwards in [false, true] {
            let mut order: Vec<usize> = (0..records.len()).collect();
            if backwards {
                order.reverse();
            }
            let order: Vec<usize> = std::iter::repeat_n(order, rounds).flatten().collect();
            let text: Vec<&str> = order.iter().map(|n| &*records[*n]).collect();
            let rows = read("all.json", text.join("\n")).0.rows();
            assert_eq!(rows.len(), order.len());
            for (row, n) in rows.iter().zip(order) {
                assert_eq!(row, &alone[n], "{}", records[n]);
            }
        }
    }
}

/// A blank value is absent from its field's column, and is in a column of its own that is filled
/// only for whoever asks for it.
#[test]
fn blank_values_have_a_column_of_their_own() {
    let zero = "{00000000-0000-0000-0000-000000000000}";
    let record = format!(
        r##"{{"Event":{{"System":{{"Channel":"Security","EventID":4624,"TimeCreated":{{"#attributes":{{"SystemTime":"2020-01-01T00:00:00Z"}}}}}},"EventData":{{"A":"-","B":"","C":"{zero}","D":"x","E":null}}}}}}"##
    );
    let names = ["A", "B", "C", "D", "E"].map(|n| format!("EventData.{n}"));
    let blanks = names.clone().map(|n| blank_column(&n).unwrap());
    let both: Vec<&str> = names.iter().chain(&blanks).map(String::as_str).collect();
    let row = |names: &[&str]| {
        let (kept, _) =
            Reader::new(columns(names), Options::default()).read("x", record.as_bytes());
        kept.rows().remove(0)
    };
    let fields = row(&both);
    let of = |name: &str| fields.get(name).cloned().unwrap_or_default();
    for (name, value, blank) in [
        ("EventData.A", vec![], vec!["-"]),
        ("EventData.B", vec![], vec![""]),
        ("EventData.C", vec![], vec![zero]),
        ("EventData.D", vec!["x"], vec![]),
        ("EventData.E", vec![], vec![]),
    ] {
        assert_eq!(of(name), value, "{name}");
        assert_eq!(of(&blank_column(name).unwrap()), blank, "{name}");
    }
    let plain: Vec<&str> = names.iter().map(String::as_str).collect();
    assert!(row(&plain).keys().all(|name| !name.contains("blank")));
}

/// Records are of the source that their own values tell, also where those are lists, which no shape
/// tells apart; and what is certain of a stream holds for each of its records.
#[test]
fn values_that_recognise_a_record_are_its_own() {
    let record = |id: &str| {
        format!(
            r#"{{"@timestamp":"2026-11-21T10:00:00Z","Channel":"Security","EventID":{id},"Task":1}}"#
        )
    };
    let twice = record("4624").replace("\"Task\"", "\"event_id\":4625,\"Task\"");
    let twin = record("4624").replace("\"Task\"", "\"EventID\":4625,\"Task\"");
    let cases = [
        (record("4624"), "windows.security.4624", true),
        (record("\"4625\""), "windows.security.4625", true),
        (record("[4624]"), "windows.security.4624", false),
        (record("[4625]"), "windows.security.4625", false),
        (record("[4625,4624]"), "windows.security.4625", false),
        (record("[\"4624\",1]"), "windows.security.4624", false),
        (record("1"), "windows.security", true),
        (twice, "windows.security.4624", false),
        (twin, "windows.security.4624", false),
    ];
    // A blank before a record keeps it off the fast lane.
    for before in ["", " "] {
        let mut text = String::new();
        for _ in 0..4 {
            for (record, ..) in &cases {
                text.push_str(before);
                text.push_str(record);
                text.push('\n');
            }
        }
        let projector = columns(&["System.EventID"]);
        let mut decoder = Decoder::new(Schema::builtin(), projector, Options::default()).unwrap();
        let mut kept = Kept::default();
        let input = Input::from_bytes("x.ndjson", text.into_bytes());
        decoder.read(&input, &mut kept).unwrap();
        let mut found = vec![None; 4 * cases.len()];
        for batch in &kept.batches {
            for record in &batch.record {
                found[*record as usize] =
                    Some((&*batch.stream.mapping.id, batch.stream.recognised));
            }
        }
        for (at, found) in found.into_iter().enumerate() {
            let (record, source, recognised) = &cases[at % cases.len()];
            assert_eq!(found, Some((*source, *recognised)), "{record}");
        }
    }
}
