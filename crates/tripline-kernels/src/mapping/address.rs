//! Addresses: `ip`, `if_private`, `asset_category`.

use super::{Assets, Evaluation, Values};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use tripline_schema::MapExpr;

/// An address as text, also `fe80::1%4` (with a zone, which is dropped) and `::ffff:10.0.0.1`
/// (which is `10.0.0.1`).
fn parse(text: &str) -> Option<IpAddr> {
    let text = text.split_once('%').map_or(text, |(address, _)| address);
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

pub(super) fn shortest(value: &str) -> Option<String> {
    parse(value).map(|ip| ip.to_string())
}

pub(super) fn if_private<'e>(
    run: &mut Evaluation<'e, '_, '_, '_>,
    args: &'e [MapExpr],
) -> Values<'e> {
    let Some(ip) = run.arg(args, 0).first().and_then(|v| parse(v)) else { return vec![] };
    run.arg(args, if is_private(ip) { 1 } else { 2 })
}

fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(ip) => ip.is_private() || ip.is_loopback() || ip.is_link_local(),
        IpAddr::V6(ip) => {
            ip.is_loopback()
                || ip.is_unique_local()
                || ip.is_unicast_link_local()
                || ip.to_ipv4_mapped().as_ref().is_some_and(Ipv4Addr::is_private)
        }
    }
}

pub(super) fn categories<'e>(values: &Values<'_>, assets: Option<&dyn Assets>) -> Values<'e> {
    let Some(assets) = assets else { return vec![] };
    let mut found: Values<'e> = vec![];
    for ip in values.iter().filter_map(|v| parse(v)) {
        for category in assets.categories(ip) {
            if !found.iter().any(|known| **known == *category) {
                found.push(Cow::Owned(category.to_string()));
            }
        }
    }
    found
}
