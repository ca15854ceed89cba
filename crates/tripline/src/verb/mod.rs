//! The verbs, one file each.

pub mod code;
pub mod debug;
pub mod explain;
pub mod hunt;
pub mod query;
pub mod rules;
pub mod test;
