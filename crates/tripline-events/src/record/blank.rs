//! Values of Windows events that stand for no value (`""`, `-`, a GUID of zeros).
//!
//! In ECS and for Splunk they are absent, and so they are not in the column of their field. Sigma
//! tells `''` and `-` from a field that is not there: for it such a value is in a column beside the
//! field's own, which is filled only if the projection names it.

/// What the column's name has after the field's.
const SUFFIX: &str = " (blank)";

/// The values that stand for no value.
pub const BLANK_VALUES: [&str; 4] = ["", "-", ZERO_GUID, "{00000000-0000-0000-0000-000000000000}"];

pub(super) const ZERO_GUID: &str = "00000000-0000-0000-0000-000000000000";

/// The name of the column in which the blank values of a raw field are. None: the field's blank
/// values, if it has any, are in its own column.
///
/// ```
/// use tripline_events::blank_column;
/// assert_eq!(blank_column("EventData.Image").as_deref(), Some("EventData.Image (blank)"));
/// assert_eq!(blank_column("System.Channel"), None);
/// ```
pub fn blank_column(path: &str) -> Option<String> {
    (has_blanks(path) && !path.ends_with(SUFFIX)).then(|| format!("{path}{SUFFIX}"))
}

/// The raw field whose blank values a column holds; None: it is no such column.
pub fn blanks_of(column: &str) -> Option<&str> {
    column.strip_suffix(SUFFIX).filter(|path| has_blanks(path))
}

fn has_blanks(path: &str) -> bool {
    path.starts_with("EventData.") || path.starts_with("UserData.")
}
