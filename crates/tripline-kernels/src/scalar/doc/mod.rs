//! Under construction.

use super::Function;

/// The family's functions, one file each.
pub(super) static FUNCTIONS: &[&Function] = &[];
