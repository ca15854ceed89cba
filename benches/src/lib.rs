//! What the benchmarks share: data that is made, not stored, and the same every time, and how it is
//! run and measured.

pub mod data;
pub mod peers;

use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_engine::{Context, Matcher, Worker};
use tripline_events::{Decoder, EventBatch, Options, Rejected, Sink, discover};
use tripline_ir::Plan;
use tripline_schema::Schema;

/// The corpora: `TRIPLINE_CORPORA`, or `../shared/corpora` beside the repository. None where they
/// are absent.
pub fn corpora() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/corpora");
    let path = std::env::var_os("TRIPLINE_CORPORA").map_or_else(beside, PathBuf::from);
    path.is_dir().then_some(path)
}

/// Peak resident memory of this process in MB.
pub fn peak() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|l| l.starts_with("VmHWM")).unwrap_or("0 0");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1000.0
}

/// Processor time of this process so far, in seconds, user and system: what one thread of work
/// costs, whatever else the machine does.
pub fn processor_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name in brackets: state is the first field, user and system time the 12th and 13th,
    // in hundredths of a second.
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(11).take(2);
    ticks.filter_map(|t| t.parse::<f64>().ok()).sum::<f64>() / 100.0
}

/// Writes the compressed NDJSON files of Windows events below a folder into one file, in the order
/// of their paths.
///
/// # Errors
/// A file cannot be read or written.
pub fn windows(path: &Path, folder: &Path) -> io::Result<()> {
    fn files(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
        for entry in std::fs::read_dir(folder)? {
            let path = entry?.path();
            if path.is_dir() {
                files(&path, found)?;
            } else if path.extension().is_some_and(|e| e == "zst")
                && path.components().any(|c| c.as_os_str() == "windows")
            {
                found.push(path);
            }
        }
        Ok(())
    }
    let mut found = Vec::new();
    files(folder, &mut found)?;
    found.sort();
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    for file in found {
        io::copy(&mut zstd::Decoder::new(std::fs::File::open(file)?)?, &mut out)?;
    }
    out.flush()
}

struct Count {
    worker: Option<Worker>,
    hits: usize,
}

impl Sink for Count {
    fn batch(&mut self, batch: EventBatch) -> ControlFlow<()> {
        if let Some(worker) = &mut self.worker {
            self.hits += worker.run(&batch).len();
        }
        ControlFlow::Continue(())
    }

    fn rejected(&mut self, _: Rejected) {}

    fn progress(&mut self, _: u64) {}
}

/// Parses each line of a file to a simd-json tape with reused buffers, and does nothing else: the
/// number of lines.
///
/// # Errors
/// The file cannot be read, or a line is no JSON.
pub fn parse(path: &Path) -> io::Result<usize> {
    let mut reader = BufReader::with_capacity(1 << 20, std::fs::File::open(path)?);
    let mut line = Vec::new();
    let mut buffers = simd_json::Buffers::new(1 << 12);
    let (mut lines, mut nodes) = (0, 0);
    loop {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            std::hint::black_box(nodes);
            return Ok(lines);
        }
        if line.trim_ascii().is_empty() {
            continue;
        }
        let tape = simd_json::to_tape_with_buffers(&mut line, &mut buffers);
        nodes += tape.map_err(io::Error::other)?.0.len();
        lines += 1;
    }
}

/// Decodes a file with the columns that plans need, and matches it: events and hits.
pub fn read_and_match(plans: &[Arc<Plan>], path: &Path, now: i64) -> (usize, usize) {
    read(plans, path, now, true)
}

/// Decodes a file with the columns that plans need: events.
pub fn decode(plans: &[Arc<Plan>], path: &Path, now: i64) -> usize {
    read(plans, path, now, false).0
}

fn read(plans: &[Arc<Plan>], path: &Path, now: i64, matching: bool) -> (usize, usize) {
    let schema = Schema::builtin();
    let plans = plans.iter().map(|plan| (Arc::clone(plan), vec![])).collect();
    let context = Context { now, ..Context::default() };
    let matcher = Arc::new(Matcher::shared(plans, schema, context));
    let mut decoder =
        Decoder::new(schema, matcher.clone(), Options::default()).expect("the default options");
    let mut count = Count { worker: matching.then(|| matcher.worker()), hits: 0 };
    let mut events = 0;
    for input in discover(&[path.to_owned()], None).expect("the file is there") {
        // Events that no rule looks at are in no batch.
        events += decoder.read(&input, &mut count).expect("the file can be read").events;
    }
    (events as usize, count.hits)
}

/// A small generator of pseudo-random numbers (xorshift64*), so that data is the same everywhere.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A generator; equal seeds give equal numbers.
    pub fn new(seed: u64) -> Self {
        Self(seed.max(1))
    }

    /// A number below `limit`.
    pub fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len() as u64) as usize]
    }
}

/// Writes Zeek connection records, one JSON object a line, 40 a second. One in 5,000 is SMB to the
/// internet.
///
/// # Errors
/// The file cannot be written.
pub fn zeek_conn(path: &Path, records: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let mut random = Random::new(7);
    for n in 0..records {
        let time = 1_700_000_000.0 + n as f64 / 40.0;
        let smb_out = random.below(5000) == 0;
        let inside = format!("10.{}.{}.{}", random.below(4), random.below(20), random.below(250));
        let (peer, port, proto, service) = if smb_out {
            (public(&mut random), 445, "tcp", "smb")
        } else {
            match random.below(10) {
                0 => (
                    format!("10.0.{}.{}", random.below(8), random.below(250)),
                    445,
                    "tcp",
                    "gssapi,smb",
                ),
                1..=3 => ("10.0.0.53".to_owned(), 53, "udp", "dns"),
                _ => (public(&mut random), 443, "tcp", "ssl"),
            }
        };
        let state = random.pick(&["SF", "SF", "SF", "SF", "S0", "RSTO", "REJ", "S1"]);
        writeln!(
            out,
            "{{\"ts\":{time:.6},\"uid\":\"C{:017x}\",\"id.orig_h\":\"{inside}\",\"id.orig_p\":{},\
             \"id.resp_h\":\"{peer}\",\"id.resp_p\":{port},\"proto\":\"{proto}\",\
             \"service\":\"{service}\",\"duration\":{:.6},\"orig_bytes\":{},\"resp_bytes\":{},\
             \"conn_state\":\"{state}\",\"local_orig\":true,\"local_resp\":false,\
             \"missed_bytes\":0,\"history\":\"ShADadFf\",\"orig_pkts\":{},\"orig_ip_bytes\":{},\
             \"resp_pkts\":{},\"resp_ip_bytes\":{}}}",
            n * 2_654_435_761 % (1 << 40),
            1024 + random.below(60000),
            random.below(90_000_000) as f64 / 1e6,
            random.below(100_000),
            random.below(900_000),
            random.below(300),
            random.below(120_000),
            random.below(300),
            random.below(990_000),
        )?;
    }
    out.flush()
}

/// Writes Sysmon events as Winlogbeat ships them, one JSON object a line, 40 a second: process
/// starts, connections, image loads, files, registry, DNS. One connection in 5,000 is by a process
/// to port 445.
///
/// # Errors
/// The file cannot be written.
pub fn sysmon(path: &Path, records: u64) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, std::fs::File::create(path)?);
    let mut random = Random::new(11);
    for n in 0..records {
        let seconds = n / 40;
        let time = format!(
            "2023-11-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            14 + seconds / 86_400,
            seconds / 3600 % 24,
            seconds / 60 % 60,
            seconds % 60,
            n % 40 * 25
        );
        let (code, channel_fields) = match random.below(20) {
            0..=3 => (1, start(&mut random, n)),
            4..=8 => (3, connection(&mut random)),
            9..=12 => (7, image(&mut random)),
            13..=15 => (11, file(&mut random, n)),
            16..=18 => (13, registry(&mut random, n)),
            _ => (22, dns(&mut random)),
        };
        writeln!(
            out,
            "{{\"@timestamp\":\"{time}\",\"agent\":{{\"type\":\"winlogbeat\",\"version\":\"8.11.0\",\
             \"name\":\"WS-{host:04}\"}},\"ecs\":{{\"version\":\"8.0.0\"}},\"host\":{{\"name\":\"WS-{host:04}\",\
             \"os\":{{\"type\":\"windows\",\"family\":\"windows\"}}}},\"event\":{{\"code\":\"{code}\",\
             \"kind\":\"event\",\"provider\":\"Microsoft-Windows-Sysmon\"}},\"winlog\":{{\
             \"channel\":\"Microsoft-Windows-Sysmon/Operational\",\"computer_name\":\"WS-{host:04}\",\
             \"event_id\":\"{code}\",\"record_id\":{n},\"provider_name\":\"Microsoft-Windows-Sysmon\",\
             \"event_data\":{{{channel_fields}}}}}}}",
            host = random.below(400),
        )?;
    }
    out.flush()
}

fn public(random: &mut Random) -> String {
    let (a, b, c) = (random.below(200), random.below(250), random.below(250));
    format!("{}.{a}.{b}.{c}", [23, 52, 81, 104, 142][random.below(5) as usize])
}

fn process(random: &mut Random) -> String {
    let pid = 1000 + random.below(9000);
    format!(
        "\"ProcessGuid\":\"{{A23EAE89-{:04x}-6553-{:04x}-000000000C00}}\",\"ProcessId\":\"{pid}\",\
         \"Image\":\"{}\",\"User\":\"CORP\\\\user{}\"",
        random.below(65_536),
        random.below(65_536),
        random.pick(&[
            "C:\\\\Windows\\\\System32\\\\svchost.exe",
            "C:\\\\Windows\\\\explorer.exe",
            "C:\\\\Program Files\\\\Google\\\\Chrome\\\\Application\\\\chrome.exe",
            "C:\\\\Windows\\\\System32\\\\WindowsPowerShell\\\\v1.0\\\\powershell.exe",
        ]),
        random.below(300),
    )
}

fn start(random: &mut Random, n: u64) -> String {
    format!(
        "{},\"CommandLine\":\"tool.exe -run {n} --session {}\",\"ParentImage\":\
         \"C:\\\\Windows\\\\explorer.exe\",\"ParentCommandLine\":\"C:\\\\Windows\\\\Explorer.EXE\",\
         \"IntegrityLevel\":\"Medium\",\"Hashes\":\"SHA256={:064x}\"",
        process(random),
        random.below(1 << 30),
        n,
    )
}

fn connection(random: &mut Random) -> String {
    let smb = random.below(5000) == 0;
    format!(
        "{},\"Protocol\":\"tcp\",\"Initiated\":\"true\",\"SourceIsIpv6\":\"false\",\"SourceIp\":\
         \"10.0.{}.{}\",\"SourcePort\":\"{}\",\"DestinationIsIpv6\":\"false\",\"DestinationIp\":\
         \"{}\",\"DestinationPort\":\"{}\"",
        process(random),
        random.below(20),
        random.below(250),
        1024 + random.below(60000),
        public(random),
        if smb { 445 } else { 443 },
    )
}

fn image(random: &mut Random) -> String {
    let name = random.pick(&["ntdll.dll", "kernel32.dll", "user32.dll", "combase.dll"]);
    let whose = process(random);
    format!(
        "{whose},\"ImageLoaded\":\"C:\\\\Windows\\\\System32\\\\{name}\",\"Signed\":\"true\",\
         \"Signature\":\"Microsoft Windows\",\"SignatureStatus\":\"Valid\""
    )
}

fn file(random: &mut Random, n: u64) -> String {
    format!("{},\"TargetFilename\":\"C:\\\\Users\\\\u\\\\AppData\\\\f{n}.tmp\"", process(random))
}

fn registry(random: &mut Random, n: u64) -> String {
    format!(
        "{},\"EventType\":\"SetValue\",\"TargetObject\":\"HKU\\\\S-1-5-21\\\\Software\\\\k{}\",\
         \"Details\":\"DWORD (0x{:08x})\"",
        process(random),
        random.below(5000),
        n % 100,
    )
}

fn dns(random: &mut Random) -> String {
    let whose = process(random);
    format!(
        "{whose},\"QueryName\":\"host{}.example.com\",\"QueryStatus\":\"0\"",
        random.below(3000)
    )
}
