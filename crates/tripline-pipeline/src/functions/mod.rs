//! Our kernels as DataFusion's functions.

mod aggregate;
pub(crate) mod cells;
mod condition;
mod expansion;
mod occurrence;
mod row;
mod sort_key;

pub(crate) use aggregate::aggregate;
pub(crate) use condition::condition;
pub(crate) use expansion::expansion_fits;
pub(crate) use occurrence::occurrence;
pub(crate) use row::{row, row_many};
pub(crate) use sort_key::sort_key;

use std::sync::atomic::{AtomicU64, Ordering};

/// Functions carry closures, which cannot be compared: each is equal only to itself.
fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// Equality and hash by the field `id`.
macro_rules! by_id {
    ($type:ty) => {
        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.id == other.id
            }
        }
        impl Eq for $type {}
        impl std::hash::Hash for $type {
            fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
                self.id.hash(state);
            }
        }
    };
}
use by_id;
