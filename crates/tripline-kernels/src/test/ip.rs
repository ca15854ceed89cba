//! Addresses.

use ipnet::IpNet;
use std::net::IpAddr;

/// An address as 128 bits: IPv4 addresses stand in `::ffff:0:0/96`, where Elasticsearch puts them
/// too, so that both families have one order and an IPv4-mapped address is the IPv4 address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IpKey(pub u128);

impl IpKey {
    /// With all but the first `bits` (0 to 128) set to zero.
    #[must_use]
    pub fn masked(self, bits: u8) -> Self {
        match bits {
            0 => Self(0),
            bits => Self(self.0 & (u128::MAX << (128 - u32::from(bits.min(128))))),
        }
    }
}

impl From<IpAddr> for IpKey {
    fn from(ip: IpAddr) -> Self {
        Self(u128::from(match ip {
            IpAddr::V4(v4) => v4.to_ipv6_mapped(),
            IpAddr::V6(v6) => v6,
        }))
    }
}

/// The address that a text reads as; no zone, no port, no brackets.
pub fn parse_ip(text: &str) -> Option<IpKey> {
    // The longest text form of an address has 45 characters; most values are not addresses.
    if text.len() > 45 || !text.bytes().any(|b| b == b'.' || b == b':') {
        return None;
    }
    text.parse::<IpAddr>().ok().map(IpKey::from)
}

/// A network as prefix length in 128 bits and first address. `::/0` holds IPv6 only in theory; as
/// in Elasticsearch, whose addresses are all 128 bits long, it holds every address.
pub fn network_key(net: &IpNet) -> (u8, IpKey) {
    match net {
        IpNet::V4(v4) => {
            let bits = v4.prefix_len() + 96;
            (bits, IpKey::from(IpAddr::V4(v4.addr())).masked(bits))
        }
        IpNet::V6(v6) => {
            (v6.prefix_len(), IpKey::from(IpAddr::V6(v6.addr())).masked(v6.prefix_len()))
        }
    }
}
