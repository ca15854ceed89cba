//! A value of an ECS categorization field that is almost one of those that ECS allows.

use super::Subject;
use crate::codes::UNKNOWN_CATEGORY;
use std::collections::BTreeSet;
use std::sync::Arc;
use tripline_diag::{Diagnostic, nearest};
use tripline_ir::{FieldSet, Test};
use tripline_schema::View;

/// What ECS 8 allows.
const ALLOWED: &[(&str, &[&str])] = &[
    (
        "event.kind",
        &["alert", "asset", "enrichment", "event", "metric", "pipeline_error", "signal", "state"],
    ),
    (
        "event.category",
        &[
            "api",
            "authentication",
            "configuration",
            "database",
            "driver",
            "email",
            "file",
            "host",
            "iam",
            "intrusion_detection",
            "library",
            "malware",
            "network",
            "package",
            "process",
            "registry",
            "session",
            "threat",
            "vulnerability",
            "web",
        ],
    ),
    (
        "event.type",
        &[
            "access",
            "admin",
            "allowed",
            "change",
            "connection",
            "creation",
            "deletion",
            "denied",
            "device",
            "end",
            "error",
            "group",
            "indicator",
            "info",
            "installation",
            "protocol",
            "start",
            "user",
        ],
    ),
    ("event.outcome", &["failure", "success", "unknown"]),
];

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let mut said = BTreeSet::new();
    for filter in subject.plan.iter().flat_map(|p| &p.filters) {
        filter.pred.for_each_leaf(&mut |leaf| {
            let FieldSet::One(field) = &leaf.field else { return };
            if field.view != View::Ecs {
                return;
            }
            let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| **name == *field.name) else {
                return;
            };
            let Test::Equals { values, .. } = &leaf.test else { return };
            // Some integrations write the allowed values in capitals, and Beats and other agents
            // have values of their own; only a near miss is a slip.
            let slip = |v: &&Arc<str>| !allowed.iter().any(|a| a.eq_ignore_ascii_case(v));
            for value in values.iter().filter(slip) {
                let Some(meant) = nearest(value, allowed.iter().copied()) else { continue };
                if said.insert((leaf.span, value.clone())) {
                    let text = format!("ECS has no `{}` that is `{value}`", field.name);
                    found.push(
                        Diagnostic::warning(&UNKNOWN_CATEGORY, text)
                            .at(leaf.span)
                            .help(format!("did you mean `{meant}`?")),
                    );
                }
            }
        });
    }
}
