//! Formats: one file each. A format cuts a stream into records and gives each as JSON.

pub(crate) mod csv;
pub(crate) mod event_xml;
pub(crate) mod evtx;
mod json_text;
pub(crate) mod ndjson;
mod pending;
pub(crate) mod values;
pub(crate) mod zeek_tsv;

use crate::read::Replay;
use json_text::push_text;
use pending::Pending;

/// What a stream holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Format {
    /// One JSON record a line. Also what is not recognised but should be a log: each of its
    /// lines is then set aside.
    Lines,
    /// JSON values one after the other, or a list of them, over several lines.
    Values,
    ZeekTsv,
    Xml,
    Evtx,
    Csv,
    /// Nothing in it.
    Empty,
    /// Not a log: why.
    NoLog(&'static str),
}

/// What the first bytes are. The name only decides what becomes of what is not recognised, and
/// whether text with commas is a table. `insist`: the user piped it in, so it is a log.
pub(crate) fn detect(replay: &Replay<'_>, name: &str, insist: bool) -> Format {
    let head = replay.head();
    if head.starts_with(b"ElfFile\0") {
        return Format::Evtx;
    }
    let text = head.trim_ascii_start();
    let extension = extension(name);
    if text.is_empty() {
        return Format::Empty;
    }
    let line_end = memchr::memchr(b'\n', text).unwrap_or(text.len());
    let first = text[..line_end].trim_ascii_end();
    match text[0] {
        // A line that does not end in the head is as long as records in lines get, and values
        // over several lines have ends.
        b'{' if line_end == text.len() && !replay.is_whole() => return Format::Lines,
        b'{' => {
            return if values::ends_in(first) == Some(first.len()) || is_broken_line(text, line_end)
            {
                Format::Lines
            } else {
                Format::Values
            };
        }
        b'[' if matches!(
            text[1..].trim_ascii_start().first(),
            None | Some(b'{' | b'[' | b']' | b'"' | b'0'..=b'9' | b'-' | b't' | b'f' | b'n')
        ) && !looks_like_text(first) =>
        {
            return Format::Values;
        }
        b'#' if memchr::memmem::find(text, b"#fields").is_some()
            || first.starts_with(b"#separator") =>
        {
            return Format::ZeekTsv;
        }
        _ => {}
    }
    if event_xml::is_start(text) {
        return Format::Xml;
    }
    let binary = memchr::memchr(0, &head[..head.len().min(8192)]).is_some();
    if !binary && csv::is_table(text, extension == "csv") {
        return Format::Csv;
    }
    let named_log =
        matches!(extension.as_str(), "json" | "ndjson" | "jsonl" | "log" | "evtx" | "xml");
    let some_json = !binary
        && text
            .split(|b| *b == b'\n')
            .take(20)
            .map(<[u8]>::trim_ascii)
            .any(|line| line.starts_with(b"{\"") && values::ends_in(line) == Some(line.len()));
    if named_log || insist || some_json {
        return Format::Lines;
    }
    Format::NoLog(if binary { "not a log (binary)" } else { "not a log" })
}

/// A first line that is a record cut off, with whole records in lines after it.
fn is_broken_line(text: &[u8], line_end: usize) -> bool {
    let rest = text[line_end..].trim_ascii_start();
    let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
    let second = rest[..end].trim_ascii_end();
    line_end > 1
        && text.starts_with(b"{\"")
        && second.starts_with(b"{\"")
        && values::ends_in(second) == Some(second.len())
}

/// `[2026-11-21 10:00:00] ERROR …` is not a list.
fn looks_like_text(line: &[u8]) -> bool {
    let close = memchr::memchr(b']', line);
    close.is_some_and(|at| {
        let rest = line[at + 1..].trim_ascii_start();
        !rest.is_empty() && !matches!(rest[0], b',' | b']' | b'}' | b'[' | b'{')
    }) && memchr::memchr2(b'{', b'"', &line[..close.unwrap_or(0)]).is_none()
}

/// The extension in lower case, of the name without those of compression.
fn extension(name: &str) -> String {
    let mut name = name.to_ascii_lowercase();
    for packed in [".gz", ".zst", ".zstd", ".bz2"] {
        if let Some(rest) = name.strip_suffix(packed) {
            name = rest.to_owned();
        }
    }
    let file = name.rsplit(['/', '\\', '!']).next().unwrap_or("");
    file.rsplit_once('.').map(|(_, e)| e.to_owned()).unwrap_or_default()
}
