//! A correlation that can never be found, or always is.

use super::Subject;
use crate::codes::IMPOSSIBLE_COUNT;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{Correlation, CorrelationCondition, CorrelationKind, CorrelationTest, Tail};

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let (Some(plan), Some(document)) = (subject.plan, &subject.rule.document) else { return };
    let (Tail::Correlation(correlation), Some(map)) =
        (&plan.tail, document.root.get("correlation"))
    else {
        return;
    };
    let span = map.get("condition").map_or(map.span, |node| node.span);
    found.extend(judge(correlation, span));
}

fn judge(correlation: &Correlation, span: Span) -> Option<Diagnostic> {
    let CorrelationCondition::Number(tests) = &correlation.condition else { return None };
    let rules =
        matches!(correlation.kind, CorrelationKind::Temporal | CorrelationKind::TemporalOrdered);
    let counts =
        matches!(correlation.kind, CorrelationKind::EventCount | CorrelationKind::ValueCount);
    if !rules && !counts {
        return None;
    }
    // A group that is looked at has an event, and so one rule at least.
    #[allow(clippy::cast_precision_loss, reason = "nobody lists 2^53 rules")]
    let most: f64 = if rules { correlation.inputs.len() as f64 } else { f64::INFINITY };
    let least: f64 = if correlation.kind == CorrelationKind::ValueCount { 0.0 } else { 1.0 };
    let (mut low, mut high) = (least, most);
    for (test, value) in tests {
        match test {
            CorrelationTest::Gt => low = low.max(value.floor() + 1.0),
            CorrelationTest::Gte => low = low.max(value.ceil()),
            CorrelationTest::Lt => high = high.min(value.ceil() - 1.0),
            CorrelationTest::Lte => high = high.min(value.floor()),
            CorrelationTest::Eq => {
                low = low.max(*value);
                high = high.min(*value);
            }
            CorrelationTest::Neq => {}
        }
    }
    let text = if low > high {
        if rules && high >= most {
            format!("the condition asks for {low} of {most} rules")
        } else {
            "no number meets all comparisons".to_owned()
        }
    } else if counts
        && tests.iter().all(|(test, _)| matches!(test, CorrelationTest::Gt | CorrelationTest::Gte))
        && low <= 1.0
    {
        "one event is enough, so that the correlation is found with each".to_owned()
    } else {
        return None;
    };
    Some(Diagnostic::warning(&IMPOSSIBLE_COUNT, text).at(span))
}
