//! Properties: nothing depends on the batch size, and no bytes make it panic.

use crate::support::{Reader, columns, everything, read};
use proptest::prelude::*;
use tripline_events::Options;

fn record() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        any::<i64>().prop_map(|n| n.to_string()),
        "[a-z\"\\\\é]{0,6}".prop_map(|s| serde_json::Value::from(s).to_string()),
        Just("null".to_owned()),
        Just("[1,\"x\",{\"b\":2.50}]".to_owned()),
        Just("{\"b\":true,\"c\":{\"d\":[]}}".to_owned()),
    ];
    prop_oneof![
        8 => proptest::collection::vec(("[abc](\\.[abc])?", value), 0..5).prop_map(|fields| {
            let fields: Vec<_> = fields.iter().map(|(k, v)| format!("\"{k}\":{v}")).collect();
            format!("{{{}}}", fields.join(","))
        }),
        1 => "[ -~]{0,20}",
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn batch_size_changes_nothing(records in proptest::collection::vec(record(), 0..40)) {
        let text = records.join("\n") + "\n";
        let mut seen = None;
        for batch_rows in [1, 7, 8192] {
            let options = Options { batch_rows, ..Options::default() };
            let (kept, summary) = Reader::new(everything(), options).read("x.ndjson", text.as_bytes());
            prop_assert!(kept.batches.iter().all(|b| b.len() <= batch_rows));
            let result = (kept.rows(), kept.reasons(), summary.records);
            if let Some(seen) = &seen {
                prop_assert_eq!(seen, &result);
            }
            seen = Some(result);
        }
    }

    #[test]
    fn a_projection_is_a_part_of_everything(records in proptest::collection::vec(record(), 1..20)) {
        let text = records.join("\n") + "\n";
        let (all, _) = read("x.ndjson", &text);
        let (some, _) = Reader::new(columns(&["a.b", "c"]), Options::default())
            .read("x.ndjson", text.as_bytes());
        for (all, some) in all.rows().iter().zip(some.rows()) {
            // A column that is named also has the texts of objects.
            let scalars = |row: &crate::support::Row| -> Vec<String> {
                let values = row.get("a.b").cloned().unwrap_or_default();
                values.into_iter().filter(|v| !v.starts_with('{')).collect()
            };
            prop_assert_eq!(scalars(all), scalars(&some));
        }
    }

    #[test]
    fn no_bytes_make_it_panic(
        start in prop_oneof![
            Just(""), Just("{\"a\":"), Just("[{"), Just("#separator \\x09\n#fields\ta\tb\n"),
            Just("<Event><System>"), Just("ElfFile\0"), Just("a,b,c\n1,2,3\n"), Just("PK\u{3}\u{4}"),
            Just("\u{1f}"), Just("BZh91AY&SY"), Just("(\u{b5}/"), Just("{\"Records\":[{"),
        ],
        bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), proptest::sample::select(b"{}[]\",:\\\n\t<>/#-0a ".to_vec())],
            0..400,
        ),
        name in proptest::sample::select(vec!["x", "x.json", "x.csv", "x.log"]),
    ) {
        let all = [start.as_bytes(), &bytes].concat();
        read(name, &all);
        let options = Options { max_record_bytes: 50, batch_rows: 2, max_depth: 4, ..Options::default() };
        Reader::new(everything(), options).read(name, &all);
    }
}

#[test]
fn damaged_evtx_never_panics() {
    let Some(file) = crate::corpora::first_evtx() else {
        return;
    };
    let whole = std::fs::read(file).unwrap();
    let (_, good) = read("x.evtx", &whole);
    let mut state = 12345u64;
    for _ in 0..25 {
        let mut bytes = whole.clone();
        for _ in 0..20 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let at = (state >> 33) as usize % bytes.len();
            bytes[at] = (state >> 20) as u8;
        }
        read("x.evtx", &bytes);
    }
    // A chunk whose header is gone is set aside; the others stay.
    let mut bytes = whole.clone();
    bytes[4096..4104].fill(0);
    let (kept, summary) = read("x.evtx", &bytes);
    assert_eq!(kept.rejected[0].reason, tripline_events::Reason::Corrupt);
    assert!(summary.events < good.events);
    // A file that ends inside a chunk.
    let (kept, _) = read("x.evtx", &whole[..4096 + 1000]);
    assert_eq!(kept.reasons(), [tripline_events::Reason::Corrupt]);
}
