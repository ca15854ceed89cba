//! Formats, detected from content.

use crate::support::{Reader, columns, everything, one, read};
use tripline_events::{Options, ValueDecoder, decode_record, flatten};

const CONN_TSV: &str = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n\
#path\tconn\n#open\t2026-11-21\n\
#fields\tts\tuid\tid.orig_h\tid.resp_p\tconn_state\tlocal\tservice\ttunnel_parents\tports\tnote\n\
#types\ttime\tstring\taddr\tport\tstring\tbool\tstring\tset[string]\tvector[port]\tstring\n\
1575413096.052279\tC1\t10.0.0.1\t445\tS0\tT\t-\ta,b\t1,2\ta\\x09b\n\
1575413097.000000\tC2\t10.0.0.2\t139\tSF\tF\tsmb\t(empty)\t(empty)\t(empty)\n";

#[test]
fn zeek_tsv_is_typed() {
    let (kept, _) = read("conn.log", CONN_TSV);
    let rows = kept.rows();
    let first = &rows[0];
    assert_eq!(one(first, "#source"), "zeek.conn");
    assert_eq!(one(first, "#time"), "1575413096052279000");
    assert_eq!(one(first, "_path"), "conn");
    assert_eq!(one(first, "id.resp_p"), "445");
    assert_eq!(one(first, "local"), "true");
    assert!(!first.contains_key("service"), "unset is absent");
    assert_eq!(first["tunnel_parents"], ["a", "b"]);
    assert_eq!(first["ports"], ["1", "2"]);
    assert_eq!(one(first, "note"), "a\tb");
    assert!(!rows[1].contains_key("tunnel_parents"), "an empty set has no values");
    assert_eq!(rows[1]["note"], [""], "empty text is a value");
    let raw = std::str::from_utf8(kept.batches[0].raw.get(1)).unwrap();
    assert_eq!(
        raw,
        r#"{"_path":"conn","ts":1575413097.000000,"uid":"C2","id.orig_h":"10.0.0.2","id.resp_p":139,"conn_state":"SF","local":false,"service":"smb","tunnel_parents":[],"ports":[],"note":""}"#
    );
}

#[test]
fn a_zeek_header_may_come_again() {
    let text = format!(
        "{CONN_TSV}#close\t2026\n#separator |\n#path|dns\n#fields|ts|uid|query\n1|D1|example.org\n"
    );
    let (kept, summary) = read("merged.log", text.replace('\n', "\r\n"));
    let rows = kept.rows();
    assert_eq!(summary.records, 3);
    assert_eq!(one(&rows[2], "query"), "example.org");
    assert_eq!(one(&rows[2], "_path"), "dns");
    assert_eq!(one(&rows[2], "#source"), "zeek.any");
}

#[test]
fn json_in_all_arrangements() {
    let pretty = "{\n  \"a\": 1,\n  \"b\": {\"c\": [\"}\", \"\\\"{\"]}\n}";
    for (name, text, events) in [
        ("lines", "{\"a\":1}\n\n{\"a\":2}\r\n  {\"a\":3}  \n".to_owned(), 3),
        ("one", "{\"a\":1}".to_owned(), 1),
        ("pretty", pretty.to_owned(), 1),
        ("pretty twice", format!("{pretty}\n{pretty}\n"), 2),
        ("side by side", "{\"a\":1}{\"a\":2} {\"a\":3}".to_owned(), 3),
        ("list", "[{\"a\":1},{\"a\":2}]".to_owned(), 2),
        ("pretty list", format!("[\n{pretty},\n{pretty}\n]\n"), 2),
        ("list in lines", "[\n{\"a\":1},\n{\"a\":2}\n]\n".to_owned(), 2),
        ("CloudTrail", "{\"Records\":[{\"a\":1},{\"a\":2}]}".to_owned(), 2),
        ("CloudTrail, pretty", "{\n\"Records\": [\n{\"a\":1},\n{\"a\":2}\n]\n}\n".to_owned(), 2),
        ("Graph", "{\"@odata.context\":\"x\",\"n\":1,\"value\":[{\"a\":1}]}".to_owned(), 1),
        ("search", "{\"took\":1,\"hits\":{\"total\":2,\"hits\":[{\"_index\":\"i\",\"_source\":{\"a\":1}}]}}".to_owned(), 1),
        ("byte order mark", "\u{FEFF}{\"a\":1}\n".to_owned(), 1),
    ] {
        let (kept, summary) = read("x", &text);
        assert!(kept.rejected.is_empty(), "{name}: {:?}", kept.rejected);
        assert_eq!((summary.records, summary.events), (events, events), "{name}");
        for row in kept.rows() {
            assert!(row.contains_key("a"), "{name}: {row:?}");
        }
        for batch in &kept.batches {
            for row in 0..batch.len() {
                let raw: serde_json::Value = serde_json::from_slice(batch.raw.get(row)).unwrap();
                assert!(raw.is_object(), "{name}");
            }
        }
    }
}

#[test]
fn a_list_in_an_event_is_no_wrapper() {
    let (kept, summary) = read("x", "{\"value\":[{\"n\":1}],\"time\":1,\"user\":\"x\",\"k\":2}\n");
    assert_eq!(summary.records, 1);
    assert_eq!(one(&kept.rows()[0], "value.n"), "1");
}

#[test]
fn utf_16() {
    let text = "{\"a\":\"ä€😀\"}\r\n{\"a\":\"b\"}\r\n";
    let units: Vec<u16> = text.encode_utf16().collect();
    let little: Vec<u8> = units.iter().flat_map(|u| u.to_le_bytes()).collect();
    let big: Vec<u8> = units.iter().flat_map(|u| u.to_be_bytes()).collect();
    for bytes in [
        [b"\xFF\xFE".as_slice(), &little].concat(),
        [b"\xFE\xFF".as_slice(), &big].concat(),
        little,
    ] {
        let (kept, _) = read("x.json", bytes);
        let rows = kept.rows();
        assert_eq!(one(&rows[0], "a"), "ä€😀");
        assert_eq!(rows.len(), 2);
    }
}

#[test]
fn tables() {
    let text = "time,user.name,note\n2026-11-21T10:00:00Z,jo,\"a, \"\"b\"\"\nc\"\n1,,x\n";
    let (kept, summary) = read("x.csv", text);
    let rows = kept.rows();
    assert_eq!(summary.events, 2);
    assert_eq!(one(&rows[0], "note"), "a, \"b\"\nc");
    assert!(!rows[1].contains_key("user.name"), "an empty cell is absent");
}

#[test]
fn values_keep_the_text_that_the_record_has() {
    let text = r#"{"i":9007199254740993,"big":123456789012345678901234567890,"f":1575413122.2314600,"e":1E3,"neg":-0.10,"t":true,"n":null,"s":"","list":[1,2.50,"x",null,[3]],"a\"b": 7.10}"#;
    let (kept, _) = read("x", text);
    let row = &kept.rows()[0];
    for (field, value) in [
        ("i", "9007199254740993"),
        ("big", "123456789012345678901234567890"),
        ("f", "1575413122.2314600"),
        ("e", "1E3"),
        ("neg", "-0.10"),
        ("t", "true"),
        ("a\"b", "7.10"),
    ] {
        assert_eq!(one(row, field), value, "{field}");
    }
    assert!(!row.contains_key("n"));
    assert_eq!(row["s"], [""]);
    assert_eq!(row["list"], ["1", "2.50", "x", "3"]);
}

#[test]
fn dotted_and_nested_keys_are_the_same_path() {
    let text = "{\"a.b.c\":1}\n{\"a\":{\"b\":{\"c\":2}}}\n{\"a\":{\"b.c\":3}}\n{\"a.b\":{\"c\":4}}\n\
                {\"a\":[{\"b\":{\"c\":5}},{\"b\":{\"c\":[6,7]}}]}\n";
    let mut reader = Reader::new(columns(&["a.b.c"]), Options::default());
    let (kept, _) = reader.read("x", text.as_bytes());
    let values: Vec<_> = kept.rows().iter().map(|r| r["a.b.c"].join(",")).collect();
    assert_eq!(values, ["1", "2", "3", "4", "5,6,7"]);
}

#[test]
fn a_column_of_objects_has_their_texts() {
    let text = r#"{"a":[{"b": 1.0},{"b":2}],"o":{"x":1},"s":"t"}"#;
    let mut reader = Reader::new(columns(&["a", "a.b", "o", "s"]), Options::default());
    let (kept, _) = reader.read("x", text.as_bytes());
    let row = &kept.rows()[0];
    assert_eq!(row["a"], [r#"{"b": 1.0}"#, r#"{"b":2}"#]);
    assert_eq!(row["a.b"], ["1.0", "2"]);
    assert_eq!(row["o"], [r#"{"x":1}"#]);
    assert_eq!(row["s"], ["t"]);
}

#[test]
fn only_what_is_projected_is_built() {
    let text = "{\"a\":1,\"b\":2,\"c\":{\"d\":3}}\n";
    let mut reader = Reader::new(columns(&["c.d", "zz"]), Options::default());
    let (kept, _) = reader.read("x", text.as_bytes());
    let names: Vec<&str> = kept.batches[0].columns.iter().map(|(n, _)| &**n).collect();
    assert_eq!(names, ["c.d"]);
    assert!(kept.batches[0].column("zz").is_none());
}

#[test]
fn state_is_kept_from_input_to_input() {
    let mut reader = Reader::new(everything(), Options::default());
    let (one, _) = reader.read("1", b"{\"a\":\"x\"}\n");
    let (two, summary) = reader.read("2", b"{\"a\":\"x\"}\n{\"a\":\"y\"}\n");
    let dict = |kept: &crate::support::Kept| kept.batches[0].column("a").unwrap().dict.id();
    assert_eq!(dict(&one), dict(&two));
    assert_eq!(summary.streams[0].1, 2);
    assert_eq!(&*two.batches[0].input, "2");
}

#[test]
fn one_record_by_itself() {
    let schema = crate::support::schema();
    let batch =
        decode_record(&schema, None, br#"{"ts":1,"id.orig_h":"10.0.0.1","conn_state":"S0"}"#);
    let batch = batch.unwrap();
    assert_eq!(&*batch.stream.mapping.id, "zeek.conn");
    assert_eq!(batch.column("conn_state").unwrap().first(0), Some("S0"));
    assert!(decode_record(&schema, None, b"[]").is_err());
    assert!(decode_record(&schema, Some("nope"), b"{}").is_ok());
    assert_eq!(flatten(b"nonsense"), []);
}

/// Both decoders of single records see the same values, on the fast lane and off it.
#[test]
fn values_of_a_record_with_columns_and_without() {
    let schema = &crate::support::schema();
    let records = [
        r#"{"ts":1.5,"uid":"a\\b","id.orig_h":"10.0.0.1","proto":"tcp","conn_state":"-","a":[1,"x"]}"#,
        r#"{"ts":2,"uid":"c","id.orig_h":"10.0.0.1","proto":"udp","conn_state":"S0","a":[]}"#,
        r#"{"@timestamp":"2024-05-14T09:00:00Z","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Message":"A:\r\nUtcTime: 1\r\nProcessId: 77\r\n","ProcessId":4,"Image":"-","User":""}"#,
        r#"{"@timestamp":"2024-05-14T09:00:01Z","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Message":"A:\r\nUtcTime: 1\r\nProcessId: 78\r\n","ProcessId":4,"Image":"x\u00e9\"","User":"u"}"#,
        r#"{"a":{"b":{"c":[{"d":1.50},{"d":null}]}},"e":true}"#,
    ];
    let mut decoder = ValueDecoder::new(schema, None).unwrap();
    for raw in records.iter().chain(&records) {
        let batch = decode_record(schema, None, raw.as_bytes()).unwrap();
        let mut expected: Vec<(&str, &str)> = vec![];
        for (name, column) in &batch.columns {
            expected.extend(column.values(0).map(|value| (&**name, value)));
        }
        let view = decoder.decode(raw).unwrap();
        let mut found: Vec<(&str, &str)> =
            view.values().map(|(column, value)| (&*view.columns[column], value)).collect();
        // Stable: the values of a column keep their order.
        expected.sort_by_key(|(name, _)| *name);
        found.sort_by_key(|(name, _)| *name);
        assert_eq!(found, expected, "{raw}");
        assert!(!found.is_empty());
    }
    assert!(decoder.decode("[]").is_err() && decoder.decode("{").is_err());
}
