//! What the binary carries: catalogues and mapping files. A new mapping file is one line here;
//! sources are tried in this order when a record is recognised.

/// ECS fields.
pub(crate) const ECS: &str = include_str!("../data/ecs.tsv");

/// Data models.
pub(crate) const CIM: &str = include_str!("../data/cim.tsv");

macro_rules! files {
    ($($name:literal,)*) => {
        /// The mapping files.
        pub(crate) const FILES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("../../../mappings/", $name))),)*];
    };
}

files! {
    "zeek.toml",
}
