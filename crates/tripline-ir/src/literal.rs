//! What a literal of a query reads as, by the rules of Elasticsearch's field types. The languages that
//! run there share them; a copy in each front end would drift.

use ipnet::{IpNet, Ipv4Net};
use std::net::IpAddr;

/// An address as the network of that one address, or a network; bits after the prefix do not
/// count. What is mapped from IPv4 (`::ffff:10.0.0.0/104`) is IPv4, as addresses in events are.
pub fn network(text: &str) -> Option<IpNet> {
    let net = match text.split_once('/') {
        Some(_) => text.parse::<IpNet>().ok()?.trunc(),
        None => IpNet::from(text.parse::<IpAddr>().ok()?),
    };
    if let IpNet::V6(v6) = net
        && v6.prefix_len() >= 96
        && let Some(v4) = v6.addr().to_ipv4_mapped()
    {
        return Ipv4Net::new(v4, v6.prefix_len() - 96).ok().map(IpNet::V4);
    }
    Some(net)
}

/// An address; one mapped from IPv4 is the IPv4 address.
pub fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// `true` or `false`, in lower case.
pub fn boolean(text: &str) -> Option<bool> {
    text.parse().ok()
}

/// A number that a person would write as one, for fields whose type is not known. Identifiers that
/// only look like numbers are none: `1e5`, `0070`, and what a double cannot tell apart.
pub fn plain_number(text: &str) -> Option<f64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = digits.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    let padded = digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
    if !plain || padded {
        return None;
    }
    crate::parse_number(text).filter(|n| n.abs() <= EXACT)
}

/// Whether Elasticsearch reads it as a date (`strict_date_optional_time||epoch_millis`, and date
/// math).
pub fn is_date(text: &str) -> bool {
    if let Some(math) = text.strip_prefix("now") {
        return is_math(math);
    }
    match text.split_once("||") {
        Some((date, math)) => is_instant(date) && is_math(math),
        None => is_instant(text),
    }
}

/// Whether a date names a year or a month and no day: as an upper bound it ends with its first day.
pub fn lacks_day(text: &str) -> bool {
    let year = text.get(..4).is_some_and(|year| year.bytes().all(|b| b.is_ascii_digit()));
    year && (text.len() == 4 || text.len() == 7 && text.as_bytes()[4] == b'-')
}

/// `+1d`, `-2h`, `/d`, one after the other.
fn is_math(mut math: &str) -> bool {
    while let Some(sign) = math.chars().next() {
        let rest = match sign {
            '+' | '-' => math[1..].trim_start_matches(|c: char| c.is_ascii_digit()),
            // `/1d` is `/d`.
            '/' => math[1..].strip_prefix('1').unwrap_or(&math[1..]),
            _ => return false,
        };
        let Some(rest) = rest.strip_prefix(['y', 'M', 'w', 'd', 'h', 'H', 'm', 's']) else {
            return false;
        };
        math = rest;
    }
    true
}

fn is_instant(text: &str) -> bool {
    let epoch = text.strip_prefix('-').unwrap_or(text);
    if !epoch.is_empty() && epoch.bytes().all(|b| b.is_ascii_digit()) {
        return true;
    }
    let (date, time) = match text.split_once('T') {
        Some((date, time)) => (date, Some(time)),
        None => (text, None),
    };
    let date_parts = numbers(date, '-', &[4, 2, 2]);
    let Some(time) = time else { return date_parts.is_some() };
    date_parts == Some(3) && is_time(time)
}

/// `10`, `10:00`, `10:00:00.123`, each with an optional zone; nothing at all (`2026-11-21T`).
fn is_time(time: &str) -> bool {
    let (clock, zone) = match time.find(['Z', '+', '-']) {
        Some(at) => time.split_at(at),
        None => (time, ""),
    };
    let zone_is_right = match zone.strip_prefix(['+', '-']) {
        Some(offset) => {
            numbers(offset, ':', &[2, 2]).is_some() || numbers(offset, ':', &[4]).is_some()
        }
        None => matches!(zone, "" | "Z"),
    };
    let (clock, fraction) = match clock.split_once(['.', ',']) {
        Some((clock, fraction)) => (clock, Some(fraction)),
        None => (clock, None),
    };
    let parts = numbers(clock, ':', &[2, 2, 2]);
    let fraction_is_right = fraction.is_none_or(|f| {
        parts == Some(3) && (1..=9).contains(&f.len()) && f.bytes().all(|b| b.is_ascii_digit())
    });
    zone_is_right && fraction_is_right && (clock.is_empty() && zone.is_empty() || parts.is_some())
}

/// How many groups of digits of these lengths the text has, if it has nothing else.
fn numbers(text: &str, separator: char, lengths: &[usize]) -> Option<usize> {
    let parts: Vec<&str> = text.split(separator).collect();
    let right = parts.len() <= lengths.len()
        && parts
            .iter()
            .zip(lengths)
            .all(|(part, n)| part.len() == *n && part.bytes().all(|b| b.is_ascii_digit()));
    right.then_some(parts.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn networks_of_any_case_and_with_host_bits() {
        let cases = [
            ("10.1.2.3", Some("10.1.2.3/32")),
            ("10.1.2.3/8", Some("10.0.0.0/8")),
            ("FE80::/10", Some("fe80::/10")),
            ("::1", Some("::1/128")),
            ("::ffff:10.0.0.1", Some("10.0.0.1/32")),
            ("::ffff:10.0.0.0/104", Some("10.0.0.0/8")),
            ("::/0", Some("::/0")),
            ("10.0.0.0/33", None),
            ("10.0.0", None),
            ("10.0.0.0/", None),
            ("fe80::1%eth0", None),
            ("host", None),
        ];
        for (text, expected) in cases {
            assert_eq!(network(text).map(|n| n.to_string()).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn numbers_that_look_like_numbers() {
        for text in ["0", "445", "-4", "0.5", "1.0"] {
            assert!(plain_number(text).is_some(), "{text}");
        }
        for text in ["070", "1e5", "+1", "", "-", ".", "1.2.3", "12345678901234567890", "inf"] {
            assert!(plain_number(text).is_none(), "{text}");
        }
    }

    #[test]
    fn dates_without_a_day() {
        assert!(lacks_day("2026") && lacks_day("2026-11"));
        for text in ["2026-11-21", "2026||/y", "1763719", "now/M", "20é6", ""] {
            assert!(!lacks_day(text), "{text}");
        }
    }

    #[test]
    fn dates_as_elasticsearch_reads_them() {
        for text in [
            "now",
            "now-30d/d",
            "now+1h-5m",
            "now-d",
            "2026",
            "2026-11",
            "2026-11-21",
            "2026-11-21T",
            "2026-11-21T10",
            "2026-11-21T10:00Z",
            "2026-11-21T10:00:00.123456+02:00",
            "2026-11-21T10:00:00-0500",
            "2026-11-21||-1M/d",
            "1763719200000",
            "-1",
        ] {
            assert!(is_date(text), "{text}");
        }
        for text in [
            "",
            "yesterday",
            "now-30",
            "now 1d",
            "2026-1-1",
            "2026-11-21 10:00",
            "2026-11T10",
            "2026-11-21T10:00.5",
            "2026-11-21T10:00Q",
            "2026-11-21T+02:00",
            "21.11.2026",
        ] {
            assert!(!is_date(text), "{text}");
        }
    }
}
