//! Sysmon's QueryResults: `dns_ips`, `dns_answers`.
//!
//! The field is a list with `;` after each answer: an address (IPv4 as `::ffff:81.2.69.142`), or
//! `type:  5 name.example` for a record that is none. A failed query has `-`.

use std::net::IpAddr;

fn items(results: &str) -> impl Iterator<Item = &str> {
    results.split(';').map(str::trim).filter(|item| !item.is_empty() && *item != "-")
}

fn address(item: &str) -> Option<IpAddr> {
    item.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

pub(super) fn ips(results: &str) -> Vec<String> {
    items(results).filter_map(address).map(|ip| ip.to_string()).collect()
}

pub(super) fn answers(results: &str) -> Vec<String> {
    items(results)
        .map(|item| match address(item) {
            Some(ip) => ip.to_string(),
            None => data(item).to_owned(),
        })
        .collect()
}

/// What follows the number in `type:  5 name`.
fn data(item: &str) -> &str {
    let Some(rest) = item.strip_prefix("type:") else { return item };
    let rest = rest.trim_start();
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    if end == 0 { item } else { rest[end..].trim_start() }
}
