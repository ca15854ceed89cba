//! Decoding NDJSON into columns, next to parsing it alone.
//!
//! `cargo bench -p tripline-events` prints the throughput of both; the decoder should stay within
//! 1.6 times of the parser.

use divan::Bencher;
use divan::counter::BytesCount;
use std::fmt::Write as _;
use std::ops::ControlFlow;
use std::sync::Arc;
use tripline_events::{
    Decoder, EventBatch, Input, Options, Projection, Projector, Rejected, Sink, Stream,
};
use tripline_schema::Schema;

fn main() {
    divan::main();
}

const ROWS: u64 = 100_000;

fn zeek() -> Vec<u8> {
    let mut text = String::new();
    for n in 0..ROWS {
        let k = n.wrapping_mul(2_654_435_761);
        // Writing to a string cannot fail.
        let _ = writeln!(
            text,
            r#"{{"ts":{}.{:06},"uid":"C{k:x}","id.orig_h":"10.{}.{}.{}","id.orig_p":{},"id.resp_h":"192.168.{}.{}","id.resp_p":{},"proto":"tcp","service":"ssl","duration":0.{:06},"orig_bytes":{},"resp_bytes":{},"conn_state":"SF","missed_bytes":0,"history":"ShADadFf","orig_pkts":{},"orig_ip_bytes":{},"resp_pkts":4,"resp_ip_bytes":455}}"#,
            1_575_413_096 + n / 100,
            k % 1_000_000,
            k % 4,
            k % 32,
            k % 251,
            1024 + k % 60_000,
            k % 16,
            k % 241,
            [80, 443, 445, 53, 88][(k % 5) as usize],
            k % 999_999,
            k % 9000,
            k % 70_000,
            k % 40,
            k % 5000,
        );
    }
    text.into_bytes()
}

fn sysmon() -> Vec<u8> {
    let mut text = String::new();
    for n in 0..ROWS / 2 {
        let k = n.wrapping_mul(2_654_435_761);
        let _ = writeln!(
            text,
            r##"{{"Event":{{"#attributes":{{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"}},"System":{{"Provider":{{"#attributes":{{"Name":"Microsoft-Windows-Sysmon","Guid":"5770385F-C22A-43E0-BF4C-06F5698FFBD9"}}}},"EventID":{},"Version":5,"Level":4,"Task":3,"Opcode":0,"Keywords":"0x8000000000000000","TimeCreated":{{"#attributes":{{"SystemTime":"2026-11-21T10:{:02}:{:02}.{:06}Z"}}}},"EventRecordID":{n},"Correlation":null,"Execution":{{"#attributes":{{"ProcessID":2100,"ThreadID":3912}}}},"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"host{}","Security":{{"#attributes":{{"UserID":"S-1-5-18"}}}}}},"EventData":{{"RuleName":"-","UtcTime":"2026-11-21 10:00:00.{:03}","ProcessGuid":"{k:016X}-0000","ProcessId":{},"Image":"C:\\Windows\\System32\\app{}.exe","User":"NT AUTHORITY\\SYSTEM","Protocol":"tcp","Initiated":true,"SourceIp":"10.0.0.{}","SourcePort":{},"DestinationIp":"192.168.1.{}","DestinationPort":445}}}}}}"##,
            [1, 3, 7, 11][(k % 4) as usize],
            k % 60,
            k % 59,
            k % 1_000_000,
            k % 50,
            k % 1000,
            k % 9000,
            k % 300,
            k % 250,
            k % 60_000,
            k % 249,
        );
    }
    text.into_bytes()
}

struct Wanted(Vec<Arc<str>>);

impl Projector for Wanted {
    fn projection(&self, _: &Stream) -> Projection {
        Projection { columns: self.0.clone(), ..Projection::default() }
    }
}

struct Count(usize);

impl Sink for Count {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        self.0 += divan::black_box(batch).len();
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, _: Rejected) {}

    fn progress(&mut self, _: u64) {}
}

const ZEEK: &[&str] = &["id.orig_h", "id.resp_h", "id.resp_p", "proto", "service", "conn_state"];
const SYSMON: &[&str] = &[
    "System.EventID",
    "System.Channel",
    "System.Computer",
    "EventData.ProcessGuid",
    "EventData.ProcessId",
    "EventData.Image",
    "EventData.User",
    "EventData.Protocol",
    "EventData.Initiated",
    "EventData.SourceIp",
    "EventData.DestinationIp",
    "EventData.DestinationPort",
];

fn decode(bencher: Bencher<'_, '_>, bytes: Vec<u8>, columns: &[&str]) {
    let size = bytes.len();
    let input = Input::from_bytes("bench.ndjson", bytes);
    let wanted = columns.iter().map(|c| Arc::from(*c)).collect();
    let mut decoder = Decoder::new(Schema::builtin(), Arc::new(Wanted(wanted)), Options::default())
        .expect("no source type is forced");
    bencher.counter(BytesCount::new(size)).bench_local(|| {
        let mut count = Count(0);
        decoder.read(&input, &mut count).expect("bytes can be opened");
        count.0
    });
}

fn parse(bencher: Bencher<'_, '_>, bytes: &[u8]) {
    let mut buffers = simd_json::Buffers::new(4096);
    let mut scratch = Vec::new();
    bencher.counter(BytesCount::new(bytes.len())).bench_local(|| {
        let mut nodes = 0;
        let mut tape = simd_json::Tape(vec![]);
        for line in bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()) {
            scratch.clear();
            scratch.extend_from_slice(line);
            scratch.resize(line.len() + simd_json::INPUT_PADDING, b' ');
            let mut filled = tape.reset();
            simd_json::fill_tape_padded(&mut scratch, line.len(), &mut buffers, &mut filled)
                .expect("the bench writes JSON");
            nodes += filled.0.len();
            tape = filled.reset();
        }
        nodes
    });
}

#[divan::bench]
fn zeek_parse_only(bencher: Bencher<'_, '_>) {
    parse(bencher, &zeek());
}

#[divan::bench]
fn zeek_decode(bencher: Bencher<'_, '_>) {
    decode(bencher, zeek(), ZEEK);
}

#[divan::bench]
fn zeek_nothing_wanted(bencher: Bencher<'_, '_>) {
    decode(bencher, zeek(), &[]);
}

#[divan::bench]
fn sysmon_parse_only(bencher: Bencher<'_, '_>) {
    parse(bencher, &sysmon());
}

#[divan::bench]
fn sysmon_decode(bencher: Bencher<'_, '_>) {
    decode(bencher, sysmon(), SYSMON);
}
