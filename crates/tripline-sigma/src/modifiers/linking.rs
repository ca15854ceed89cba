//! `all` and `neq`: about the whole list of values.

use super::{Apply, Definition};

pub(super) static ALL: Definition = Definition {
    names: &["all"],
    doc: "All values of the list must match, not one of them.",
    apply: Apply::Item(|item| item.all = true),
};

pub(super) static NEQ: Definition = Definition {
    names: &["neq"],
    doc: "The item must not match: true for a field that is absent, and with a list if no value \
          matches (with `all`, if not all do).",
    apply: Apply::Item(|item| item.negated = true),
};
