//! The runtime: rules over logs, with the vendors' schedules, and alerts out of it.
//!
//! ```text
//! inputs ─ workers: decode ▶ match ▶ collect hits ─ merge by (time, order)
//!    └▶ per rule: tail (each · sequence · new terms · pipeline) over the windows of its schedule
//!         └▶ Alert: identity and dedupe, reason, entities, evidence, notables, risk
//! ```
//!
//! Entry points: [`hunt`] runs a set of rules over inputs; [`query`] runs one query. Nothing here
//! reads a wall clock: the caller passes `now`.

mod alert;
mod assets;
mod correlate;
mod cron;
mod evidence;
mod explain;
mod geoip;
mod json;
mod run;
mod schedule;
mod summary;
mod time;
mod unit_test;

pub use alert::{
    Alert, AlertKind, Candidate, CorrelationResult, Enrichment, EventView, Fate, Fields,
    NotableEvent, RiskEvent, Suppressed, ThresholdResult, Values, suppress, to_elastic,
};
pub use assets::AssetSource;
pub use explain::{
    Conjunct, ExplainOptions, Explanation, FieldSeen, FilterStory, LeafView, Place, REASONS, Reach,
    Shown, SourceSeen, Truth, Why, explain,
};
pub use geoip::{GeoDatabase, GeoError};
pub use json::json_text;
pub use run::{
    CODES, Detail, Error, Findings, Head, Hunt, HuntOptions, Progress, Selected, Silent,
    WindowMode, hunt, query, search,
};
pub use schedule::{Ticks, Window};
pub use summary::{RuleOutcome, RuleState, Summary};
pub use time::iso;
pub use unit_test::{CaseResult, Verdict, run_case};
