//! Rule packs of the vendors, as they are, become [`Rule`]s.

mod rule;

pub use rule::{
    Exception, ExceptionEntry, Language, Named, Notable, Origin, Risk, RiskObject, Rule, RuleKind,
    Schedule, Severity, Status, Threat, Vendor, Version,
};
