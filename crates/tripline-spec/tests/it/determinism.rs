//! The same alerts, byte for byte, however the work is cut.

use crate::support::{NOW, all, our_rules, root, run};
use tripline_detect::{HuntOptions, to_elastic};
use tripline_events::discover;
use tripline_schema::Schema;

#[test]
fn batches_threads_and_file_order_do_not_matter() {
    let set = our_rules();
    let selected = all(&set);
    let logs = root().join("examples/outbound-smb/logs");
    let mut known: Option<String> = None;
    for batch_rows in [1, 7, 8192] {
        for threads in [1, 4] {
            for backwards in [false, true] {
                let mut inputs = discover(std::slice::from_ref(&logs), None).unwrap();
                if backwards {
                    inputs.reverse();
                }
                let mut options = HuntOptions::at(NOW);
                options.batch_rows = batch_rows;
                options.threads = threads;
                let found = run(&inputs, &set, &selected, &options);
                assert!(!found.alerts.is_empty());
                let text: Vec<String> = found
                    .alerts
                    .iter()
                    .flat_map(|alert| to_elastic(alert, Schema::builtin()))
                    .map(|document| document.to_string())
                    .collect();
                let text = text.join("\n");
                match &known {
                    None => known = Some(text),
                    Some(known) => assert!(
                        *known == text,
                        "batches of {batch_rows}, {threads} threads, backwards {backwards}"
                    ),
                }
            }
        }
    }
}
