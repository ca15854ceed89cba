//! Searches: the hits of each window become a table, the table goes through the pipeline, each row
//! of the result is a finding.

use super::{At, Finished, Run};
use crate::alert::{Alert, AlertKind, Fields, entities, notable_of, reason_of, risks_of, row_id};
use crate::run::prepare::CANNOT_RUN;
use crate::run::{Error, collect};
use crate::schedule::{Ticks, Window};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use tripline_diag::Diagnostic;
use tripline_ir::Pipeline;
use tripline_kernels::lookup::{Definition, LookupTable, MatchType};
use tripline_kernels::table::{Table, TableBuilder};
use tripline_pipeline::{Context, Lookups};
use tripline_schema::View;

/// The lookups of a rule set, as the pipeline asks for them: read when first asked for.
struct SetLookups<'a> {
    set: &'a tripline_rules::RuleSet,
    tables: Mutex<HashMap<String, Result<Arc<LookupTable>, String>>>,
}

impl SetLookups<'_> {
    /// Why tables could not be read, in the order of their names.
    fn failures(&self) -> Vec<String> {
        let tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        let mut failures: Vec<String> =
            tables.values().filter_map(|table| table.as_ref().err().cloned()).collect();
        failures.sort();
        failures
    }
}

impl Lookups for SetLookups<'_> {
    fn table(&self, name: &str) -> Option<Arc<LookupTable>> {
        let mut tables = self.tables.lock().unwrap_or_else(PoisonError::into_inner);
        tables
            .entry(name.to_owned())
            .or_insert_with(|| {
                let table = self
                    .set
                    .lookup_table(name)
                    .map_err(|problem| problem.diagnostic.message.clone())?;
                LookupTable::new(definition(table))
                    .map(Arc::new)
                    .map_err(|error| format!("lookup `{name}`: {error}"))
            })
            .as_ref()
            .ok()
            .cloned()
    }
}

/// A table as the kernels match it.
fn definition(table: tripline_rules::LookupTable) -> Definition {
    let of = table.definition;
    let kind = |m: tripline_rules::MatchType| match m {
        tripline_rules::MatchType::Wildcard => MatchType::Wildcard,
        tripline_rules::MatchType::Cidr => MatchType::Cidr,
    };
    Definition {
        columns: table.header,
        rows: table.rows,
        case_sensitive: of.case_sensitive,
        match_types: of.match_types.into_iter().map(|(column, m)| (column, kind(m))).collect(),
        default_match: of.default_match,
        min_matches: usize::try_from(of.min_matches).unwrap_or(usize::MAX),
        max_matches: usize::try_from(of.max_matches).unwrap_or(usize::MAX),
        longest_prefix: false,
    }
}

pub(super) fn finish(run: &mut Run<'_, '_>, plan: &Pipeline) -> Result<Finished, Error> {
    let hits = run.by_window(0);
    let windows = if matches!(run.ready().ticks, Ticks::All { .. }) {
        // The one window runs even if nothing hit: a count of nothing is a row that says 0.
        let window = Window { tick: run.range.1, from: run.range.0, to: run.range.1 };
        vec![(window, 0..hits.len())]
    } else {
        run.windows(&hits)
    };
    let tables = SetLookups { set: run.prepared.set, tables: Mutex::default() };
    let mut finished = Finished::default();
    let mut warnings: BTreeSet<String> = BTreeSet::new();
    for (window, seen) in windows {
        let mut members = hits[seen].to_vec();
        if plan.newest_first {
            members.reverse();
        }
        let input = table(run, plan, &members)?;
        let lookups = &tables;
        let context = Context {
            now: run.detected(window, run.options.now),
            zone: run.options.zone.clone(),
            lookups,
            geoip: run.options.geoip.as_deref(),
            memory_limit: run.options.pipeline_memory,
        };
        match tripline_pipeline::run(plan, input, &context) {
            Ok(output) => {
                // That there is no GeoIP database is said once for the whole run.
                let told = output.warnings.iter().filter(|w| w.code.id != "PIPE009");
                warnings.extend(told.map(ToString::to_string));
                rows(run, &output.table, window, &mut finished);
            }
            Err(error) => {
                // That there is no such table is less than why.
                let why = tables.failures();
                let text = if why.is_empty() { error.to_string() } else { why.join("; ") };
                let mut diagnostic = Diagnostic::error(&CANNOT_RUN, text);
                if let Some(span) = error.span() {
                    diagnostic = diagnostic.at(span);
                }
                finished.error = Some(diagnostic);
                break;
            }
        }
    }
    finished.warnings.extend(warnings);
    Ok(finished)
}

/// The rows that the pipeline starts with.
fn table(run: &mut Run<'_, '_>, plan: &Pipeline, members: &[At]) -> Result<Table, Error> {
    if plan.all_columns {
        return full_table(run, plan, members);
    }
    if plan.columns.is_empty() {
        // A search that only counts needs no column, but its rows.
        let mut builder = TableBuilder::new(vec!["_time".into()]);
        for at in members {
            let time = collect::epoch(at.time);
            builder.push(0, [time.as_str()]);
            builder.end_row();
        }
        return Ok(builder.finish());
    }
    let names = plan.columns.iter().map(|field| field.column().into()).collect();
    let mut builder = TableBuilder::new(names);
    for at in members {
        for cell in 0..plan.columns.len() {
            let values = run.values(*at, 0, cell);
            builder.push(cell, values.iter().map(|v| &**v));
        }
        builder.end_row();
    }
    Ok(builder.finish())
}

/// With every field of the events as a column, in the order of their names.
fn full_table(run: &mut Run<'_, '_>, plan: &Pipeline, members: &[At]) -> Result<Table, Error> {
    let mut rows: Vec<BTreeMap<String, Vec<String>>> = Vec::new();
    let mut names: BTreeSet<String> =
        plan.columns.iter().map(tripline_ir::FieldRef::column).collect();
    for at in members {
        let event = run.event(*at, 0, &View::Splunk)?;
        let splunk = &run.stream(*at, 0).1.mapping.splunk;
        let source = if splunk.source.is_empty() {
            event.input.to_string()
        } else {
            splunk.source.to_string()
        };
        let mut row: BTreeMap<String, Vec<String>> = event.fields.to_vec().into_iter().collect();
        for (name, value) in [
            ("_time", collect::epoch(event.time)),
            ("_raw", event.raw.to_string()),
            ("sourcetype", splunk.sourcetype.to_string()),
            ("source", source),
            ("index", "main".to_owned()),
        ] {
            row.entry(name.to_owned()).or_insert_with(|| vec![value]);
        }
        names.extend(row.keys().cloned());
        rows.push(row);
    }
    let names: Vec<String> = names.into_iter().collect();
    let mut builder = TableBuilder::new(names.iter().map(|n| n.as_str().into()).collect());
    for row in &rows {
        for (at, name) in names.iter().enumerate() {
            let values = row.get(name).map_or(&[][..], Vec::as_slice);
            builder.push(at, values.iter().map(String::as_str));
        }
        builder.end_row();
    }
    Ok(builder.finish())
}

/// Each row of the result is an alert.
fn rows(run: &Run<'_, '_>, table: &Table, window: Window, finished: &mut Finished) {
    let rule = &run.ready().rule;
    let columns: Arc<[Arc<str>]> = table.names.clone().into();
    for row in 0..table.rows() {
        let mut fields: Vec<(String, Vec<String>)> = Vec::new();
        for (at, name) in table.names.iter().enumerate() {
            let values: Vec<String> =
                table.cell(row, at).items().iter().map(ToString::to_string).collect();
            if !values.is_empty() {
                fields.push((name.to_string(), values));
            }
        }
        fields.sort();
        if rule.exceptions.iter().any(|e| super::super::prepare::excepts(e, &fields, window.tick)) {
            continue;
        }
        let id = row_id(&rule.id, window.from, window.to, &fields);
        let fields: Fields = fields.into();
        finished.alerts.push(Alert {
            kind: AlertKind::Row {
                from: window.from,
                to: window.to,
                columns: Arc::clone(&columns),
            },
            time: row_time(&fields, &run.options.zone).unwrap_or(window.to),
            detected: run.detected(window, window.to),
            entities: entities(rule, &fields),
            reason: reason_of(&fields),
            matched: Arc::clone(&run.matched),
            notable: notable_of(rule, &fields),
            risks: risks_of(rule, &fields),
            fields: Fields::clone(&fields),
            ..Alert::new(rule, id)
        });
    }
}

/// When what a row tells of happened: its last time, as far as it has one. A search writes times as
/// the clock of its zone shows them, without the zone.
fn row_time(fields: &Fields, zone: &TimeZone) -> Option<i64> {
    let read = |text: &str| {
        if text.parse::<Timestamp>().is_err()
            && let Ok(clock) = text.parse::<DateTime>()
        {
            let time = clock.to_zoned(zone.clone()).ok()?.timestamp();
            return i64::try_from(time.as_nanosecond()).ok();
        }
        tripline_events::parse_time(text)
    };
    ["_time", "end_time", "lastTime", "latest_time", "start_time", "firstTime"]
        .iter()
        .find_map(|name| fields.get(name).iter().next_back().and_then(read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::tz::Offset;

    #[test]
    fn the_time_of_a_row() {
        let east = TimeZone::fixed(Offset::constant(2));
        let time = |cells: &[(&str, &str)]| {
            let cells = cells.iter().map(|(n, v)| ((*n).to_owned(), vec![(*v).to_owned()]));
            row_time(&cells.collect::<Vec<_>>().into(), &east).map(crate::time::iso)
        };
        for (cells, expected) in [
            (&[("_time", "1715677200.25")][..], Some("2024-05-14T09:00:00.25Z")),
            // As `convert ctime` wrote it, by the clock of the zone.
            (
                &[("end_time", "2024-05-14T11:00:00"), ("start_time", "1")],
                Some("2024-05-14T09:00:00Z"),
            ),
            (&[("end_time", "2024-05-14T11:00:00+01:00")], Some("2024-05-14T10:00:00Z")),
            (&[("lastTime", "2024-05-14T11:00:00Z")], Some("2024-05-14T11:00:00Z")),
            (&[("count", "5")], None),
            (&[("end_time", "soon")], None),
        ] {
            assert_eq!(time(cells).as_deref(), expected, "{cells:?}");
        }
    }
}
