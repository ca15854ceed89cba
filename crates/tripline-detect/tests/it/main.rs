//! Tests of the runtime: schedules, caps, order, alerts.

mod caps;
mod documents;
mod order;
mod searches;
mod support;
mod terms;
