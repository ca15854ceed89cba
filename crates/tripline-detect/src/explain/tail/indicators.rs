//! Which of the compared fields have values, and whether events and indicators share any.

use super::{Hits, events};
use crate::explain::Why;
use std::collections::HashSet;
use std::sync::Arc;
use tripline_ir::IndicatorMatch;

pub(super) fn reasons(all: &Hits<'_>, plan: &IndicatorMatch) -> Vec<Why> {
    let mut why = Vec::new();
    if !all.alerts.is_empty() || all.filters[0].hits == 0 {
        return why;
    }
    let sides: Vec<_> = all.filters.iter().map(|filter| filter.kept.as_slice()).collect();
    let [found, indicators, ..] = sides.as_slice() else { return why };
    if indicators.is_empty() {
        let text = "No event is an indicator that the rule looks at. Give the indicators with the \
                    logs: STIX bundles, or documents of a threat intelligence integration.";
        why.push(Why::new("no_indicators", text));
        return why;
    }
    let entries = plan.groups.iter().flatten().enumerate();
    for (at, entry) in entries {
        let values = |side: &[super::HitAt]| -> HashSet<Arc<str>> {
            side.iter().filter_map(|hit| hit.values.get(at)).flatten().cloned().collect()
        };
        let (of_events, of_indicators) = (values(found), values(indicators));
        let shared = of_events.intersection(&of_indicators).count();
        let with = found.iter().filter(|hit| hit.values.get(at).is_some_and(|v| !v.is_empty()));
        let text = format!(
            "`{}` is in {} of {} with {} distinct values, `{}` of {} indicators has {}; they share \
             {shared}.",
            entry.field.name,
            with.count(),
            events(found.len()),
            of_events.len(),
            entry.indicator.name,
            indicators.len(),
            of_indicators.len()
        );
        let code = if shared == 0 { "no_shared_value" } else { "shared_values" };
        why.push(Why::new(code, text));
    }
    why
}
