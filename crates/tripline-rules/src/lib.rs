//! Rule packs of the vendors, as they are, become [`Rule`]s; rules become plans.
//!
//! ```text
//! files ─ load ─▶ RuleSet { rules, macros, lookups, statements, problems }
//!                   ├─ compile(rule, version) ─▶ plan, diagnostics
//!                   ├─ lint(rule) ─────────────▶ diagnostics
//!                   └─ lookup_table(name), statements_of(rule) …
//! ```
//!
//! Loading never fails: what is wrong with a file is a [`Problem`] with its place, and the other
//! files load. This crate reads files; it has no clock, no network, and sees no event.
//!
//! ```
//! use tripline_rules::{LoadOptions, load};
//! use tripline_schema::Schema;
//!
//! let set = load(&["../../rules/outbound-smb".into()], &LoadOptions::default());
//! let rule = set.find("Direct Outbound SMB Connection").expect("it is in that folder");
//! assert_eq!(rule.severity.word(), "medium");
//! let compiled = set.compile(rule, Some(3), Schema::builtin());
//! assert!(compiled.plan.is_some(), "version 3 was a KQL query");
//! ```

mod ad_hoc;
mod aliases;
mod assets;
mod cases;
mod codes;
mod columns;
mod compile;
mod elastic;
mod exceptions;
mod front_end;
mod lints;
mod load;
mod lookup;
mod macros;
mod report;
mod rule;
mod set;
mod sigma;
mod splunk;
mod statements;
mod value;

pub use assets::{AssetTable, load_assets};
pub use cases::{
    Case, CaseLogs, CaseOptions, CaseSet, CaseSettings, CaseState, Expected, ExpectedAlert,
    load_cases,
};
pub use codes::CODES;
pub use exceptions::load_exceptions;
pub use lints::{lint, lint_filters};
pub use load::load;
pub use lookup::{LookupDefinition, LookupStore, LookupTable, MatchType};
pub use macros::{Macro, Macros};
pub use rule::{
    Condition, EventException, Exception, ExceptionEntry, Language, Named, Notable, Origin,
    Overrides, Risk, RiskObject, Rule, RuleKind, Schedule, Severity, Status, Suppression, Threat,
    ThreatEntry, ThreatMatch, Vendor, Version,
};
pub use set::{LoadOptions, Problem, RuleSet};
pub use sigma::{SigmaFilter, SigmaTest, resolve_reference, sigma_tests};
pub use statements::{Said, Statement, statements_by_technique, statements_of};
