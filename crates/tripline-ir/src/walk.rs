//! What a plan needs.

use crate::{
    Correlation, CorrelationSource, Expr, ExprKind, FieldRef, FieldSet, Leaf, Plan, Pred, Tail,
};

impl Pred {
    /// Calls `f` for every leaf.
    pub fn for_each_leaf<'a>(&'a self, f: &mut impl FnMut(&'a Leaf)) {
        match self {
            Self::Const(_) | Self::Expr { .. } => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|p| p.for_each_leaf(f)),
            Self::Not(inner) => inner.for_each_leaf(f),
            Self::Nested { pred, .. } => pred.for_each_leaf(f),
            Self::Leaf(leaf) => f(leaf),
        }
    }

    /// Calls `f` for every field that the condition names. Patterns are not fields.
    pub fn for_each_field<'a>(&'a self, f: &mut impl FnMut(&'a FieldRef)) {
        match self {
            Self::Const(_) => {}
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|p| p.for_each_field(f)),
            Self::Not(inner) => inner.for_each_field(f),
            Self::Nested { path, pred, .. } => {
                f(path);
                pred.for_each_field(f);
            }
            Self::Leaf(leaf) => {
                if let FieldSet::One(field) = &leaf.field {
                    f(field);
                }
            }
            Self::Expr { expr, .. } => expr.for_each_field(f),
        }
    }
}

impl Expr {
    /// Calls `f` for every field of the expression.
    pub fn for_each_field<'a>(&'a self, f: &mut impl FnMut(&'a FieldRef)) {
        match &self.kind {
            ExprKind::Field(field) => f(field),
            ExprKind::Literal(_) => {}
            ExprKind::Call { args, .. } => args.iter().for_each(|a| a.for_each_field(f)),
        }
    }
}

impl Plan {
    /// Calls `f` for every field of the event that the plan names: conditions, keys, columns.
    pub fn for_each_field<'a>(&'a self, f: &mut impl FnMut(&'a FieldRef)) {
        for filter in &self.filters {
            filter.pred.for_each_field(f);
        }
        self.tail.for_each_field(f);
    }
}

impl Tail {
    /// Calls `f` for every field of the event that the tail reads: keys, values, columns.
    pub fn for_each_field<'a>(&'a self, f: &mut impl FnMut(&'a FieldRef)) {
        match self {
            Self::Each { .. } => {}
            Self::Sequence(sequence) => {
                for step in sequence.steps.iter().chain(&sequence.until) {
                    step.keys.iter().for_each(|key| f(&key.field));
                }
            }
            Self::Sample(sample) => {
                for step in &sample.steps {
                    step.keys.iter().for_each(|key| f(&key.field));
                }
            }
            Self::Threshold(threshold) => {
                threshold.fields.iter().for_each(&mut *f);
                threshold.cardinality.iter().for_each(|(field, _)| f(field));
            }
            Self::IndicatorMatch(matching) => {
                for entry in matching.groups.iter().flatten() {
                    f(&entry.field);
                    f(&entry.indicator);
                }
            }
            Self::Correlation(correlation) => correlation.for_each_field(f),
            Self::NewTerms(terms) => terms.fields.iter().for_each(f),
            Self::Pipeline(pipeline) => pipeline.columns.iter().for_each(f),
        }
    }
}

impl Correlation {
    /// Calls `f` for every field by which findings are grouped or reckoned with, those of inner
    /// correlations included.
    pub fn for_each_field<'a>(&'a self, f: &mut impl FnMut(&'a FieldRef)) {
        for input in &self.inputs {
            input.keys.iter().chain(&input.values).for_each(&mut *f);
            if let CorrelationSource::Correlation(inner) = &input.source {
                inner.for_each_field(f);
            }
        }
    }

    /// For each filter of the plan the fields that are needed of its hits: the keys and then the
    /// values of its input, and then those of the inputs around it, from the inside to the
    /// outside. No two inputs share a filter.
    pub fn fields_by_filter(&self, filters: usize) -> Vec<Vec<FieldRef>> {
        fn visit(correlation: &Correlation, fields: &mut [Vec<FieldRef>], seen: &mut Vec<usize>) {
            for input in &correlation.inputs {
                let before = seen.len();
                match &input.source {
                    CorrelationSource::Filter(filter) => seen.push(*filter),
                    CorrelationSource::Correlation(inner) => visit(inner, fields, seen),
                }
                for filter in &seen[before..] {
                    fields[*filter].extend(input.keys.iter().chain(&input.values).cloned());
                }
            }
        }
        let mut fields = vec![vec![]; filters];
        visit(self, &mut fields, &mut vec![]);
        fields
    }
}
