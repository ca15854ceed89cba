//! `doc.cidr_match`.

use super::support::text;
use crate::scalar::Function;
use ipnet::IpNet;
use std::net::IpAddr;
use tripline_ir::Value;

pub(super) static CIDR_MATCH: Function = Function {
    name: "doc.cidr_match",
    arity: (2, usize::MAX),
    doc: "Whether an address lies in one of the networks. Host bits of a network do not matter, a \
          bare address is a network of one, an IPv4-mapped IPv6 address is the IPv4 address. \
          Null when the first argument is no address.",
    examples: &[
        ("[\"10.1.2.3\", \"10.6.48.157/8\"]", "true"),
        ("[\"10.1.2.3\", \"192.168.0.0/16\", \"10.0.0.0/8\"]", "true"),
        ("[\"::1\", \"::1\"]", "true"),
        ("[\"::ffff:10.1.2.3\", \"10.0.0.0/8\"]", "true"),
        ("[\"8.8.8.8\", \"10.0.0.0/8\"]", "false"),
        ("[null, \"10.0.0.0/8\"]", "null"),
        ("[\"host\", \"10.0.0.0/8\"]", "null"),
    ],
    eval: |_, args| {
        let Some(address) = args.first().and_then(text).and_then(|t| t.parse::<IpAddr>().ok())
        else {
            return Value::Null;
        };
        let address = address.to_canonical();
        let inside = args[1..].iter().filter_map(text).filter_map(|t| network(&t));
        Value::Bool(inside.into_iter().any(|net| net.contains(&address)))
    },
};

fn network(text: &str) -> Option<IpNet> {
    text.parse::<IpNet>().ok().or_else(|| text.parse::<IpAddr>().ok().map(IpNet::from))
}
