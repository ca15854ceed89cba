//! Exceptions: what is excluded from a rule's alerts, from our own TOML and from the lists that
//! Kibana exports.
//!
//! ```text
//! our TOML ─────────────────────────────▶ rules named in it
//! Kibana's NDJSON ─▶ lists of items ─ link ─▶ rules that refer to the list
//!                    value lists ──────────┘
//! ```
//!
//! **Where an exception is tested.** On an Elastic rule, on the events, for every step of a
//! sequence and for the indicators of an indicator match, as the product does, which adds it to
//! every request. On a Splunk search, on the events if the field is one of theirs (a field of the
//! data model, with or without the dataset's name: `dest_category`, `All_Traffic.dest_category`),
//! else on the result rows (`count`, a column made by `eval`). A `tstats` that does not group by
//! `dest_category` has no such column in its results, so only the test on the events can use it.
//! Entries of one exception are tested in one place: all on the events, if all are fields of
//! events.
//!
//! `src_category` and `dest_category` (for Elastic's rules also `source.category` and
//! `destination.category`) are the categories of the run's asset table, on every source.
//!
//! An exception that has expired excludes no event later than that instant; hunting through older
//! events it still holds, as it did then.

mod kibana;
mod lists;
mod lower;
mod toml;
mod values;

pub(crate) use lists::Lists;
pub(crate) use lower::except;

use crate::load::{export, read_text, sniff};
use crate::{Condition, RuleSet};
use std::path::Path;
use std::sync::Arc;

/// Adds the exceptions and filters of a file to the rules that they are about. What cannot be read
/// is a problem of the set.
///
/// The file is our TOML or Kibana's NDJSON, told by its content.
pub fn load_exceptions(path: &Path, set: &mut RuleSet) {
    read(path, set);
    lists::link(set);
}

/// The same, while more files are to come.
pub(crate) fn read(path: &Path, set: &mut RuleSet) {
    if sniff::is_json(path) {
        return export::exceptions(path, set);
    }
    match read_text(path) {
        Ok(text) => toml::read(path, &text, set),
        Err(problem) => set.problems.push(*problem),
    }
}

/// Links the lists of all files that were read.
pub(crate) fn link(set: &mut RuleSet) {
    lists::link(set);
}

/// Events of one of these systems. Agents of different ages have the system in one field or the
/// other.
fn of_systems(values: &[Arc<str>]) -> Condition {
    let fields = ["host.os.type", "host.os.name.caseless"];
    let one = |field: &str| Condition::Match { field: field.into(), values: values.into() };
    Condition::Any(fields.map(one).into())
}

/// Nanoseconds since 1970 of a date or an instant, as text. A date is its first instant, UTC.
fn instant(text: &str) -> Option<i64> {
    let instant = text.parse::<jiff::Timestamp>().ok().or_else(|| {
        let date = text.parse::<jiff::civil::Date>().ok()?;
        Some(date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp())
    })?;
    i64::try_from(instant.as_nanosecond()).ok()
}
