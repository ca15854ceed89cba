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
type AdmittedKey = (Arc<str>, bool, Arc<[bool]>);

pub(super) fn key(stream: &Stream) -> StreamKey {
    (Arc::clone(&stream.mapping.id), stream.recognised, stream.indices.clone())
}

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

struct Binding {
    /// For each filter of each plan, whether the stream is in its scope.
    admitted: Arc<[bool]>,
    /// Some thread has begun.
    begun: AtomicBool,
    bound: OnceLock<Arc<Bound>>,
}

impl Matcher {
    /// The plans as bound to a stream; made once.
    pub(super) fn bound(&self, stream: &Stream) -> Arc<Bound> {
        let binding = self.binding(stream);
        if binding.bound.get().is_none() && binding.begun.swap(true, Ordering::Relaxed) {
            // Another thread is at it. Where this source is, others of its product will be soon.
            while binding.bound.get().is_none() && self.bind_ahead(stream) {}
        }
        self.bind(&binding, stream)
    }

    fn binding(&self, stream: &Stream) -> Arc<Binding> {
        let key = key(stream);
        // A thread that panicked left nothing half done in the maps.
        let known = || self.bound.known.lock().unwrap_or_else(PoisonError::into_inner);
        let binding = known().by_stream.get(&key).cloned();
        binding.unwrap_or_else(|| {
            let admitted: Arc<[bool]> =
                self.scopes.admitted(&stream.mapping, &stream.indices).into();
            let mut known = known();
            let alike = (Arc::clone(&stream.mapping.id), stream.recognised, Arc::clone(&admitted));
            let alike = known.by_admitted.entry(alike).or_insert_with(|| {
                let (begun, bound) = (AtomicBool::new(false), OnceLock::new());
                Arc::new(Binding { admitted, begun, bound })
            });
            let binding = Arc::clone(alike);
            known.by_stream.insert(key, Arc::clone(&binding));
            binding
        })
    }

    /// Waits for another thread that is at it.
    fn bind(&self, binding: &Binding, stream: &Stream) -> Arc<Bound> {
        let make = || Arc::new(Bound::new(self, stream, &binding.admitted));
        Arc::clone(binding.bound.get_or_init(make))
    }

    /// Binds a further source of a stream's product. False: there is none.
    fn bind_ahead(&self, stream: &Stream) -> bool {
        loop {
            let at = self.bound.ahead.fetch_add(1, Ordering::Relaxed);
            let Some(mapping) = self.schema.mappings().get(at) else { return false };
            if product(mapping) != product(&stream.mapping) {
                continue;
            }
            let further = Stream {
                key: Arc::clone(&mapping.id),
                mapping: Arc::clone(mapping),
                indices: mapping.elastic.indices.clone(),
                recognised: stream.recognised,
            };
            let binding = self.binding(&further);
            if !binding.begun.swap(true, Ordering::Relaxed) {
                self.bind(&binding, &further);
                return true;
            }
        }
    }
}

/// The first part of a source's name.
fn product(mapping: &Mapping) -> &str {
    mapping.id.split('.').next().unwrap_or_default()
}
