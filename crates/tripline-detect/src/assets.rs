//! The asset table as the mapping kernels ask for it.

use std::net::IpAddr;
use std::sync::Arc;
use tripline_kernels::mapping::Assets;
use tripline_rules::AssetTable;

/// An asset table in use.
#[derive(Debug, Clone)]
pub struct AssetSource(pub AssetTable);

impl Assets for AssetSource {
    fn categories(&self, ip: IpAddr) -> Vec<Arc<str>> {
        self.0.categories(ip)
    }
}
