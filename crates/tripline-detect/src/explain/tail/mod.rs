//! What the tail made of the hits: one file a kind.

mod correlation;
mod indicators;
mod sample;
mod sequence;
mod terms;
mod threshold;

use super::watch::{FilterWatch, HitAt, Wanted};
use super::{Case, Place, Why};
use crate::alert::Alert;
use crate::run::WindowMode;
use crate::schedule::Ticks;
use std::sync::Arc;
use tripline_ir::{FieldRef, JoinKey, Plan, Step, Tail};

/// What a kind of tail has to say.
struct Hits<'a> {
    case: &'a Case<'a>,
    filters: &'a [FilterWatch],
    range: (i64, i64),
    alerts: &'a [Alert],
    wanted: Option<&'a Wanted>,
}

/// What became of the hits, apart from what is done with findings.
pub(super) fn reasons(
    case: &Case<'_>,
    filters: &[FilterWatch],
    range: Option<(i64, i64)>,
    alerts: &[Alert],
    wanted: Option<&Wanted>,
) -> Vec<Why> {
    let hits = Hits { case, filters, range: range.unwrap_or_default(), alerts, wanted };
    match &case.plan.tail {
        Tail::Sequence(sequence) => sequence::reasons(&hits, sequence),
        Tail::Sample(sample) => sample::reasons(&hits, sample),
        Tail::NewTerms(terms) => terms::reasons(&hits, terms),
        Tail::Threshold(threshold) => threshold::reasons(&hits, threshold),
        Tail::IndicatorMatch(matching) => indicators::reasons(&hits, matching),
        Tail::Pipeline(_) if filters[0].hits > 0 && alerts.is_empty() => vec![Why::new(
            "empty_result",
            format!(
                "{} events go into the search, and its commands leave no row of them; `tripline \
                 query` shows what each part of the search returns.",
                filters[0].hits
            ),
        )],
        Tail::Correlation(plan) => correlation::reasons(&hits, plan),
        Tail::Each { .. } | Tail::Pipeline(_) => vec![],
    }
}

/// What the reasons need of each filter's hits: the fields that the tail joins, groups or counts
/// by.
pub(super) fn kept_fields(plan: &Plan) -> Vec<Vec<FieldRef>> {
    let mut kept: Vec<Vec<FieldRef>> = vec![vec![]; plan.filters.len()];
    let mut keys = |step: &Step| {
        kept[step.filter] = step.keys.iter().map(|k| k.field.clone()).collect();
    };
    match &plan.tail {
        Tail::Each { .. } | Tail::Pipeline(_) => {}
        Tail::Correlation(correlation) => {
            kept = correlation.fields_by_filter(plan.filters.len());
        }
        Tail::Sequence(sequence) => {
            sequence.steps.iter().chain(&sequence.until).for_each(&mut keys);
        }
        Tail::Sample(sample) => sample.steps.iter().for_each(&mut keys),
        Tail::NewTerms(terms) => kept[0].clone_from(&terms.fields),
        Tail::Threshold(threshold) => {
            let counted = threshold.cardinality.iter().map(|(field, _)| field);
            kept[0] = threshold.fields.iter().chain(counted).cloned().collect();
        }
        Tail::IndicatorMatch(matching) => {
            let entries = || matching.groups.iter().flatten();
            kept[0] = entries().map(|entry| entry.field.clone()).collect();
            if let Some(indicators) = kept.get_mut(1) {
                *indicators = entries().map(|entry| entry.indicator.clone()).collect();
            }
        }
    }
    kept
}

impl Hits<'_> {
    /// The length of the rule's look-back in nanoseconds; none where everything is one window.
    fn look_back(&self) -> Option<i64> {
        if self.case.options.window == WindowMode::All {
            return None;
        }
        Ticks::new(&self.case.choice.rule.schedule, &self.case.options.zone)
            .ok()
            .and_then(|ticks| ticks.length())
    }

    /// The hit that was asked for.
    fn asked(&self, filter: usize) -> Option<&HitAt> {
        let wanted = self.wanted?;
        self.filters[filter].kept.iter().find(|hit| {
            hit.record == wanted.record
                && wanted
                    .input
                    .as_ref()
                    .is_none_or(|n| *hit.input == **n || hit.input.ends_with(&format!("/{n}")))
        })
    }
}

impl HitAt {
    fn place(&self) -> Place {
        Place {
            input: Arc::clone(&self.input),
            record: self.record,
            source: Arc::clone(&self.source),
            time: self.time,
        }
    }
}

/// The names of join keys.
fn key_names(keys: &[JoinKey]) -> String {
    let names: Vec<String> = keys.iter().map(|k| format!("`{}`", k.field.name)).collect();
    names.join(", ")
}

/// The values of a key.
fn key_values(key: &[Option<Arc<str>>]) -> String {
    let values: Vec<String> = key
        .iter()
        .map(|v| v.as_ref().map_or("(absent)".to_owned(), |v| format!("`{v}`")))
        .collect();
    values.join(", ")
}

/// Values in quotes.
fn quoted<'a>(values: impl IntoIterator<Item = &'a Arc<str>>) -> String {
    values.into_iter().map(|v| format!("`{v}`")).collect::<Vec<_>>().join(", ")
}

/// Nanoseconds as people write them.
pub(crate) fn span(nanoseconds: i64) -> String {
    let seconds = nanoseconds as f64 / 1e9;
    let round = |n: f64| {
        let text = format!("{n:.1}");
        text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
    };
    match seconds {
        s if s < 0.001 => format!("{nanoseconds} ns"),
        s if s < 1.0 => format!("{} ms", round(s * 1000.0)),
        s if s < 120.0 => format!("{} s", round(s)),
        s if s < 7200.0 => format!("{} min", round(s / 60.0)),
        s if s < 172_800.0 => format!("{} h", round(s / 3600.0)),
        s => format!("{} days", round(s / 86_400.0)),
    }
}

/// `1 event`, `2 events`.
fn events(count: usize) -> String {
    if count == 1 { "1 event".to_owned() } else { format!("{count} events") }
}

#[cfg(test)]
mod tests {
    #[test]
    fn spans_as_people_write_them() {
        for (nanoseconds, text) in [
            (500, "500 ns"),
            (1_500_000, "1.5 ms"),
            (60_000_000_000, "60 s"),
            (90 * 60_000_000_000, "90 min"),
            (72 * 3_600_000_000_000, "3 days"),
        ] {
            assert_eq!(super::span(nanoseconds), text);
        }
    }
}
