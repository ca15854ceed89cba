//! GeoIP from MaxMind databases.

use std::net::IpAddr;
use std::path::{Path, PathBuf};
use tripline_pipeline::{GeoIp, GeoPlace};

/// A MaxMind database of cities or countries.
#[derive(Debug)]
pub struct GeoDatabase {
    reader: maxminddb::Reader<Vec<u8>>,
}

/// A file that is no such database.
#[derive(Debug)]
pub struct GeoError {
    path: PathBuf,
    detail: String,
}

impl std::fmt::Display for GeoError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.detail)
    }
}

impl std::error::Error for GeoError {}

impl GeoDatabase {
    /// Opens a database. Errors: the file cannot be read, is no MaxMind database, or knows neither
    /// cities nor countries.
    pub fn open(path: &Path) -> Result<Self, GeoError> {
        let fail = |detail: String| GeoError { path: path.to_owned(), detail };
        let bytes = std::fs::read(path).map_err(|e| fail(e.to_string()))?;
        let reader = maxminddb::Reader::from_source(bytes)
            .map_err(|e| fail(format!("not a MaxMind database ({e})")))?;
        let kind = &reader.metadata().database_type;
        if !kind.contains("City") && !kind.contains("Country") {
            return Err(fail(format!(
                "a database of type {kind} knows neither cities nor countries"
            )));
        }
        Ok(Self { reader })
    }
}

impl GeoIp for GeoDatabase {
    fn locate(&self, ip: IpAddr) -> Option<GeoPlace> {
        let found = self.reader.lookup(ip).ok()?;
        let city: maxminddb::geoip2::City = found.decode().ok()??;
        let name = |text: Option<&str>| text.map(str::to_owned);
        Some(GeoPlace {
            city: name(city.city.names.english),
            country: name(city.country.names.english),
            region: city.subdivisions.first().and_then(|s| name(s.names.english)),
            lat: city.location.latitude,
            lon: city.location.longitude,
            continent: name(city.continent.names.english),
            metro_code: city.location.metro_code.map(|code| code.to_string()),
            timezone: name(city.location.time_zone),
        })
    }
}
