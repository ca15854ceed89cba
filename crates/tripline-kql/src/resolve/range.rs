//! `field >= value`.

use super::field::{Kind, Target};
use super::value::mismatch;
use super::{Bound, Comparison, Resolver};
use crate::ast::{Literal, LiteralKind, RangeOp};
use crate::codes;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{Case, Order, Scalar, literal};

impl Resolver<'_> {
    pub(super) fn range(
        &mut self,
        target: &Target,
        op: RangeOp,
        value: &Literal,
        span: Span,
    ) -> Option<Bound> {
        match typed(target, value) {
            Ok((scalar, order)) => {
                if order == Order::Date && matches!(op, RangeOp::Lte | RangeOp::Gt) {
                    self.partial_date(value);
                }
                Some(Bound::Compare {
                    fields: target.fields.clone(),
                    with: Comparison::Range(op, scalar, order),
                    span,
                })
            }
            Err(diagnostic) => {
                self.say(diagnostic);
                None
            }
        }
    }
}

impl Resolver<'_> {
    /// A bound that is rounded up, and hardly meant as it is.
    pub(super) fn partial_date(&mut self, value: &Literal) {
        let text = value.text();
        if !literal::lacks_day(&text) {
            return;
        }
        let unit = if text.len() == 4 { 'y' } else { 'M' };
        self.say(
            Diagnostic::warning(&codes::PARTIAL_DATE, format!("`{text}` ends with its first day"))
                .at(value.span)
                .help(format!("the whole of it is written `\"{text}||/{unit}\"`")),
        );
    }
}

fn typed(target: &Target, value: &Literal) -> Result<(Scalar, Order), Diagnostic> {
    let name = &target.name;
    match value.kind {
        LiteralKind::Null => {
            return Err(Diagnostic::error(&codes::NULL, "nothing can be compared with `null`")
                .at(value.span)
                .help(format!("that `{name}` has no value is written `not {name}: *`")));
        }
        LiteralKind::Wildcard(_) => {
            return Err(Diagnostic::error(
                &codes::WILDCARD_TYPE,
                "a bound of a range has no wildcards",
            )
            .at(value.span));
        }
        _ => {}
    }
    let text = value.text();
    let number = || tripline_ir::parse_number(&text).map(|n| (Scalar::Number(n), Order::Number));
    let address = || literal::address(&text).map(|ip| (text_of(&ip), Order::Ip));
    let date =
        || literal::is_date(&text).then(|| (Scalar::DateMath(text.as_str().into()), Order::Date));
    match target.kind {
        Kind::Number => {
            number().ok_or_else(|| mismatch(&codes::NUMBER, target, value, "holds numbers"))
        }
        Kind::Date => date().ok_or_else(|| {
            mismatch(&codes::DATE, target, value, "holds dates")
                .help("write `\"2026-11-21T10:00:00Z\"`, epoch milliseconds or `now-1d`")
        }),
        Kind::Ip => address().ok_or_else(|| {
            let diagnostic = mismatch(&codes::ADDRESS, target, value, "holds addresses");
            match literal::network(&text) {
                Some(_) => diagnostic.help(format!("a network is written `{name}: {text}`")),
                None => diagnostic,
            }
        }),
        Kind::Version => Ok((text_of(&text), Order::Version)),
        Kind::Keyword(Case::Sensitive) | Kind::Wildcard => Ok((text_of(&text), Order::Text)),
        Kind::Infer => Ok(number()
            .or_else(address)
            .or_else(date)
            .unwrap_or_else(|| (text_of(&text), Order::Text))),
        Kind::Keyword(_)
        | Kind::Text
        | Kind::Script
        | Kind::Boolean
        | Kind::Everything
        | Kind::Opaque => Err(Diagnostic::error(
            &codes::RANGE_TYPE,
            format!("`{name}` has no order to compare by"),
        )
        .at(target.span)),
    }
}

fn text_of(value: &impl ToString) -> Scalar {
    Scalar::Text(value.to_string().into())
}
