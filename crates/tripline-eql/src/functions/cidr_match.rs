//! `cidrMatch`.

use super::{ArgType, Call, Function, Param, param};
use crate::lower::network;
use tripline_diag::Diagnostic;
use tripline_ir::{Pred, Test};

pub(super) static CIDR_MATCH: Function = Function {
    name: "cidrMatch",
    params: &[
        param("address", ArgType::Ip),
        Param { name: "network", ty: ArgType::Str, optional: false, constant: true },
    ],
    variadic: true,
    returns: ArgType::Bool,
    doc: "Whether an address lies in one of the networks. Host bits of a network do not matter, \
          and an address alone is a network of one.",
    examples: &[
        ("cidrMatch(source.ip, \"10.6.48.157/8\", \"::1\")", "source.ip in 10.0.0.0/8 ::1/128"),
        (
            "cidrmatch(concat(\"10.0.0.\", process.name), \"10.0.0.0/24\")",
            "expr any doc.cidr_match(doc.concat(Str(\"10.0.0.\"), process.name), \
             Str(\"10.0.0.0/24\"))",
        ),
    ],
    kernel: "doc.cidr_match",
    kernel_insensitive: None,
    leaf: Some(leaf),
};

fn leaf(call: &Call<'_>, diagnostics: &mut Vec<Diagnostic>) -> Option<Pred> {
    let mut networks = Vec::new();
    for arg in call.rest {
        let text = arg.as_str()?;
        networks.extend(network(text, arg.span, diagnostics));
    }
    Some(Pred::leaf(call.field.clone(), Test::Cidr(networks), call.span))
}
