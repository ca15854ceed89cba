//! What plans are bound to: once for each stream, by whichever thread meets it first.

use super::Matcher;
use super::bind::Bound;
use foldhash::fast::FixedState;
use hashbrown::HashMap;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tripline_events::Stream;
use tripline_schema::Mapping;

/// A stream as the matcher sees it: its source, whether it was recognised, and its indices.
pub(super) type StreamKey = (Arc<str>, bool, Vec<Arc<str>>);

/// A source, whether it was recognised, and the filters that its indices admit.
type AdmittedKey = (Arc<str>, bool, Vec<bool>);

/// What has been bound so far. Streams of one mapping whose indices admit the same filters are
/// bound alike: documents that name their own index make many streams.
#[derive(Default)]
pub(super) struct Bindings {
    known: Mutex<Known>,
    /// How many mappings of the schema were looked at by threads that had nothing else to do.
    ahead: AtomicUsize,
}

#[derive(Default)]
struct Known {
    by_stream: HashMap<StreamKey, Arc<Binding>, FixedState>,
    by_admitted: HashMap<AdmittedKey, Arc<Binding>, FixedState>,
}

#[derive(Default)]
struct Binding {
    /// Some thread has begun.
    begun: AtomicBool,
    bound: OnceLock<Arc<Bound>>,
}

impl Matcher {
    /// The plans as bound to a stream; made once.
    pub(super) fn bound(&self, stream: &Stream) -> Arc<Bound> {
        let recognised = stream.recognised;
        let binding = self.binding(&stream.mapping, recognised, &stream.indices);
        if binding.bound.get().is_none() && binding.begun.swap(true, Ordering::Relaxed) {
            // Another thread is at it. Where this source is, others of its product will be soon.
            let product = product(&stream.mapping);
            while binding.bound.get().is_none() && self.bind_ahead(product, recognised) {}
        }
        self.bind(&binding, &stream.mapping, recognised, &stream.indices)
    }

    fn binding(
        &self,
        mapping: &Arc<Mapping>,
        recognised: bool,
        indices: &[Arc<str>],
    ) -> Arc<Binding> {
        let key = (Arc::clone(&mapping.id), recognised, indices.to_vec());
        // A thread that panicked left nothing half done in the maps.
        let known = || self.bound.known.lock().unwrap_or_else(PoisonError::into_inner);
        let binding = known().by_stream.get(&key).cloned();
        binding.unwrap_or_else(|| {
            let admitted = self.scopes.admitted(mapping, indices);
            let mut known = known();
            let alike = (Arc::clone(&mapping.id), recognised, admitted);
            let alike = known.by_admitted.entry(alike);
            let binding = Arc::clone(alike.or_default());
            known.by_stream.insert(key, Arc::clone(&binding));
            binding
        })
    }

    /// Waits for another thread that is at it.
    fn bind(
        &self,
        binding: &Binding,
        mapping: &Arc<Mapping>,
        recognised: bool,
        indices: &[Arc<str>],
    ) -> Arc<Bound> {
        let bound = binding.bound.get_or_init(|| {
            let admitted = self.scopes.admitted(mapping, indices);
            Arc::new(Bound::new(self, mapping, recognised, &admitted))
        });
        Arc::clone(bound)
    }

    /// Binds a further source of a product. False: there is none.
    fn bind_ahead(&self, wanted: &str, recognised: bool) -> bool {
        loop {
            let at = self.bound.ahead.fetch_add(1, Ordering::Relaxed);
            let Some(mapping) = self.schema.mappings().get(at) else { return false };
            if product(mapping) != wanted {
                continue;
            }
            let indices = &mapping.elastic.indices;
            let binding = self.binding(mapping, recognised, indices);
            if !binding.begun.swap(true, Ordering::Relaxed) {
                self.bind(&binding, mapping, recognised, indices);
                return true;
            }
        }
    }
}

/// The first part of a source's name.
fn product(mapping: &Mapping) -> &str {
    mapping.id.split('.').next().unwrap_or_default()
}
