//! `tripline rules show --sources`: which sources a rule can match, and what the others lack.

use crate::cli::{Failure, color_err};
use crate::out::{counted, wrap};
use std::collections::BTreeMap;
use std::io::Write;
use tripline_diag::render;
use tripline_engine::{Applicability, Context, Lack, Matcher};
use tripline_rules::{Rule, RuleSet, Vendor};
use tripline_schema::{Mapping, Schema};

/// Columns of the page.
const WIDTH: usize = 100;

/// Most often another kind of event, of which a list of missing fields says nothing.
const OTHER_KINDS: &str = "silent: several fields are missing or have other values";

/// Prints the source types that the rule looks at, grouped by what stands in the way; those that
/// lack least come first, as they are the ones that a person expected to match.
pub fn print(
    out: &mut dyn Write,
    set: &RuleSet,
    rule: &Rule,
    version: Option<u32>,
    schema: &Schema,
) -> Result<(), Failure> {
    let compiled = set.compile(rule, version, schema);
    let Some(plan) = compiled.plan else {
        let errors = compiled.diagnostics.iter().filter(|d| d.is_error());
        return Err(Failure::Shown(errors.map(|d| render(d, &rule.query, color_err())).collect()));
    };
    let matcher = Matcher::new(&[&plan], schema, Context::default())
        .map_err(|errors| Failure::user(format!("{} cannot run: {}", rule.name, errors[0].1)))?;
    writeln!(out, "{}", rule.name)?;
    for filter in 0..plan.filters.len() {
        if plan.filters.len() > 1 {
            writeln!(out, "\nstep {} of {}", filter + 1, plan.filters.len())?;
        }
        // By the number of things that are missing, then by the words.
        let mut groups: BTreeMap<(usize, String), Vec<&str>> = BTreeMap::new();
        let mut elsewhere = 0;
        for mapping in schema.mappings() {
            let key = match matcher.applicability(0, filter, mapping, &mapping.elastic.indices) {
                Applicability::Gated => {
                    elsewhere += 1;
                    continue;
                }
                Applicability::Applicable => (0, "can match".to_owned()),
                Applicability::Never { lacks } => {
                    let explained = lacks
                        .iter()
                        .any(|lack| reason(mapping, rule.vendor, &lack.field).is_some());
                    let said: Vec<String> =
                        lacks.iter().map(|lack| what(mapping, rule.vendor, lack)).collect();
                    if said.len() > 2 || (said.len() > 1 && !explained) {
                        (usize::MAX, OTHER_KINDS.to_owned())
                    } else {
                        (said.len().max(1), format!("silent: {}", said.join("; ")))
                    }
                }
            };
            groups.entry(key).or_default().push(&mapping.id);
        }
        for ((_, verdict), sources) in groups {
            writeln!(out)?;
            for line in wrap(&format!("{verdict} ({})", counted(sources.len(), "source")), WIDTH) {
                writeln!(out, "{line}")?;
            }
            for line in wrap(&families(&sources), WIDTH - 4) {
                writeln!(out, "    {line}")?;
            }
        }
        writeln!(out, "\nnot searched: {}", counted(elsewhere, "other source"))?;
    }
    Ok(())
}

/// Names in the order of the registry; three or more of one family share its name:
/// `windows.sysmon.{1,5,7}`.
fn families(sources: &[&str]) -> String {
    let family =
        |id: &str| id.rsplit_once('.').map_or_else(|| id.to_owned(), |(f, _)| f.to_owned());
    let mut groups: Vec<(String, Vec<&str>)> = Vec::new();
    for id in sources {
        let family = family(id);
        match groups.iter_mut().find(|(known, _)| *known == family) {
            Some((_, members)) => members.push(id),
            None => groups.push((family, vec![id])),
        }
    }
    let text = groups.into_iter().map(|(family, members)| {
        if members.len() < 3 {
            return members.join(" ");
        }
        let last = members.iter().map(|id| id.rsplit('.').next().unwrap_or(id));
        format!("{family}.{{{}}}", last.collect::<Vec<_>>().join(", "))
    });
    text.collect::<Vec<_>>().join(" ")
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
        Vendor::Sigma => return None,
    };
    absent.get(field).map(|reason| &**reason)
}
