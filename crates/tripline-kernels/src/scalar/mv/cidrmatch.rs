//! `cidrmatch(network, address)`.

use crate::scalar::{Context, Function};
use ipnet::IpNet;
use std::net::IpAddr;
use tripline_ir::Value;

/// `cidrmatch(network, address)`.
pub(super) static CIDRMATCH: Function = Function {
    name: "mv.cidrmatch",
    arity: (2, 2),
    doc: "Whether one of the addresses lies in one of the networks. What is no address is in no \
          network; an IPv4-mapped IPv6 address is the IPv4 address; a network without a length is \
          one address. Null if a side is null. What the product does with several addresses is \
          not documented; any-match fits how rules use it.",
    examples: &[
        (r#"["10.0.0.0/8", "10.1.2.3"]"#, "true"),
        (r#"["10.0.0.0/8", "::ffff:10.1.2.3"]"#, "true"),
        (r#"["fe80::/10", "fe80::1"]"#, "true"),
        (r#"["10.0.0.0/8", "host-10"]"#, "false"),
        (r#"["10.0.0.0/8", ["8.8.8.8", "10.1.2.3"]]"#, "true"),
        (r#"["10.0.0.1", "10.0.0.1"]"#, "true"),
        (r#"["10.0.0.0/8", null]"#, "null"),
    ],
    eval,
};

fn eval(_: &Context, args: &[Value]) -> Value {
    if args[0].is_null() || args[1].is_null() {
        return Value::Null;
    }
    let nets: Vec<IpNet> = args[0].items().iter().filter_map(network).collect();
    let hit = args[1]
        .items()
        .iter()
        .filter_map(|v| address(v.to_string().trim()))
        .any(|ip| nets.iter().any(|net| net.contains(&ip)));
    Value::Bool(hit)
}

fn address(text: &str) -> Option<IpAddr> {
    text.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn network(value: &Value) -> Option<IpNet> {
    let text = value.to_string();
    let text = text.trim();
    text.parse().ok().or_else(|| address(text).map(IpNet::from))
}
