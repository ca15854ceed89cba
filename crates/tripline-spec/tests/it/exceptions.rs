//! The example with the asset table and the exceptions that the catalogue suggests.

use crate::support::{NOW, all, our_rules, root, run};
use std::sync::Arc;
use tripline_detect::{Alert, AssetSource, HuntOptions};
use tripline_events::discover;
use tripline_rules::{LoadOptions, load, load_assets};

/// A partner's address that the asset table calls internal.
const PARTNER: &str = "2.125.160.216";

fn concerns(alert: &Alert) -> bool {
    alert.entities.iter().any(|(_, value)| value == PARTNER)
}

#[test]
fn what_is_internal_is_not_alerted() {
    let folder = root().join("examples/outbound-smb");
    let inputs = discover(&[folder.join("logs")], None).unwrap();
    let set = our_rules();
    let before = run(&inputs, &set, &all(&set), &HuntOptions::at(NOW));
    assert!(before.alerts.iter().any(concerns));

    let pack = root().join("rules/outbound-smb");
    let options = LoadOptions {
        exceptions: vec![pack.join("exceptions/internal-networks.toml")],
        ..LoadOptions::default()
    };
    let set = load(&[pack], &options);
    let problems: Vec<String> = set.problems.iter().map(|p| p.render(false)).collect();
    assert!(problems.is_empty(), "{}", problems.concat());
    let table = load_assets(&folder.join("assets.csv")).unwrap();
    let mut options = HuntOptions::at(NOW);
    options.assets = Some(Arc::new(AssetSource(table)));
    let after = run(&inputs, &set, &all(&set), &options);

    let left: Vec<&Alert> = after.alerts.iter().filter(|a| concerns(a)).collect();
    assert!(left.is_empty(), "{left:#?}");
    let others = before.alerts.iter().filter(|a| !concerns(a)).map(|a| &a.id);
    assert!(others.eq(after.alerts.iter().map(|a| &a.id)), "no other alert changes");
}
