//! `GeoIp`: adds the place of an address.
//!
//! Of a multivalue the first value counts. The columns are always set: null where the address is
//! private, unknown or none, or where there is no database.

use super::Run;
use crate::codes;
use crate::context::GeoPlace;
use crate::error::Error;
use crate::frame::{Frame, hidden, null_cell};
use crate::functions::row_many;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use tripline_diag::Span;
use tripline_ir::Value;

/// The columns, in order.
const COLUMNS: [&str; 5] = ["City", "Country", "Region", "lat", "lon"];
/// With `allfields`.
const MORE_COLUMNS: [&str; 3] = ["Continent", "MetroCode", "Timezone"];

pub(super) fn lower(
    frame: Frame,
    run: &mut Run<'_>,
    column: &str,
    prefix: &str,
    all_fields: bool,
    span: Span,
) -> Result<Frame, Error> {
    let more: &[&str] = if all_fields { &MORE_COLUMNS } else { &[] };
    let names: Vec<Arc<str>> =
        COLUMNS.iter().chain(more).map(|name| format!("{prefix}{name}").into()).collect();
    let Some(geoip) = run.context.geoip.filter(|_| frame.column(column).is_some()) else {
        if run.context.geoip.is_none() && !run.explaining {
            let message = "no GeoIP database, so the columns of places are empty";
            run.warn(&codes::NO_GEOIP, span, message);
        }
        return frame.set(names.into_iter().map(|name| (name, null_cell())).collect());
    };
    // The database is borrowed, functions of a plan must own what they use: so the addresses are
    // looked up first, each once.
    let mut places: HashMap<IpAddr, Option<GeoPlace>> = HashMap::new();
    let frame = frame.each_cell(run, column, |texts| {
        if let Some(ip) = texts.next().and_then(address) {
            places.entry(ip).or_insert_with(|| geoip.locate(ip));
        }
    })?;
    let outputs = names.len();
    let (all, take) =
        row_many("geoip", vec![frame.column_or_null(column)], outputs, move |cells| {
            let first = cells[0].items().first();
            let ip = first.and_then(|value| address(&value.to_string()));
            let place = ip.and_then(|ip| places.get(&ip)?.as_ref());
            place.map_or_else(Vec::new, values)
        });
    let columns =
        names.into_iter().enumerate().map(|(at, name)| (name, take(hidden("#all"), at))).collect();
    frame.project(vec![("#all", all)])?.set(columns)
}

/// An IPv4-mapped IPv6 address is the IPv4 address.
fn address(text: &str) -> Option<IpAddr> {
    text.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

fn values(place: &GeoPlace) -> Vec<Value> {
    let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
    let number = |number: Option<f64>| number.map_or(Value::Null, Value::Float);
    vec![
        text(&place.city),
        text(&place.country),
        text(&place.region),
        number(place.lat),
        number(place.lon),
        text(&place.continent),
        text(&place.metro_code),
        text(&place.timezone),
    ]
}
