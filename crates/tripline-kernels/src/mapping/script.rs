//! How random a script looks: `script_stat`.
//!
//! Elastic's pipeline of PowerShell's event 4104 measures each script block; rules on obfuscation
//! ask for high entropy (many different characters, evenly used) together with a high deviation of
//! the surprisal (some much rarer than others).

use std::collections::BTreeMap;

/// Where a signed script's signature starts: base64, which would look random.
const SIGNATURE: &str = "# SIG # Begin signature block";

/// A script without characters has no statistics.
pub(super) fn stat(script: &str, what: &str) -> Option<String> {
    let script = script.split_once(SIGNATURE).map_or(script, |(before, _)| before);
    // As the product counts: UTF-16 units. Most are ASCII.
    let mut ascii = [0u32; 128];
    let mut others: BTreeMap<u16, u32> = BTreeMap::new();
    for unit in script.encode_utf16() {
        match ascii.get_mut(usize::from(unit)) {
            Some(count) => *count += 1,
            None => *others.entry(unit).or_default() += 1,
        }
    }
    let counts = || ascii.iter().chain(others.values()).filter(|n| **n > 0);
    let length: u32 = counts().sum();
    if length == 0 {
        return None;
    }
    let shares = || counts().map(|n| f64::from(*n) / f64::from(length));
    let entropy: f64 = shares().map(|p| -p * p.log2()).sum();
    match what {
        "length" => Some(length.to_string()),
        "symbols" => Some(counts().count().to_string()),
        "entropy" => Some(print(entropy)),
        "surprisal" => {
            let variance: f64 = shares().map(|p| p * (-p.log2() - entropy).powi(2)).sum();
            Some(print(variance.max(0.0).sqrt()))
        }
        _ => None,
    }
}

/// Without the noise of the last digits; never `-0`.
fn print(n: f64) -> String {
    let text = format!("{n:.9}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}
