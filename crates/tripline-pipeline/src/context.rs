//! What a pipeline gets besides rows, and what it gives.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;
use tripline_diag::{Code, Diagnostic, Span};
use tripline_kernels::lookup::LookupTable;
use tripline_kernels::table::Table;

/// What a run of a pipeline may know.
#[derive(Clone)]
pub struct Context<'a> {
    /// The run's clock, nanoseconds since 1970.
    pub now: i64,
    /// The zone of civil time.
    pub zone: jiff::tz::TimeZone,
    /// The lookup tables.
    pub lookups: &'a dyn Lookups,
    /// Where addresses are; none if there is no database.
    pub geoip: Option<&'a dyn GeoIp>,
    /// How many bytes grouping and sorting may use. The input itself does not count.
    pub memory_limit: usize,
}

/// Lookup tables by name.
pub trait Lookups {
    /// The table of that name.
    fn table(&self, name: &str) -> Option<Arc<LookupTable>>;
}

/// No lookup tables at all.
#[derive(Debug, Clone, Copy)]
pub struct NoLookups;

impl Lookups for NoLookups {
    fn table(&self, _: &str) -> Option<Arc<LookupTable>> {
        None
    }
}

/// Where addresses are.
pub trait GeoIp: Send + Sync {
    /// The place of an address; none if it is private or unknown.
    fn locate(&self, ip: IpAddr) -> Option<GeoPlace>;
}

/// A place, as far as it is known. Names are English.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GeoPlace {
    /// City.
    pub city: Option<String>,
    /// Country.
    pub country: Option<String>,
    /// State, province or region.
    pub region: Option<String>,
    /// Degrees north.
    pub lat: Option<f64>,
    /// Degrees east.
    pub lon: Option<f64>,
    /// Continent.
    pub continent: Option<String>,
    /// Metro code (United States).
    pub metro_code: Option<String>,
    /// Time zone, by its IANA name.
    pub timezone: Option<String>,
}

/// What came out.
#[derive(Debug)]
pub struct Output {
    /// The rows.
    pub table: Table,
    /// What there is to say about the run, each thing once.
    pub warnings: Vec<Warning>,
}

/// Something that a person should know about a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Warning {
    /// Which kind.
    pub code: &'static Code,
    /// One sentence without a full stop.
    pub message: String,
    /// The stage that it is about.
    pub span: Span,
}

impl Warning {
    /// As a diagnostic about the query.
    pub fn to_diagnostic(&self) -> Diagnostic {
        Diagnostic::warning(self.code, self.message.clone()).at(self.span)
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
