//! Older names of fields of alerts. Rules that read alerts still use them (`signal.rule.name`), and
//! the product's index has them as aliases.

use tripline_ir::{
    Expr, ExprKind, FieldRef, FieldSet, IndicatorMatch, NewTerms, Plan, Pred, Sample, Sequence,
    Tail, Threshold,
};
use tripline_schema::{Schema, View};

/// Old name, and today's. A name that ends with a dot stands for all below it.
const ALIASES: &[(&str, &str)] = &[
    ("signal.ancestors.", "kibana.alert.ancestors."),
    ("signal.depth", "kibana.alert.depth"),
    ("signal.group.", "kibana.alert.group."),
    ("signal.original_event.", "kibana.alert.original_event."),
    ("signal.original_time", "kibana.alert.original_time"),
    ("signal.reason", "kibana.alert.reason"),
    ("signal.rule.id", "kibana.alert.rule.uuid"),
    ("signal.rule.", "kibana.alert.rule."),
    ("signal.status", "kibana.alert.workflow_status"),
    ("signal.threshold_result.", "kibana.alert.threshold_result."),
];

/// Today's name of a field.
fn today(name: &str) -> Option<String> {
    if !name.starts_with("signal.") {
        return None;
    }
    ALIASES.iter().find_map(|(old, new)| {
        let rest = name.strip_prefix(old)?;
        (rest.is_empty() || old.ends_with('.')).then(|| format!("{new}{rest}"))
    })
}

/// The field of that name.
pub(crate) fn field(schema: &Schema, name: &str) -> FieldRef {
    match today(name) {
        Some(name) => schema.field_ref(View::Ecs, &name),
        None => schema.field_ref(View::Ecs, name),
    }
}

/// Gives every field of the plan that has an old name today's.
pub(crate) fn resolve(plan: &mut Plan, schema: &Schema) {
    let mut any = false;
    plan.for_each_field(&mut |f| any |= f.view == View::Ecs && f.name.starts_with("signal."));
    if !any {
        return;
    }
    for filter in &mut plan.filters {
        pred(&mut filter.pred, schema);
    }
    match &mut plan.tail {
        Tail::Each { .. } | Tail::Correlation(_) | Tail::Pipeline(_) => {}
        Tail::Sequence(Sequence { steps, until, .. }) => {
            for step in steps.iter_mut().chain(until) {
                step.keys.iter_mut().for_each(|key| one(&mut key.field, schema));
            }
        }
        Tail::Sample(Sample { steps, .. }) => {
            for step in steps {
                step.keys.iter_mut().for_each(|key| one(&mut key.field, schema));
            }
        }
        Tail::NewTerms(NewTerms { fields, .. }) => fields.iter_mut().for_each(|f| one(f, schema)),
        Tail::Threshold(Threshold { fields, cardinality, .. }) => {
            for field in fields.iter_mut().chain(cardinality.iter_mut().map(|(f, _)| f)) {
                one(field, schema);
            }
        }
        Tail::IndicatorMatch(IndicatorMatch { groups, .. }) => {
            for entry in groups.iter_mut().flatten() {
                one(&mut entry.field, schema);
                one(&mut entry.indicator, schema);
            }
        }
    }
}

fn one(old: &mut FieldRef, schema: &Schema) {
    if old.view == View::Ecs
        && let Some(name) = today(&old.name)
    {
        *old = schema.field_ref(View::Ecs, &name);
    }
}

fn pred(at: &mut Pred, schema: &Schema) {
    match at {
        Pred::Const(_) => {}
        Pred::And(parts) | Pred::Or(parts) => parts.iter_mut().for_each(|p| pred(p, schema)),
        Pred::Not(inner) => pred(inner, schema),
        Pred::Leaf(leaf) => {
            if let FieldSet::One(field) = &mut leaf.field {
                one(field, schema);
            }
        }
        Pred::Expr { expr, .. } => self::expr(expr, schema),
        Pred::Nested { path, pred: inner, .. } => {
            one(path, schema);
            pred(inner, schema);
        }
    }
}

fn expr(at: &mut Expr, schema: &Schema) {
    match &mut at.kind {
        ExprKind::Field(field) => one(field, schema),
        ExprKind::Literal(_) => {}
        ExprKind::Call { args, .. } => args.iter_mut().for_each(|arg| expr(arg, schema)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        for (old, new) in [
            ("signal.rule.name", Some("kibana.alert.rule.name")),
            ("signal.rule.threat.tactic.name", Some("kibana.alert.rule.threat.tactic.name")),
            ("signal.rule.id", Some("kibana.alert.rule.uuid")),
            ("signal.rule.id.x", Some("kibana.alert.rule.id.x")),
            ("signal.status", Some("kibana.alert.workflow_status")),
            ("signal.statuses", None),
            ("signals.status", None),
            ("host.name", None),
        ] {
            assert_eq!(today(old).as_deref(), new, "{old}");
        }
    }
}
