//! Events and rules of the lanes, made once in a temporary folder.

use crate::{Random, windows, zeek_conn};
use serde_json::{Map, Value};
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// How many events lane b has.
const UNIQUE: u64 = 300_000;

/// How many connections lane c has.
const CONNECTIONS: u64 = 1_000_000;

/// The folders of Sigma's rules that lanes run.
const FOLDERS: [&str; 4] =
    ["rules", "rules-emerging-threats", "rules-threat-hunting", "deprecated"];

/// Where it all is.
#[derive(Debug)]
pub struct Data {
    folder: PathBuf,
    corpora: PathBuf,
}

impl Data {
    /// Makes what is not there yet.
    ///
    /// # Errors
    /// Something cannot be read or written.
    pub fn make(folder: &Path, corpora: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let data = Self { folder: folder.to_owned(), corpora: corpora.to_owned() };
        once(&data.mix(), |path| windows(path, &corpora.join("logs/otrf")))?;
        once(&data.unique(), |path| unique(&data.mix(), path))?;
        once(&data.zeek(), |path| zeek_conn(path, CONNECTIONS))?;
        for (plain, annotated) in [
            (data.mix(), data.annotated("a")),
            (data.unique(), data.annotated("b")),
            (data.zeek(), data.annotated("c")),
        ] {
            once(&annotated[0], |path| annotate(&plain, path))?;
        }
        for product in ["windows", "zeek"] {
            let folder = data.rules(product);
            if !folder.is_dir() {
                rules(&corpora.join("rules/sigma"), product, &folder)?;
            }
        }
        Ok(data)
    }

    /// The events of a lane, and the folder with its Sigma rules.
    pub fn of(&self, lane: &str) -> (PathBuf, PathBuf) {
        match lane {
            "b" => (self.unique(), self.rules("windows")),
            "c" => (self.zeek(), self.rules("zeek")),
            "d" => (self.evtx(), self.rules("windows")),
            "e" => (self.mix(), self.corpora.join("rules/sigma")),
            _ => (self.mix(), self.rules("windows")),
        }
    }

    /// The same events for engines that learn the log source from fields `product`, `service` and
    /// `category` of the event; files of the lane that have none as they are.
    pub fn annotated(&self, lane: &str) -> Vec<PathBuf> {
        match lane {
            "b" => vec![self.folder.join("unique-annotated.ndjson")],
            "c" => vec![self.folder.join("zeek-annotated.ndjson")],
            "d" => {
                let mut found = vec![];
                files(&self.evtx(), &mut found);
                found
            }
            _ => vec![self.folder.join("otrf-annotated.ndjson")],
        }
    }

    fn mix(&self) -> PathBuf {
        self.folder.join("otrf-windows.ndjson")
    }

    fn unique(&self) -> PathBuf {
        self.folder.join("unique.ndjson")
    }

    fn zeek(&self) -> PathBuf {
        self.folder.join(format!("zeek-{CONNECTIONS}.ndjson"))
    }

    fn evtx(&self) -> PathBuf {
        self.corpora.join("logs/evtx")
    }

    fn rules(&self, product: &str) -> PathBuf {
        self.folder.join(format!("rules-{product}"))
    }
}

/// Reads all of a lane's files once, so that every phase finds them in memory.
pub fn warm(path: &Path) {
    let mut found = vec![];
    files(path, &mut found);
    for file in found {
        // A file that is not there shows in the phases.
        let _ = std::fs::read(file);
    }
}

/// The size of a file, or of all files of a folder.
pub fn bytes(path: &Path) -> u64 {
    let mut found = vec![];
    files(path, &mut found);
    found.iter().filter_map(|file| file.metadata().ok()).map(|m| m.len()).sum()
}

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_file() {
        found.push(path.to_owned());
        return;
    }
    let mut entries: Vec<PathBuf> = std::fs::read_dir(path)
        .map(|entries| entries.filter_map(|e| e.ok().map(|e| e.path())).collect())
        .unwrap_or_default();
    entries.sort();
    for entry in entries {
        files(&entry, found);
    }
}

/// Writes under another name first, so that what is there is whole.
fn once(path: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    if path.exists() {
        return Ok(());
    }
    let partial = path.with_extension("partial");
    make(&partial)?;
    std::fs::rename(partial, path)
}

fn lines(path: &Path) -> io::Result<impl Iterator<Item = io::Result<Map<String, Value>>>> {
    let reader = BufReader::with_capacity(1 << 20, File::open(path)?);
    let filled = reader.lines().filter(|line| line.as_ref().map_or(true, |line| !line.is_empty()));
    Ok(filled.map(|line| serde_json::from_str(&line?).map_err(io::Error::other)))
}

fn text<'a>(event: &'a Map<String, Value>, key: &str) -> &'a str {
    event.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn number(event: &Map<String, Value>, key: &str) -> u64 {
    match event.get(key) {
        Some(Value::Number(number)) => number.as_u64().unwrap_or(0),
        Some(Value::String(text)) => text.parse().unwrap_or(0),
        _ => 0,
    }
}

/// Process creations, drawn at random, 40 a second, each with command lines, names and ids of its own
/// and without the rendered message.
fn unique(mix: &Path, path: &Path) -> io::Result<()> {
    let mut starts = vec![];
    for event in lines(mix)? {
        let mut event = event?;
        let (channel, id) = (text(&event, "Channel"), number(&event, "EventID"));
        let start = matches!(
            (channel, id),
            ("Microsoft-Windows-Sysmon/Operational", 1) | ("Security" | "security", 4688)
        );
        if start {
            event.remove("Message");
            starts.push(event);
        }
    }
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut random = Random::new(23);
    for n in 0..UNIQUE {
        let mut event = starts[random.below(starts.len() as u64) as usize].clone();
        for key in ["CommandLine", "ParentCommandLine"] {
            if let Some(Value::String(line)) = event.get_mut(key) {
                use std::fmt::Write as _;
                let (a, b) = (random.below(1 << 30), random.below(1 << 30));
                // A text takes all that is written to it.
                let _ = write!(line, " -{a:x}{n:x} /{b:x}");
            }
        }
        let time = format!(
            "2023-11-{:02}T{:02}:{:02}:{:02}.{:03}Z",
            14 + n / 40 / 86_400,
            n / 40 / 3600 % 24,
            n / 40 / 60 % 60,
            n / 40 % 60,
            n % 40 * 25
        );
        for key in ["@timestamp", "TimeCreated", "UtcTime", "EventTime", "EventReceivedTime"] {
            if let Some(old) = event.get_mut(key) {
                *old = Value::String(time.clone());
            }
        }
        for (key, value) in [
            ("Hostname", format!("host{}.corp.example", random.below(5000))),
            ("User", format!("CORP\\user{}", random.below(20_000))),
            ("SubjectUserName", format!("user{}", random.below(20_000))),
            ("ProcessId", random.below(60_000).to_string()),
            ("ProcessGuid", format!("{{{:08x}-{n:012x}}}", random.below(1 << 31))),
        ] {
            if let Some(old) = event.get_mut(key) {
                *old = Value::String(value);
            }
        }
        serde_json::to_writer(&mut out, &event)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Adds the log source of each event as fields of it.
fn annotate(plain: &Path, path: &Path) -> io::Result<()> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    for event in lines(plain)? {
        let mut event = event?;
        let (product, service, category) = log_source(&event);
        for (key, value) in [("product", product), ("service", service), ("category", category)] {
            if !value.is_empty() {
                event.insert(key.to_owned(), value.into());
            }
        }
        serde_json::to_writer(&mut out, &event)?;
        out.write_all(b"\n")?;
    }
    out.flush()
}

/// Product, service and category of an event; empty where there is none.
fn log_source(event: &Map<String, Value>) -> (&'static str, &'static str, &'static str) {
    if event.contains_key("conn_state") {
        return ("zeek", "conn", "");
    }
    let id = number(event, "EventID");
    let channel = text(event, "Channel").to_ascii_lowercase();
    let (service, category) = match (channel.as_str(), id) {
        ("security", 4688) => ("security", "process_creation"),
        ("security", _) => ("security", ""),
        ("system", _) => ("system", ""),
        ("application", _) => ("application", ""),
        ("windows powershell", 400) => ("powershell-classic", "ps_classic_start"),
        ("windows powershell", 600) => ("powershell-classic", "ps_classic_provider_start"),
        ("windows powershell", _) => ("powershell-classic", ""),
        ("microsoft-windows-powershell/operational", 4103) => ("powershell", "ps_module"),
        ("microsoft-windows-powershell/operational", 4104) => ("powershell", "ps_script"),
        ("microsoft-windows-powershell/operational", _) => ("powershell", ""),
        ("microsoft-windows-wmi-activity/operational", _) => ("wmi", ""),
        ("microsoft-windows-taskscheduler/operational", _) => ("taskscheduler", ""),
        ("microsoft-windows-windows defender/operational", _) => ("windefend", ""),
        ("microsoft-windows-bits-client/operational", _) => ("bits-client", ""),
        ("microsoft-windows-sysmon/operational", id) => ("sysmon", sysmon(event, id)),
        _ => ("", ""),
    };
    ("windows", service, category)
}

fn sysmon(event: &Map<String, Value>, id: u64) -> &'static str {
    match id {
        1 => "process_creation",
        2 => "file_change",
        3 => "network_connection",
        5 => "process_termination",
        6 => "driver_load",
        7 => "image_load",
        8 => "create_remote_thread",
        9 => "raw_access_thread",
        10 => "process_access",
        11 => "file_event",
        12 if text(event, "EventType") == "CreateKey" => "registry_add",
        12 => "registry_delete",
        13 => "registry_set",
        14 => "registry_rename",
        15 => "create_stream_hash",
        17 | 18 => "pipe_created",
        19..=21 => "wmi_event",
        22 => "dns_query",
        23 => "file_delete",
        25 => "process_tampering",
        _ => "",
    }
}

/// Copies the rules of a product into one folder, so that every engine loads the same files.
fn rules(sigma: &Path, product: &str, folder: &Path) -> io::Result<()> {
    std::fs::create_dir_all(folder)?;
    for from in FOLDERS {
        let mut found = vec![];
        files(&sigma.join(from), &mut found);
        for file in found.iter().filter(|f| f.extension().is_some_and(|e| e == "yml")) {
            let rule = std::fs::read_to_string(file)?;
            let names = |line: &str| {
                line.trim().strip_prefix("product:").is_some_and(|named| named.trim() == product)
            };
            if rule.lines().any(names) {
                let name = file.file_name().unwrap_or_default().to_string_lossy();
                std::fs::write(folder.join(format!("{from}__{name}")), rule)?;
            }
        }
    }
    Ok(())
}
