//! More alerts a run than the framework lets through.

use super::Subject;
use crate::Vendor;
use crate::codes::TOO_MANY_SIGNALS;
use tripline_diag::Diagnostic;

/// `xpack.alerting.rules.run.alerts.max` unless an administrator raised it.
const FRAMEWORK: u64 = 1000;

pub(super) fn check(subject: &Subject<'_>, found: &mut Vec<Diagnostic>) {
    let rule = subject.rule;
    if rule.vendor == Vendor::Elastic && rule.max_signals > FRAMEWORK {
        let text = format!(
            "`max_signals` is {}, but Kibana raises at most {FRAMEWORK} alerts a run",
            rule.max_signals
        );
        let help = "a rule that finds so much needs a narrower query, a threshold or suppression";
        found.push(Diagnostic::warning(&TOO_MANY_SIGNALS, text).help(help));
    }
}
