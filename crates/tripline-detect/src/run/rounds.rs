//! Alerts as a source: rules that read `.alerts-security.*` run after the others, over what those
//! have raised, and then over what they raise themselves, until nothing new comes.
//!
//! A document of an alert goes the way of every record: through the decoder, the matcher and the
//! evidence store. Its time is the run that raised it. A rule never sees alerts of its own, nor
//! alerts that come from them, so that no rule feeds itself; rules that feed each other in a circle
//! are stopped after [`ROUNDS`].

use super::collect::{Collector, Harvest, cut};
use super::findings::{Detail, Finding, Maker};
use super::finish::Finished;
use super::prepare::Prepared;
use super::show::Show;
use super::{Error, HuntOptions, finish_all, with_state};
use crate::alert::{ALERT_SOURCE, Alert, AlertKind, EventView, dig, to_elastic};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64};
use tripline_events::{Decoder, Input, Options};
use tripline_ir::{Plan, Scope};
use tripline_rules::Vendor;
use tripline_schema::{IndexPatterns, Schema};

/// The index of alerts.
const INDEX: &str = ".alerts-security.alerts-default";

/// Alerts on alerts on alerts: no deeper than this.
const ROUNDS: usize = 8;

/// Documents are written and read in pieces of about this many bytes.
const PIECE: usize = 4 << 20;

/// The documents of so many alerts are made before they are read, and those of so many by one thread.
const TOGETHER: usize = 512;
const SHARE: usize = 64;

/// Whether a plan reads alerts. The index is a hidden one: only a pattern that begins with a dot
/// means it.
pub(super) fn reads_alerts(plan: &Plan) -> bool {
    plan.filters.iter().any(|filter| match &filter.scope {
        Scope::Indices(patterns) => {
            let hidden = |pattern: &Arc<str>| {
                let local = pattern.split_once(':').map_or(&**pattern, |(_, local)| local);
                local.starts_with('.')
            };
            patterns.iter().any(hidden) && IndexPatterns::new(patterns.clone()).matches(INDEX)
        }
        _ => false,
    })
}

/// What a run over alerts needs.
pub(super) struct Rounds<'a> {
    pub(super) prepared: &'a Prepared<'a>,
    pub(super) schema: &'a Schema,
    pub(super) options: &'a HuntOptions,
    /// First and last event time of the data.
    pub(super) range: Option<(i64, i64)>,
    /// Rank of the first input that is not there yet: alerts come after all logs.
    pub(super) rank: u32,
}

impl Rounds<'_> {
    /// Runs these rules over the logs' hits in `harvests` and over the alerts of the others. What
    /// they found, in their order.
    pub(super) fn run(
        &self,
        rules: &[usize],
        alerts: &[Finding],
        harvests: &mut Vec<Harvest>,
    ) -> Result<Vec<Finished>, Error> {
        let first: Vec<&Finding> = alerts.iter().collect();
        harvests.push(self.harvest(&first, rules, harvests, self.rank)?);
        let fixed = harvests.len();
        let mut known: Vec<String> = Vec::new();
        for _ in 0..ROUNDS {
            cut(harvests, self.prepared.cap);
            let mut found = self.finish(rules, harvests)?;
            let raised: Vec<&Finding> = found.iter().flat_map(|f| &f.findings).collect();
            let id = |finding: &&Finding| finding.head(self.prepared).id.to_owned();
            let mut ids: Vec<String> = raised.iter().map(id).collect();
            ids.sort_unstable();
            ids.dedup();
            if ids == known {
                unread(&harvests[fixed - 1..], &mut found);
                return Ok(found);
            }
            known = ids;
            // They may rest on what the round before has raised.
            let next = self.harvest(&raised, rules, harvests, self.rank + PIECES)?;
            harvests.truncate(fixed);
            harvests.push(next);
        }
        let mut found = self.finish(rules, harvests)?;
        for finished in found.iter_mut().filter(|f| !f.findings.is_empty()) {
            {
                finished.warnings.push(format!(
                    "rules that read each other's alerts still find new ones after {ROUNDS} \
                     rounds; what comes after is not looked at"
                ));
            }
        }
        unread(&harvests[fixed - 1..], &mut found);
        Ok(found)
    }

    fn finish(&self, rules: &[usize], harvests: &[Harvest]) -> Result<Vec<Finished>, Error> {
        let (schema, options) = (self.schema, self.options);
        let found = finish_all(self.prepared, rules, harvests, schema, options, self.range)?;
        Ok(found.into_iter().map(|(_, finished)| finished).collect())
    }

    /// The hits of rules among alerts, which rest on what is in `harvests`.
    fn harvest(
        &self,
        alerts: &[&Finding],
        rules: &[usize],
        harvests: &[Harvest],
        rank: u32,
    ) -> Result<Harvest, Error> {
        let (stop, bytes, events) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU64::new(0));
        let mut collector = Collector::new(self.prepared, true, &stop, &bytes, &events);
        let options = Options {
            source: Some(ALERT_SOURCE.into()),
            batch_rows: self.options.batch_rows.max(1),
            require_time: true,
            max_record_bytes: usize::MAX,
            ..Options::default()
        };
        let mut decoder = Decoder::new(self.schema, self.prepared.matcher.clone(), options)
            .map_err(|error| Error::Options(error.to_string()))?;
        // Alerts of rules in Sigma are in no index of Elastic's.
        let mut alerts: Vec<&Finding> = alerts
            .iter()
            .copied()
            .filter(|f| f.head(self.prepared).rule.vendor != Vendor::Sigma)
            .collect();
        // The order in which they stand, and so what decides between those of one instant, must not
        // depend on the order of rules.
        alerts.sort_by(|a, b| {
            let (a, b) = (a.head(self.prepared), b.head(self.prepared));
            (a.detected, a.time, &a.rule.id, a.id).cmp(&(b.detected, b.time, &b.rule.id, b.id))
        });
        alerts.dedup_by(|a, b| a.head(self.prepared).id == b.head(self.prepared).id);
        collector.rules = Some(rules.iter().copied().collect());
        let mut piece = Vec::new();
        let mut number = 0;
        for some in alerts.chunks(TOGETHER) {
            for documents in self.documents(some, harvests) {
                for (document, from) in documents? {
                    collector.lineage.push(from);
                    piece.extend_from_slice(&document);
                }
                if piece.len() >= PIECE {
                    read(&mut decoder, &mut collector, &mut piece, rank + number)?;
                    number = (number + 1).min(PIECES - 1);
                }
            }
        }
        read(&mut decoder, &mut collector, &mut piece, rank + number)?;
        let mut harvest = collector.finish();
        harvest.failure.take().map_or(Ok(harvest), |error| Err(Error::Storage(error)))
    }

    /// The documents of alerts, in their order, made on all threads.
    fn documents(
        &self,
        alerts: &[&Finding],
        harvests: &[Harvest],
    ) -> Vec<Result<Vec<Document>, Error>> {
        let shares: Vec<&[&Finding]> = alerts.chunks(SHARE).collect();
        let maker = Maker { prepared: self.prepared, harvests };
        let assets = self.options.assets.as_deref();
        with_state(
            shares.len(),
            self.options.threads,
            || Show::new(self.schema, assets),
            |show, at| {
                let mut documents = Vec::new();
                for finding in shares[at] {
                    maker.with(finding, Detail::Records, show, |alert| {
                        self.documents_of(alert, &mut documents);
                    })?;
                }
                Ok(documents)
            },
        )
    }

    fn documents_of(&self, alert: &Alert, documents: &mut Vec<Document>) {
        // The document of a group stands for itself; its events may be alerts all the same.
        let of_group: BTreeSet<String> = match alert.kind {
            AlertKind::Threshold(_) | AlertKind::Correlation(_) => {
                alert.events.iter().flat_map(rules_behind).collect()
            }
            _ => BTreeSet::new(),
        };
        for document in to_elastic(alert, self.schema) {
            let mut from = lineage(&document);
            from.extend(of_group.iter().cloned());
            let mut line = Vec::new();
            serde_json::to_writer(&mut line, &document).expect("a JSON value is written to memory");
            line.push(b'\n');
            documents.push((line, from));
        }
    }
}

/// The line of a document, and the rules that it comes from.
type Document = (Vec<u8>, BTreeSet<String>);

/// Ranks that one round takes at most.
const PIECES: u32 = 1 << 16;

fn read(
    decoder: &mut Decoder,
    collector: &mut Collector<'_>,
    piece: &mut Vec<u8>,
    rank: u32,
) -> Result<(), Error> {
    if piece.is_empty() {
        return Ok(());
    }
    collector.rank = rank;
    let input = Input::from_bytes("alerts".to_owned(), std::mem::take(piece));
    let read =
        decoder.read(&input, collector).map_err(|error| Error::Options(error.to_string()))?;
    collector.saw(&read.streams);
    collector.base += read.records;
    Ok(())
}

/// Says of alerts whose document could not be read back.
fn unread(harvests: &[Harvest], found: &mut [Finished]) {
    let rejected: u64 = harvests.iter().flat_map(|harvest| harvest.rejected.values()).sum();
    if rejected > 0 {
        for finished in found {
            finished.warnings.push(format!("{rejected} alerts could not be read as events"));
        }
    }
}

/// The rules that an alert comes from, its own included.
fn lineage(document: &Value) -> BTreeSet<String> {
    let own = dig(document, "kibana.alert.rule.uuid").and_then(Value::as_str);
    let ancestors = dig(document, "kibana.alert.ancestors").and_then(Value::as_array);
    let before = ancestors.into_iter().flatten().filter_map(|a| a.get("rule")?.as_str());
    own.into_iter().chain(before).map(str::to_owned).collect()
}

/// The rules that an event comes from, if it is an alert.
fn rules_behind(event: &EventView) -> BTreeSet<String> {
    if *event.source != *ALERT_SOURCE {
        return BTreeSet::new();
    }
    serde_json::from_str(&event.raw).map_or_else(|_| BTreeSet::new(), |record| lineage(&record))
}

#[cfg(test)]
mod tests {
    use super::*;
    use tripline_ir::{Filter, Pred, Tail};

    #[test]
    fn which_rules_read_alerts() {
        let reads = |patterns: &[&str]| {
            let scope = Scope::Indices(patterns.iter().map(|p| Arc::from(*p)).collect());
            let filter =
                Filter { scope, pred: Pred::Const(true), span: tripline_diag::Span::new(0, 0) };
            reads_alerts(&Plan { filters: vec![filter], tail: Tail::Each { pipes: vec![] } })
        };
        assert!(reads(&[".alerts-security.*"]));
        assert!(reads(&["logs-*", "*:.alerts-security.alerts-*"]));
        for patterns in [&["*"][..], &["logs-*"], &[".siem-signals-*"], &[]] {
            assert!(!reads(patterns), "{patterns:?}");
        }
    }
}
