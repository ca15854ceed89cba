//! Records as alerts show them: fetched, decoded with all their fields, named in a vocabulary.

use super::Error;
use super::collect::Harvest;
use crate::alert::{EventView, Fields, Pending, Viewer};
use crate::evidence::Reader;
use std::sync::Arc;
use tripline_kernels::mapping::Assets;
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

struct Shown {
    harvest: u32,
    event: u32,
    raw: Arc<str>,
    view: Option<(View, Fields)>,
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
        let harvest = &harvests[of.harvest as usize];
        let batch = harvest.records.batch(of.event);
        let stream = &harvest.streams[batch.stream as usize];
        let at = self.recent(harvest, of)?;
        let fields = match view {
            None => Fields::default(),
            Some(view) => {
                let shown = &mut self.recent[at];
                match &shown.view {
                    Some((known, fields)) if known == view => Arc::clone(fields),
                    _ => {
                        let raw = shown.raw.as_bytes();
                        let viewer = &mut self.viewer;
                        let fields: Fields = viewer
                            .view(self.schema, &stream.mapping, raw, view, self.assets)
                            .into();
                        shown.view = Some((view.clone(), Arc::clone(&fields)));
                        fields
                    }
                }
            }
        };
        Ok(EventView {
            id: harvest.records.id(of.event),
            index: of.index.to_string(),
            source: Arc::clone(&stream.mapping.id),
            input: Arc::clone(&harvest.inputs[batch.input as usize]),
            record: super::records::record_number(harvest.records.order(of.event)),
            time: of.time,
            fields,
            raw: Arc::clone(&self.recent[at].raw),
        })
    }

    /// Where the record is among the recent ones.
    fn recent(&mut self, harvest: &Harvest, of: &Pending) -> Result<usize, Error> {
        let same = |shown: &Shown| (shown.harvest, shown.event) == (of.harvest, of.event);
        if let Some(at) = self.recent.iter().position(same) {
            return Ok(at);
        }
        let number = of.harvest as usize;
        if self.readers.len() <= number {
            self.readers.resize_with(number + 1, Reader::default);
        }
        let place = harvest.records.place(of.event);
        let raw = self.readers[number].get(&harvest.store, place).map_err(Error::Storage)?;
        let raw: Arc<str> = String::from_utf8_lossy(raw).into();
        let shown = Shown { harvest: of.harvest, event: of.event, raw, view: None };
        if self.recent.len() < RECENT {
            self.recent.push(shown);
            return Ok(self.recent.len() - 1);
        }
        let at = self.next;
        self.next = (self.next + 1) % RECENT;
        self.recent[at] = shown;
        Ok(at)
    }
}
