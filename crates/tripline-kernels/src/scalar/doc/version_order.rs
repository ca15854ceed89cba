//! `doc.version_order` and `doc.ip_order`.

use super::support::text;
use crate::scalar::Function;
use crate::test::{compare_versions, parse_ip};
use std::cmp::Ordering;
use tripline_ir::Value;

pub(super) static VERSION_ORDER: Function = Function {
    name: "doc.version_order",
    arity: (2, 2),
    doc: "-1, 0 or 1 as the first version is before, the same as or after the second. A text that \
          is no version comes after all that are. Null when one is null.",
    examples: &[
        ("[\"1.9.0\", \"1.10.0\"]", "-1"),
        ("[\"1.2.4\", \"1.2.4-SNAPSHOT\"]", "1"),
        ("[\"1.0\", \"1.0\"]", "0"),
        ("[\"bad\", \"9.9\"]", "1"),
        ("[null, \"1.0\"]", "null"),
    ],
    eval: |_, args| order(args, |a, b| Some(compare_versions(a, b))),
};

pub(super) static IP_ORDER: Function = Function {
    name: "doc.ip_order",
    arity: (2, 2),
    doc: "-1, 0 or 1 as the first address is before, the same as or after the second. Null when one \
          is null or no address.",
    examples: &[
        ("[\"9.0.0.1\", \"10.0.0.1\"]", "-1"),
        ("[\"::ffff:10.0.0.1\", \"10.0.0.1\"]", "0"),
        ("[\"::1:0:0:0\", \"255.255.255.255\"]", "1"),
        ("[\"host\", \"10.0.0.1\"]", "null"),
        ("[\"10.0.0.1\", null]", "null"),
    ],
    eval: |_, args| order(args, |a, b| Some(parse_ip(a)?.cmp(&parse_ip(b)?))),
};

fn order(args: &[Value], compare: fn(&str, &str) -> Option<Ordering>) -> Value {
    let [a, b, ..] = args else { return Value::Null };
    let order = text(a).zip(text(b)).and_then(|(a, b)| compare(&a, &b));
    order.map_or(Value::Null, |order| Value::Int(order as i64))
}
