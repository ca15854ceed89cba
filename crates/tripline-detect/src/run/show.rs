//! Records as alerts show them: fetched, decoded with all their fields, named in a vocabulary.

use super::Error;
use super::collect::Harvest;
use super::findings::view_of;
use crate::alert::{EventView, Fields, Pending, Viewer, common_entities, reason_of};
use crate::evidence::Reader;
use std::cell::OnceCell;
use std::sync::Arc;
use tripline_kernels::mapping::Assets;
use tripline_rules::Rule;
use tripline_schema::{Schema, View};

/// So many records are remembered as they were shown last: several rules see the same one, and what
/// they find comes out at the same time.
const RECENT: usize = 64;

/// Shows records, on one thread.
pub(super) struct Show<'a> {
    schema: &'a Schema,
    assets: Option<&'a dyn Assets>,
    viewer: Viewer,
    /// By harvest.
    readers: Vec<Reader>,
    recent: Vec<Shown>,
    /// Which of them makes room next.
    next: usize,
}

/// A record.
struct Shown {
    harvest: u32,
    event: u32,
    /// The event without fields and index.
    event_view: EventView,
    views: Vec<Viewed>,
}

/// A record in a vocabulary.
struct Viewed {
    view: View,
    fields: Fields,
    telling: OnceCell<Telling>,
}

/// What rules of one vendor say of an event.
pub(super) struct Telling {
    /// The line of the event itself.
    pub(super) line: String,
    /// Its entities, where the rule names none.
    pub(super) entities: Arc<[(String, String)]>,
}

impl<'a> Show<'a> {
    pub(super) fn new(schema: &'a Schema, assets: Option<&'a dyn Assets>) -> Self {
        Self { schema, assets, viewer: Viewer::default(), readers: vec![], recent: vec![], next: 0 }
    }

    /// The event of a record; without a view it has no fields.
    pub(super) fn event(
        &mut self,
        harvests: &[Harvest],
        of: &Pending,
        view: Option<&View>,
    ) -> Result<EventView, Error> {
        let at = self.recent(harvests, of)?;
        let fields = match view {
            None => Fields::default(),
            Some(view) => {
                let viewed = self.viewed(harvests, at, view);
                self.recent[at].views[viewed].fields.clone()
            }
        };
        Ok(self.recent[at].as_of(of, fields))
    }

    /// The event of a record, and what rules like this one say of it.
    pub(super) fn telling(
        &mut self,
        harvests: &[Harvest],
        of: &Pending,
        rule: &Rule,
    ) -> Result<(EventView, &Telling), Error> {
        let at = self.recent(harvests, of)?;
        let viewed = self.viewed(harvests, at, &view_of(rule));
        let recent = &self.recent[at];
        let Viewed { fields, telling, .. } = &recent.views[viewed];
        let telling = telling.get_or_init(|| Telling {
            line: reason_of(fields),
            entities: common_entities(rule.vendor, fields),
        });
        Ok((recent.as_of(of, fields.clone()), telling))
    }

    /// Where the record is among the recent ones.
    fn recent(&mut self, harvests: &[Harvest], of: &Pending) -> Result<usize, Error> {
        let same = |shown: &Shown| (shown.harvest, shown.event) == (of.harvest, of.event);
        if let Some(at) = self.recent.iter().position(same) {
            return Ok(at);
        }
        let harvest = &harvests[of.harvest as usize];
        let number = of.harvest as usize;
        if self.readers.len() <= number {
            self.readers.resize_with(number + 1, Reader::default);
        }
        let place = harvest.records.place(of.event);
        let raw = self.readers[number].get(&harvest.store, place).map_err(Error::Storage)?;
        let batch = harvest.records.batch(of.event);
        let stream = &harvest.streams[batch.stream as usize];
        let event_view = EventView {
            id: harvest.records.id(of.event).into(),
            index: "".into(),
            source: Arc::clone(&stream.mapping.id),
            input: Arc::clone(&harvest.inputs[batch.input as usize]),
            record: super::records::record_number(harvest.records.order(of.event)),
            time: 0,
            fields: Fields::default(),
            raw: match std::str::from_utf8(raw) {
                Ok(text) => text.into(),
                Err(_) => String::from_utf8_lossy(raw).into(),
            },
        };
        let shown = Shown { harvest: of.harvest, event: of.event, event_view, views: vec![] };
        if self.recent.len() < RECENT {
            self.recent.push(shown);
            return Ok(self.recent.len() - 1);
        }
        let at = self.next;
        self.next = (self.next + 1) % RECENT;
        self.recent[at] = shown;
        Ok(at)
    }

    /// Where the record's fields in a vocabulary are.
    fn viewed(&mut self, harvests: &[Harvest], at: usize, view: &View) -> usize {
        let shown = &mut self.recent[at];
        if let Some(at) = shown.views.iter().position(|viewed| viewed.view == *view) {
            return at;
        }
        let harvest = &harvests[shown.harvest as usize];
        let stream = harvest.records.batch(shown.event).stream as usize;
        let mapping = &harvest.streams[stream].mapping;
        let raw = &shown.event_view.raw;
        let fields = self.viewer.view(self.schema, mapping, raw, view, self.assets);
        shown.views.push(Viewed { view: view.clone(), fields, telling: OnceCell::new() });
        shown.views.len() - 1
    }
}

impl Shown {
    fn as_of(&self, of: &Pending, fields: Fields) -> EventView {
        EventView { index: Arc::clone(&of.index), time: of.time, fields, ..self.event_view.clone() }
    }
}
