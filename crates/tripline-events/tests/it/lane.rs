//! Records of known shapes are read from their bytes; what comes out is what the parser gives.
//!
//! A blank before a record keeps it off the fast lane, so that the same lines can be read both ways.

use crate::support::{Columns, Kept, Reader, Row, columns, everything, late};
use proptest::prelude::*;
use std::sync::Arc;
use tripline_events::Options;

type Read = (Vec<(u64, Row, String)>, Vec<String>, u64);

fn both(lines: &[Vec<u8>], projector: &Arc<Columns>, options: &Options) -> [Read; 2] {
    [&b""[..], b" "].map(|before| {
        let mut text = vec![];
        for line in lines {
            text.extend_from_slice(before);
            text.extend_from_slice(line);
            text.push(b'\n');
        }
        let mut reader = Reader::new(projector.clone(), options.clone());
        let (kept, summary) = reader.read("x.ndjson", &text);
        let raw = |kept: &Kept| -> Vec<(u64, String)> {
            let mut all = vec![];
            for batch in &kept.batches {
                for row in 0..batch.len() {
                    let text = String::from_utf8_lossy(batch.raw.get(row)).into_owned();
                    all.push((batch.record[row], text));
                }
            }
            all.sort();
            all
        };
        let rows = raw(&kept).into_iter().zip(kept.rows());
        let rows = rows.map(|((record, raw), row)| (record, row, raw)).collect();
        let rejected = kept.rejected.iter().map(|r| {
            format!(
                "{:?} {:?} {} {} {:?}",
                r.place.record,
                r.place.line,
                r.reason.word(),
                r.detail,
                r.excerpt
            )
        });
        (rows, rejected.collect(), summary.records)
    })
}

const SHAPES: &[&str] = &[
    r#"{"ts":T,"uid":V,"id.orig_h":V,"id.orig_p":V,"proto":V,"conn_state":V,"a":V}"#,
    r#"{"@timestamp":T,"Channel":V,"EventID":V,"Message":V,"ProcessId":V,"EventType":V,"Image":V,"Empty":{},"E":null}"#,
    r#"{"@timestamp": T, "Channel": V, "EventID": V, "Message": "A:\r\nUtcTime: 1\r\nProcessId: 77\r\nEventType: Set\r\n", "Image": V}"#,
    r##"{"Event":{"System":{"Channel":V,"EventID":{"#text":V},"TimeCreated":{"#attributes":{"SystemTime":T}}},"EventData":{"UtcTime":V,"Image":V,"Data":V}}}"##,
    r#"{"@timestamp":T,"event":{"kind":"event","category":V},"winlog":{"channel":V,"event_data":{"Image":V,"List":V}},"a":{"b":V}}"#,
    r#"{"time":T,"type":V,"objects":[],"a":{"b":{"c":V}},"detail":{"a":V,"eventName":V}}"#,
];

fn value() -> impl Strategy<Value = String> {
    let text = prop_oneof![
        4 => "[a-z:\\. /-]{0,40}",
        2 => "[a-z\"\\\\\n\té☂\u{1}/]{0,24}",
        1 => Just("-".to_owned()),
        1 => Just("INFO".to_owned()),
        1 => Just("Microsoft-Windows-Sysmon/Operational".to_owned()),
    ];
    prop_oneof![
        6 => text.prop_map(|s| serde_json::Value::from(s).to_string()),
        1 => prop_oneof![
            Just(r#""\u002d""#), Just(r#""\ud83d\ude00 \/ \b\f""#), Just(r#""\ud83d""#), Just("\"\""),
            Just(r#""\u0000""#), Just("\"a\tb\""), Just("\"\u{1}\""), Just(r#""\x""#),
        ].prop_map(str::to_owned),
        2 => any::<i64>().prop_map(|n| n.to_string()),
        1 => prop_oneof![
            Just("0"), Just("-0"), Just("1.50"), Just("-0.0"), Just("1e3"), Just("01"), Just("1."),
            Just("18446744073709551615"), Just("99999999999999999999"), Just("-9223372036854775809"),
            Just("true"), Just("false"), Just("null"), Just("nul"), Just("tru"), Just("-"), Just("3"),
        ].prop_map(str::to_owned),
        1 => prop_oneof![
            Just("[]"), Just(r#"["a","b\\c",1,2.50,null,true]"#), Just(r#"["-",{"b":"x"},[1]]"#),
            Just("[1, 2]"), Just("[1,]"), Just("{}"), Just(r#"{"b":1}"#), Just("[[[[[[]]]]]]"),
            Just("[-0]"), Just(r#"["\u0041"]"#),
        ].prop_map(str::to_owned),
    ]
}

fn line() -> impl Strategy<Value = Vec<u8>> {
    let time = prop_oneof![
        8 => Just("\"2026-11-21T10:00:01.123Z\""), 2 => Just("1600000000.25"), 1 => Just("\"never\""),
        1 => Just("\"2026-11-21 10:00:01\""), 1 => Just("null"),
    ];
    let shape = proptest::sample::select(SHAPES.to_vec());
    let values = proptest::collection::vec(value(), 8);
    let mutation = proptest::option::weighted(0.1, (any::<u16>(), any::<u8>()));
    (shape, time, values, mutation).prop_map(|(shape, time, values, mutation)| {
        let mut text = String::new();
        let mut values = values.iter();
        for (n, part) in shape.split('V').enumerate() {
            if n > 0 {
                text.push_str(values.next().unwrap());
            }
            text.push_str(
                &part.replace(":T", &format!(":{time}")).replace(": T", &format!(": {time}")),
            );
        }
        let mut bytes = text.into_bytes();
        if let Some((at, byte)) = mutation {
            let at = usize::from(at) % bytes.len();
            // A line stays a line.
            bytes[at] = if matches!(byte, b'\n' | b'\r') { b'"' } else { byte };
        }
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn the_fast_lane_reads_what_the_parser_reads(
        mut lines in proptest::collection::vec(line(), 1..120),
        require_time in any::<bool>(),
        max_depth in proptest::sample::select(vec![128, 5]),
    ) {
        let some = columns(&[
            "EventData.Image", "EventData.EventType", "EventData.ProcessId", "System.EventID",
            "EventData.Image (blank)", "Message", "a", "a.b", "event.category", "id.orig_h", "ts",
            "EventData.List", "EventData.UtcTime",
        ]);
        let options = Options { require_time, max_depth, batch_rows: 50, ..Options::default() };
        // A file that begins with a damaged record may be read as values over several lines, where a
        // blank before a brace counts.
        lines.insert(0, br#"{"ts":1,"uid":"a"}"#.to_vec());
        let [fast, long] = both(&lines, &everything(), &options);
        prop_assert_eq!(fast, long);
        let [fast, long] = both(&lines, &some, &options);
        prop_assert_eq!(&fast, &long);
        let [late_fast, late_long] = both(&lines, &late(&some), &options);
        prop_assert_eq!(&late_fast, &fast, "columns that are made when they are read");
        prop_assert_eq!(&late_long, &long);
    }
}

#[test]
fn a_string_does_not_go_on_in_the_next_line() {
    let good = r#"{"ts":1,"uid":"a","b":"c"}"#.as_bytes().to_vec();
    let lines: Vec<Vec<u8>> = [
        good.clone(),
        good.clone(),
        good.clone(),
        br#"{"ts":1,"uid":"a"#.to_vec(),
        br#"","b":"c"}"#.to_vec(),
        br#"{"ts":1,"uid":"a","b":"c"} "#.to_vec(),
        br#"{"ts":1,"uid":"a","b":"c"},"#.to_vec(),
        br#"{"ts":1,"uid":"a","b":"c"}}"#.to_vec(),
        b"{\"ts\":1,\"uid\":\"a\",\"b\":\"c\"}\r".to_vec(),
        b"{\"ts\":1,\"uid\":\"\xFF\",\"b\":\"c\"}".to_vec(),
        good,
    ]
    .into();
    let [fast, long] = both(&lines, &everything(), &Options::default());
    assert_eq!(fast, long);
    assert_eq!((fast.0.len(), fast.1.len()), (6, 5));
}
