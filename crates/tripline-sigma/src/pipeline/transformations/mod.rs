//! Transformations: one file each, one line in [`REGISTRY`].

#![allow(clippy::unnecessary_wraps, reason = "all transformations are made in the same way")]

mod add_condition;
mod case;
mod change_logsource;
mod convert_type;
mod drop_detection_item;
mod failure;
mod field_list;
mod field_name_affix;
mod field_name_mapping;
mod field_name_prefix_mapping;
mod field_name_transform;
mod hashes_fields;
mod map_string;
mod nest;
mod placeholders;
mod regex;
mod replace_string;
mod set_custom_attribute;
mod set_state;
mod set_value;

use super::codes::UNKNOWN;
use super::params::Params;
use super::target::Target;
use std::fmt::Debug;
use std::sync::Arc;
use tripline_diag::{Diagnostic, Span, did_you_mean};

/// What an item of a pipeline does.
pub(super) trait Transformation: Debug + Send + Sync {
    /// Changes a rule for which the item's conditions hold.
    fn apply(&self, target: &mut Target<'_>);

    /// The new names of a field, if this is about names. With several one of them must match.
    fn rename(&self, _name: &str) -> Option<Vec<Arc<str>>> {
        None
    }
}

/// Reads the parameters of a transformation; the number says how deep it is nested.
pub(super) type Make = fn(&mut Params<'_>, usize) -> Option<Box<dyn Transformation>>;

/// All transformations by the names that pySigma gives them.
pub(super) const REGISTRY: &[(&str, Make)] = &[
    ("add_condition", add_condition::make),
    ("add_field", field_list::make),
    ("case", case::make),
    ("change_logsource", change_logsource::make),
    ("convert_type", convert_type::make),
    ("detection_item_failure", failure::make_item),
    ("drop_detection_item", drop_detection_item::make),
    ("field_name_mapping", field_name_mapping::make),
    ("field_name_prefix", field_name_affix::make_prefix),
    ("field_name_prefix_mapping", field_name_prefix_mapping::make),
    ("field_name_suffix", field_name_affix::make_suffix),
    ("field_name_transform", field_name_transform::make),
    ("hashes_fields", hashes_fields::make),
    ("map_string", map_string::make),
    ("nest", nest::make),
    ("query_expression_placeholders", placeholders::make_query),
    ("regex", regex::make),
    ("remove_field", field_list::make),
    ("replace_string", replace_string::make),
    ("rule_failure", failure::make_rule),
    ("set_custom_attribute", set_custom_attribute::make),
    ("set_field", field_list::make),
    ("set_state", set_state::make),
    ("set_value", set_value::make),
    ("value_placeholders", placeholders::make_values),
    ("wildcard_placeholders", placeholders::make_wildcards),
];

/// The transformation of a name.
pub(super) fn named(name: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Make> {
    let found = REGISTRY.iter().find(|(known, _)| *known == name);
    if found.is_none() {
        let help = did_you_mean(name, REGISTRY.iter().map(|(known, _)| *known));
        let message = format!("`{name}` is no transformation");
        diagnostics.push(Diagnostic::error(&UNKNOWN, message).at(span).maybe_help(help));
    }
    found.map(|(_, make)| *make)
}
