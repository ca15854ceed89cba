//! The asset table: which networks are what.
//!
//! A CSV file with a header. The column `cidr`, `ip` or `network` holds an address or a network
//! (several separated by `|`), `category` its categories (likewise); other columns, such as those
//! of Splunk's asset lookup (`dns`, `owner`, `priority` …), are read past. An address has the
//! categories of the longest prefix that holds it, those of all rows with that same prefix
//! together. This differs from Splunk, where the first row of the file that fits wins: an order
//! that nobody can see is not a rule that anybody can check.

use crate::Problem;
use crate::codes::BAD_ASSETS;
use crate::load::read_text;
use crate::report::FileReport;
use ipnet::IpNet;
use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span};

/// Networks with categories; the longest prefix wins.
#[derive(Debug, Clone, Default)]
pub struct AssetTable {
    networks: HashMap<IpNet, Vec<Arc<str>>>,
    /// The prefix lengths that occur, longest first.
    lengths4: Vec<u8>,
    lengths6: Vec<u8>,
}

const ADDRESS: &[&str] = &["cidr", "ip", "network"];

impl AssetTable {
    /// The categories of an address, in the order of the file; none if no network holds it. An
    /// IPv4-mapped IPv6 address is the IPv4 address.
    pub fn categories(&self, ip: IpAddr) -> Vec<Arc<str>> {
        let ip = ip.to_canonical();
        let lengths = if ip.is_ipv4() { &self.lengths4 } else { &self.lengths6 };
        lengths
            .iter()
            .filter_map(|length| IpNet::new(ip, *length).ok())
            .find_map(|net| self.networks.get(&net.trunc()))
            .cloned()
            .unwrap_or_default()
    }

    /// How many networks it has.
    pub fn len(&self) -> usize {
        self.networks.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.networks.is_empty()
    }

    fn add(&mut self, net: IpNet, categories: &[Arc<str>]) {
        let known = self.networks.entry(net.trunc()).or_default();
        for category in categories {
            if !known.contains(category) {
                known.push(category.clone());
            }
        }
    }

    fn finish(mut self) -> Self {
        let lengths = |v4: bool| {
            let of: BTreeSet<u8> = self
                .networks
                .keys()
                .filter(|net| net.addr().is_ipv4() == v4)
                .map(IpNet::prefix_len)
                .collect();
            of.into_iter().rev().collect()
        };
        (self.lengths4, self.lengths6) = (lengths(true), lengths(false));
        self
    }
}

/// Reads an asset table. A row whose address cannot be read fails the whole: an exclusion that is
/// silently incomplete would be worse than none.
pub fn load_assets(path: &Path) -> Result<AssetTable, Box<Problem>> {
    let text = read_text(path)?;
    let mut report = FileReport::new(path, &text);
    parse(&text, &mut report).ok_or_else(|| Box::new(report.problems.remove(0)))
}

fn parse(text: &str, report: &mut FileReport) -> Option<AssetTable> {
    let mut reader = csv::ReaderBuilder::new()
        .flexible(true)
        .comment(Some(b'#'))
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let mut fail = |message: String, span: Option<Span>| {
        let mut diagnostic = Diagnostic::error(&BAD_ASSETS, message);
        diagnostic.span = span;
        report.add(diagnostic.help("an asset table starts with a line such as `cidr,category`"));
        None
    };
    let header: Vec<String> = match reader.headers() {
        Ok(header) => header.iter().map(str::to_ascii_lowercase).collect(),
        Err(error) => return fail(format!("not a CSV file: {error}"), None),
    };
    let position = |names: &[&str]| header.iter().position(|h| names.contains(&h.as_str()));
    let Some(address) = position(ADDRESS) else {
        let end = text.find('\n').unwrap_or(text.len());
        return fail("no column `cidr` or `ip`".to_owned(), Some(Span::new(0, end)));
    };
    let Some(category) = position(&["category"]) else {
        let end = text.find('\n').unwrap_or(text.len());
        return fail("no column `category`".to_owned(), Some(Span::new(0, end)));
    };
    let mut table = AssetTable::default();
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => return fail(format!("not a CSV file: {error}"), None),
        };
        let many = |at: usize| {
            let cell = record.get(at).unwrap_or("");
            cell.split('|').map(str::trim).filter(|v| !v.is_empty()).collect::<Vec<_>>()
        };
        let categories: Vec<Arc<str>> = many(category).into_iter().map(Into::into).collect();
        for cell in many(address) {
            // Splunk's table also takes ranges (`10.0.0.1-10.0.0.9`); they are rare and refused
            // rather than guessed.
            let Some(net) = parse_net(cell) else {
                let start = record.position().map_or(0, |p| p.byte() as usize);
                let at = text.get(start..).and_then(|rest| rest.find(cell)).unwrap_or(0) + start;
                let span = Span::new(at, at + cell.len());
                return fail(format!("`{cell}` is neither an address nor a network"), Some(span));
            };
            table.add(net, &categories);
        }
    }
    Some(table.finish())
}

pub(crate) fn parse_net(text: &str) -> Option<IpNet> {
    let net = match text.parse::<IpNet>() {
        Ok(net) => net,
        Err(_) => IpNet::from(text.parse::<IpAddr>().ok()?.to_canonical()),
    };
    Some(net.trunc())
}
