//! What the binary carries: catalogues and mapping files. A new mapping file is one line here.
//! Of sources that extend equally many others, those of an earlier file are tried first when a
//! record is recognised; so what takes any record stands last.

/// ECS fields.
pub(crate) const ECS: &str = include_str!("../data/ecs.tsv");

/// Fields of Elastic's integrations.
pub(crate) const INTEGRATIONS: &str = include_str!("../data/integrations.tsv");

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
    "linux-sysmon.toml",
    "windows.toml",
    "windows-sysmon.toml",
    "windows-security.toml",
    "winlogbeat.toml",
    "elastic.toml",
    "elastic-alerts.toml",
    "endgame.toml",
    "m365_defender.toml",
    "sentinelone.toml",
    "threat-indicator.toml",
    "crowdstrike.toml",
    "suricata.toml",
    "aws.toml",
    "azure.toml",
    "o365.toml",
    "okta.toml",
    "google_workspace.toml",
    "gcp.toml",
    "kubernetes.toml",
    "github.toml",
    "sigma.toml",
    "json.toml",
}
