//! `cidr`.

use super::{Apply, Definition, Refusal};
use crate::ast::ValueKind;
use crate::codes::NETWORK;
use tripline_ir::literal::network;

pub(super) static CIDR: Definition = Definition {
    names: &["cidr"],
    doc: "The field is an address in this network (IPv4 or IPv6). A single address is a network of \
          one; bits after the prefix do not count.",
    apply: Apply::Value(|kind, context| {
        if !context.before.is_empty() {
            return Err(Refusal::order("`cidr` must be the first modifier"));
        }
        let ValueKind::Text { text, .. } = &kind else {
            return Err(Refusal::value("`cidr` needs a network, for example `10.0.0.0/8`"));
        };
        match text.as_literal().and_then(network) {
            Some(net) => Ok(ValueKind::Cidr(net)),
            None => Err(Refusal {
                code: &NETWORK,
                message: format!("`{}` is no network", text.to_rule()),
                help: Some("for example `10.0.0.0/8` or `fe80::/10`".to_owned()),
            }),
        }
    }),
};
