//! The plan as text, for `tripline debug --stage ir` and for spec tests.

use crate::{
    Bound, Case, Correlation, CorrelationSource, Expr, ExprKind, FieldRef, FieldSet, Glob, Multi,
    Plan, Pred, Scalar, Tail, Test,
};
use std::fmt::Write;

/// Prints a plan, one node a line, children indented.
pub fn print(plan: &Plan) -> String {
    let mut out = String::new();
    for (at, filter) in plan.filters.iter().enumerate() {
        let _ = writeln!(out, "filter {at} {:?}", filter.scope);
        pred(&mut out, &filter.pred, 1);
    }
    match &plan.tail {
        Tail::Each { pipes } => {
            let _ = writeln!(out, "each {pipes:?}");
        }
        Tail::Sequence(sequence) => {
            let _ = writeln!(out, "sequence maxspan={:?}", sequence.maxspan);
            for step in &sequence.steps {
                let keys: Vec<&str> = step.keys.iter().map(|k| &*k.field.name).collect();
                let missing = if step.missing { " missing" } else { "" };
                let _ = writeln!(out, "  step filter={} by={keys:?}{missing}", step.filter);
            }
            if let Some(until) = &sequence.until {
                let _ = writeln!(out, "  until filter={}", until.filter);
            }
        }
        Tail::Sample(sample) => {
            let _ = writeln!(out, "sample per_key={}", sample.per_key);
            for step in &sample.steps {
                let keys: Vec<&str> = step.keys.iter().map(|k| &*k.field.name).collect();
                let _ = writeln!(out, "  step filter={} by={keys:?}", step.filter);
            }
        }
        Tail::Threshold(threshold) => {
            let names: Vec<&str> = threshold.fields.iter().map(|f| &*f.name).collect();
            let _ = writeln!(out, "threshold {names:?} value={}", threshold.value);
            for (field, value) in &threshold.cardinality {
                let _ = writeln!(out, "  cardinality {} value={value}", field.name);
            }
        }
        Tail::IndicatorMatch(matching) => {
            let _ = writeln!(out, "indicator_match path={}", matching.path);
            for group in &matching.groups {
                let _ = writeln!(out, "  group");
                for entry in group {
                    let order = if entry.negate { "!=" } else { "==" };
                    let (field, indicator) = (&entry.field.name, &entry.indicator.name);
                    let _ = writeln!(out, "    {field} {order} {indicator}");
                }
            }
        }
        Tail::Correlation(correlation) => {
            let _ = writeln!(out, "{}", print_correlation(correlation, 0).trim_end());
        }
        Tail::NewTerms(terms) => {
            let names: Vec<&str> = terms.fields.iter().map(|f| &*f.name).collect();
            let _ = writeln!(out, "new_terms {names:?} history={}s", terms.history / 1_000_000_000);
        }
        Tail::Pipeline(pipeline) => {
            let names: Vec<String> = pipeline.columns.iter().map(FieldRef::column).collect();
            let _ = writeln!(out, "pipeline columns={names:?} all={}", pipeline.all_columns);
            for stage in &pipeline.stages {
                let _ = writeln!(out, "  {:?}", stage.kind);
            }
        }
    }
    out
}

fn print_correlation(correlation: &Correlation, depth: usize) -> String {
    let pad = "  ".repeat(depth);
    let Correlation { kind, inputs, group_by, timespan, condition } = correlation;
    let seconds = timespan / 1_000_000_000;
    let mut out =
        format!("{pad}correlation {kind:?} by={group_by:?} timespan={seconds}s {condition:?}\n");
    for input in inputs {
        let keys: Vec<&str> = input.keys.iter().map(|f| &*f.name).collect();
        let values: Vec<&str> = input.values.iter().map(|f| &*f.name).collect();
        let _ = write!(out, "{pad}  input {} keys={keys:?} values={values:?}", input.name);
        match &input.source {
            CorrelationSource::Filter(filter) => {
                let _ = writeln!(out, " filter={filter}");
            }
            CorrelationSource::Correlation(inner) => {
                out.push('\n');
                out.push_str(&print_correlation(inner, depth + 2));
            }
        }
    }
    out
}

fn pred(out: &mut String, node: &Pred, depth: usize) {
    let pad = "  ".repeat(depth);
    match node {
        Pred::Const(b) => {
            let _ = writeln!(out, "{pad}{b}");
        }
        Pred::And(parts) | Pred::Or(parts) => {
            let word = if matches!(node, Pred::And(_)) { "and" } else { "or" };
            let _ = writeln!(out, "{pad}{word}");
            for part in parts {
                pred(out, part, depth + 1);
            }
        }
        Pred::Not(inner) => {
            let _ = writeln!(out, "{pad}not");
            pred(out, inner, depth + 1);
        }
        Pred::Leaf(leaf) => {
            let name = match &leaf.field {
                FieldSet::One(field) => field.column(),
                FieldSet::Matching { pattern, .. } => format!("<{pattern}>"),
                FieldSet::Anything => "<anything>".to_owned(),
            };
            let _ = writeln!(out, "{pad}{name} {}", test(&leaf.test));
        }
        Pred::Expr { expr: inner, multi } => {
            let word = if *multi == Multi::Whole { "whole" } else { "any" };
            let _ = writeln!(out, "{pad}expr {word} {}", expr(inner));
        }
        Pred::Nested { path, pred: inner, .. } => {
            let _ = writeln!(out, "{pad}nested {}", path.name);
            pred(out, inner, depth + 1);
        }
    }
}

fn case_mark(case: Case) -> &'static str {
    match case {
        Case::Sensitive => "",
        Case::Ascii => "~",
        Case::Unicode => "~u",
    }
}

fn test(test_node: &Test) -> String {
    match test_node {
        Test::Exists => "exists".to_owned(),
        Test::Equals { values, case } => format!("={} {values:?}", case_mark(*case)),
        Test::Glob { patterns, case } => {
            let shown: Vec<String> = patterns.iter().map(Glob::to_string).collect();
            format!("glob{} {shown:?}", case_mark(*case))
        }
        Test::Regex { patterns, case, anchored } => {
            let how = if *anchored { "whole" } else { "find" };
            format!("regex{} {how} {patterns:?}", case_mark(*case))
        }
        Test::Number(values) => format!("=number {values:?}"),
        Test::Bool(value) => format!("=bool {value}"),
        Test::Cidr(nets) => {
            let shown: Vec<String> = nets.iter().map(ToString::to_string).collect();
            format!("in {}", shown.join(" "))
        }
        Test::Range { lower, upper, order } => {
            format!("{}..{} by {order:?}", bound(lower), bound(upper))
        }
        Test::Text { tokens, mode } => format!("text {mode:?} {tokens:?}"),
        Test::Any(tests) => {
            let shown: Vec<String> = tests.iter().map(test).collect();
            format!("any({})", shown.join(", "))
        }
        Test::Not(inner) => format!("other than {}", test(inner)),
    }
}

fn bound(bound: &Bound) -> String {
    let (open, scalar) = match bound {
        Bound::Open => return String::new(),
        Bound::Inclusive(s) => ("", s),
        Bound::Exclusive(s) => ("<", s),
    };
    match scalar {
        Scalar::Number(n) => format!("{open}{n}"),
        Scalar::Text(t) | Scalar::DateMath(t) => format!("{open}{t}"),
    }
}

fn expr(node: &Expr) -> String {
    match &node.kind {
        ExprKind::Field(field) => field.column(),
        ExprKind::Literal(value) => format!("{value:?}"),
        ExprKind::Call { function, args } => {
            let shown: Vec<String> = args.iter().map(expr).collect();
            format!("{function}({})", shown.join(", "))
        }
    }
}
