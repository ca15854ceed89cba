//! Ranges.

use super::{IpKey, TestError, compare_versions, parse_date, parse_date_math, parse_ip};
use std::cmp::Ordering;
use std::sync::Arc;
use tripline_ir::{Bound, Order, Scalar, Value, parse_number};

/// A range whose bounds are read.
#[derive(Debug, Clone)]
pub(super) struct RangeTest {
    lower: Option<(Edge, bool)>,
    upper: Option<(Edge, bool)>,
    order: Order,
}

/// A bound in its order's terms.
#[derive(Debug, Clone)]
enum Edge {
    Number(f64),
    Text(Arc<str>),
    Date(i128),
    Ip(IpKey),
    /// The number that it reads as, if it does, and its text without case.
    Either(Option<f64>, String),
}

impl RangeTest {
    pub(super) fn new(
        lower: &Bound,
        upper: &Bound,
        order: Order,
        now: i64,
    ) -> Result<Self, TestError> {
        // `>` and `<=` take the last instant of what a date leaves open.
        let lower = edge(lower, order, now, matches!(lower, Bound::Exclusive(_)))?;
        let upper = edge(upper, order, now, matches!(upper, Bound::Inclusive(_)))?;
        Ok(Self { lower, upper, order })
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        // A range that is open at both ends still asks for a value of its order.
        let inside = |side: &Option<(Edge, bool)>, wanted: Ordering| match side {
            None => self.reads(value),
            Some((edge, inclusive)) => compare(value, edge, self.order)
                .is_some_and(|o| o == wanted || (*inclusive && o == Ordering::Equal)),
        };
        inside(&self.lower, Ordering::Greater) && inside(&self.upper, Ordering::Less)
    }

    fn reads(&self, value: &str) -> bool {
        match self.order {
            Order::Number => parse_number(value).is_some(),
            Order::Date => parse_date(value).is_some(),
            Order::Ip => parse_ip(value).is_some(),
            Order::Text | Order::Version | Order::NumberElseText => true,
        }
    }
}

fn edge(
    bound: &Bound,
    order: Order,
    now: i64,
    up: bool,
) -> Result<Option<(Edge, bool)>, TestError> {
    let (scalar, inclusive) = match bound {
        Bound::Open => return Ok(None),
        Bound::Inclusive(scalar) => (scalar, true),
        Bound::Exclusive(scalar) => (scalar, false),
    };
    let text = match scalar {
        Scalar::Number(n) => Value::Float(*n).to_string().into(),
        Scalar::Text(t) | Scalar::DateMath(t) => Arc::clone(t),
    };
    let number = match scalar {
        Scalar::Number(n) => Some(*n),
        Scalar::Text(t) => parse_number(t),
        Scalar::DateMath(_) => None,
    };
    let read = match order {
        Order::Number => number.map(Edge::Number),
        Order::Text | Order::Version => Some(Edge::Text(Arc::clone(&text))),
        Order::Date => parse_date_math(&text, now, up).map(Edge::Date),
        Order::Ip => parse_ip(&text).map(Edge::Ip),
        Order::NumberElseText => Some(Edge::Either(number, text.to_lowercase())),
    };
    let what = match order {
        Order::Number => "a number",
        Order::Date => "a date",
        _ => "an address",
    };
    read.map(|edge| Some((edge, inclusive)))
        .ok_or_else(|| TestError::new(format!("`{text}` is not {what}")))
}

/// None: the value does not read as what the order compares.
fn compare(value: &str, edge: &Edge, order: Order) -> Option<Ordering> {
    match edge {
        Edge::Number(n) => parse_number(value)?.partial_cmp(n),
        Edge::Text(t) if order == Order::Version => Some(compare_versions(value, t)),
        Edge::Text(t) => Some(value.cmp(t)),
        Edge::Date(at) => Some(parse_date(value)?.cmp(at)),
        Edge::Ip(ip) => Some(parse_ip(value)?.cmp(ip)),
        Edge::Either(number, text) => match (number, parse_number(value)) {
            (Some(n), Some(v)) => v.partial_cmp(n),
            _ => Some(value.to_lowercase().as_str().cmp(text)),
        },
    }
}
