//! Tails: what becomes of hits. Small state machines over few events.
//!
//! They see hits with their times, keys and a deterministic ordinal, and know nothing of batches
//! or columns; the same hits give the same findings in whatever order they come.

pub mod correlation;
pub mod indicators;
mod keys;
pub mod new_terms;
pub mod pipes;
pub mod sample;
pub mod sequence;
pub mod threshold;

pub use keys::{canonical, combinations, step_keys, value_order};
