//! `tripline rules show --sources`: which sources a rule can match, and what the others lack.

use crate::cli::Failure;
use crate::out::columns;
use std::io::Write;
use tripline_engine::{Applicability, Context, Lack, Matcher};
use tripline_rules::{Rule, RuleSet, Vendor};
use tripline_schema::{Mapping, Schema};

/// Prints a row for each source type that the rule looks at.
pub fn print(
    out: &mut dyn Write,
    set: &RuleSet,
    rule: &Rule,
    version: Option<u32>,
) -> Result<(), Failure> {
    let schema = Schema::builtin();
    let compiled = set.compile(rule, version, schema);
    let Some(plan) = compiled.plan else {
        return Err(Failure::user(format!("{} cannot run: see `tripline rules lint`", rule.name)));
    };
    let matcher = Matcher::new(&[&plan], schema, Context::default())
        .map_err(|errors| Failure::user(format!("{} cannot run: {}", rule.name, errors[0].1)))?;
    let mut rows = Vec::new();
    for mapping in schema.mappings() {
        for filter in 0..plan.filters.len() {
            let step = if plan.filters.len() > 1 { (filter + 1).to_string() } else { String::new() };
            let verdict = match matcher.applicability(0, filter, mapping, &mapping.elastic.indices) {
                Applicability::Gated => continue,
                Applicability::Applicable => "can match".to_owned(),
                Applicability::Never { lacks } => {
                    let lacks: Vec<String> =
                        lacks.iter().map(|lack| what(mapping, rule.vendor, lack)).collect();
                    format!("silent: {}", lacks.join("; "))
                }
            };
            rows.push(vec![mapping.id.to_string(), step, verdict]);
        }
    }
    // What can match first; within it the order in which sources are recognised.
    rows.sort_by_key(|row| row[2] != "can match");
    columns(out, &["SOURCE", "STEP", "VERDICT"], &rows)?;
    Ok(())
}

/// What a source lacks, with the reason where the mapping has one. A field that only the data model
/// fills (`action` is `unknown`) is one that the source does not have.
fn what(mapping: &Mapping, vendor: Vendor, lack: &Lack) -> String {
    let known = reason(mapping, vendor, &lack.field);
    let always = lack.always.join(", ");
    match (known, lack.always.is_empty()) {
        (Some(reason), true) => format!("no {} ({reason})", lack.field),
        (Some(reason), false) => format!("no {} (always `{always}`: {reason})", lack.field),
        (None, true) => format!("no {}", lack.field),
        (None, false) => format!("{} is always `{always}`", lack.field),
    }
}

/// Why the vendor's own mapping leaves a field out.
fn reason<'a>(mapping: &'a Mapping, vendor: Vendor, field: &str) -> Option<&'a str> {
    let absent = match vendor {
        Vendor::Splunk => &mapping.splunk.absent,
        Vendor::Elastic => &mapping.elastic.absent,
    };
    absent.get(field).map(|reason| &**reason)
}
