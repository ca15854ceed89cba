//! Alerts folded into one: the decision against a slow, obvious model, and through whole hunts.

use crate::support::{MINUTE, NINE, at_once, ecs, input, rule, run, scheduled};
use tripline_detect::{Alert, Candidate, Fate, Hunt, suppress, to_elastic};
use tripline_rules::{Language, Rule, RuleKind, Suppression};
use tripline_schema::Schema;

/// An alert as the model keeps it.
struct Kept {
    at: usize,
    group: Option<usize>,
    run: i64,
}

/// Run after run, candidate after candidate, looking through all that there is each time.
fn model(candidates: &[Candidate], duration: Option<i64>, cap: usize) -> Vec<Fate> {
    let mut fates = vec![None; candidates.len()];
    let mut alerts: Vec<Kept> = Vec::new();
    let mut runs: Vec<i64> = candidates.iter().map(|c| c.run).collect();
    runs.dedup();
    for run in runs {
        let mut raised = 0;
        let of_run = |at: &usize| candidates[*at].run == run;
        let mut of_time: Vec<usize> = (0..candidates.len()).filter(of_run).collect();
        of_time.sort_by_key(|at| candidates[*at].time);
        for at in of_time {
            if candidates[at].group.is_none() {
                fates[at] = Some(if raised < cap { Fate::Raised } else { Fate::Lost });
                if raised < cap {
                    raised += 1;
                    alerts.push(Kept { at, group: None, run });
                }
            }
        }
        // Always the oldest that has no fate yet, of equally old ones the first.
        loop {
            let open = (0..candidates.len()).filter(of_run).filter(|at| fates[*at].is_none());
            let Some(at) = open.min_by_key(|at| (candidates[*at].time, *at)) else { break };
            let group = candidates[at].group;
            let all = (0..candidates.len())
                .filter(of_run)
                .filter(|other| candidates[*other].group == group);
            let all: Vec<usize> = all.collect();
            let existing = alerts.iter().rev().find(|alert| {
                alert.group == group && duration.is_some_and(|d| alert.run >= run - d)
            });
            let target = existing.map(|alert| alert.at);
            for other in all {
                fates[other] = Some(match target {
                    Some(into) => Fate::Folded(into),
                    None if raised == cap => Fate::Lost,
                    None if other == at => Fate::Raised,
                    None => Fate::Folded(at),
                });
            }
            if target.is_none() && raised < cap {
                raised += 1;
                alerts.push(Kept { at, group, run });
            }
        }
    }
    fates.into_iter().map(Option::unwrap).collect()
}

/// Random streams of candidates, the same in every run.
#[test]
fn as_the_model_has_it() {
    let mut state = 0x2545_F491_4F6C_DD1D_u64;
    let mut below = |limit: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % limit
    };
    for case in 0..20_000 {
        let mut candidates: Vec<Candidate> = (0..below(24))
            .map(|_| {
                let run = below(12) as i64;
                let group = below(5).checked_sub(1).map(|group| group as usize);
                Candidate { run, time: run - below(6) as i64, group }
            })
            .collect();
        candidates.sort_by_key(|c| c.run);
        let duration = below(6).checked_sub(1).map(|duration| duration as i64);
        let cap = below(5) as usize;
        assert_eq!(
            suppress(&candidates, duration, cap),
            model(&candidates, duration, cap),
            "case {case}: {candidates:?} for {duration:?}, at most {cap}"
        );
    }
}

fn by(field: &str, duration: Option<i64>, group_missing: bool) -> Suppression {
    Suppression { group_by: vec![field.into()], duration, group_missing }
}

fn counts(hunt: &Hunt) -> Vec<(i64, Option<u64>)> {
    let count = |alert: &Alert| alert.suppressed.as_ref().map(|s| s.docs_count);
    hunt.alerts.iter().map(|a| ((a.detected - NINE) / MINUTE, count(a))).collect()
}

fn events(list: &[(f64, &str)]) -> Vec<String> {
    list.iter().map(|(minute, host)| ecs(*minute, "network", host, "1.1.1.1")).collect()
}

#[test]
fn within_a_run() {
    let rule = Rule {
        suppression: Some(by("host.name", None, true)),
        ..rule(Language::Kql, "event.category: network")
    };
    let events = events(&[(1.0, "a"), (2.0, "a"), (3.0, "b"), (6.0, "a"), (7.0, "a")]);
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    // The run at minute 10 sees all of them again, and has two of its own.
    assert_eq!(counts(&hunt), [(5, Some(1)), (5, Some(0)), (10, Some(1))]);
    let first = hunt.alerts[0].suppressed.as_ref().unwrap();
    assert_eq!((first.start, first.end), (NINE + MINUTE, NINE + 2 * MINUTE));
    assert_eq!(first.terms, [("host.name".to_owned(), vec!["a".to_owned()])]);
}

#[test]
fn for_a_while() {
    let rule = Rule {
        suppression: Some(by("host.name", Some(10 * MINUTE), true)),
        ..rule(Language::Kql, "event.category: network")
    };
    let events = events(&[(1.0, "a"), (6.0, "a"), (14.5, "a"), (16.0, "a"), (18.0, "a")]);
    let hunt = run(&[rule], &[input("x", &events)], &scheduled());
    // The alert of minute 5 takes up what the run of minute 15 finds, and nothing after it.
    assert_eq!(counts(&hunt), [(5, Some(2)), (20, Some(1))]);
    assert_eq!(hunt.alerts[0].suppressed.as_ref().unwrap().last, NINE + 15 * MINUTE);
}

#[test]
fn events_without_the_field() {
    let query = Rule {
        suppression: Some(by("user.name", None, true)),
        ..rule(Language::Kql, "event.category: network")
    };
    let events = events(&[(1.0, "a"), (2.0, "b")]);
    let hunt = run(std::slice::from_ref(&query), &[input("x", &events)], &scheduled());
    assert_eq!(counts(&hunt), [(5, Some(1))]);
    assert_eq!(hunt.alerts[0].suppressed.as_ref().unwrap().terms[0].1, Vec::<String>::new());
    let apart = Rule { suppression: Some(by("user.name", None, false)), ..query };
    let hunt = run(&[apart], &[input("x", &events)], &scheduled());
    assert_eq!(counts(&hunt), [(5, None), (5, None)]);
}

#[test]
fn sequences_by_what_their_events_share() {
    let query = "sequence by host.name [process where true] [network where true]";
    let mut lines = Vec::new();
    for (minute, host) in [(1.0, "a"), (2.0, "b"), (3.0, "a")] {
        lines.push(ecs(minute, "process", host, "1.1.1.1"));
        lines.push(ecs(minute + 0.5, "network", host, "1.1.1.1"));
    }
    for (field, expected) in [
        ("host.name", vec![Some(1), Some(0)]),
        ("destination.ip", vec![Some(2)]),
        // The two events differ in it.
        ("event.category", vec![Some(2)]),
    ] {
        let rule = Rule { suppression: Some(by(field, None, true)), ..rule(Language::Eql, query) };
        let hunt = run(&[rule], &[input("x", &lines)], &scheduled());
        let found: Vec<Option<u64>> = counts(&hunt).into_iter().map(|(_, n)| n).collect();
        assert_eq!(found, expected, "{field}");
        assert_eq!(hunt.alerts[0].blocks.len(), 2);
    }
}

#[test]
fn thresholds_for_a_while() {
    let threshold = |duration| Rule {
        kind: RuleKind::Threshold {
            fields: vec!["host.name".into()],
            value: 2,
            cardinality: vec![],
        },
        suppression: Some(Suppression { group_by: vec![], duration, group_missing: true }),
        ..rule(Language::Kql, "event.category: network")
    };
    let events = events(&[(1.0, "a"), (2.0, "a"), (11.0, "a"), (12.0, "a")]);
    let hunt = run(&[threshold(Some(60 * MINUTE))], &[input("x", &events)], &scheduled());
    assert_eq!(counts(&hunt), [(5, Some(1))]);
    let hunt = run(&[threshold(Some(5 * MINUTE))], &[input("x", &events)], &scheduled());
    assert_eq!(counts(&hunt), [(5, Some(0)), (15, Some(0))]);
}

#[test]
fn a_run_raises_so_many_and_looks_at_five_times_more() {
    let rule = Rule {
        max_signals: 2,
        suppression: Some(by("host.name", None, true)),
        ..rule(Language::Kql, "event.category: network")
    };
    let hosts = ["a", "a", "a", "a", "a", "b", "b", "b", "c", "c", "d"];
    let list: Vec<(f64, &str)> =
        hosts.iter().zip(0..).map(|(host, n)| (1.0 + 0.1 * f64::from(n), *host)).collect();
    let hunt = run(&[rule], &[input("x", &events(&list))], &scheduled());
    // The first run looks at ten events, of three groups; the eleventh is there for the next run.
    assert_eq!(counts(&hunt), [(5, Some(4)), (5, Some(2)), (10, Some(0))]);
    let warnings = hunt.summary.rules[0].warnings.concat();
    assert!(warnings.contains("at most 2"), "{warnings}");
}

#[test]
fn the_document_says_for_how_many_it_stands() {
    let rule = Rule {
        suppression: Some(by("host.name", None, true)),
        ..rule(Language::Kql, "event.category: network")
    };
    let lines = events(&[(1.0, "a"), (2.0, "a")]);
    let hunt = run(&[rule], &[input("x", &lines)], &scheduled());
    let document = &to_elastic(&hunt.alerts[0], Schema::builtin())[0];
    for (key, expected) in [
        ("docs_count", serde_json::json!(1)),
        ("start", "2024-05-14T09:01:00Z".into()),
        ("end", "2024-05-14T09:02:00Z".into()),
        ("terms", serde_json::json!([{"field": "host.name", "value": ["a"]}])),
    ] {
        assert_eq!(document[format!("kibana.alert.suppression.{key}")], expected);
    }
    // As the product's library hashes [[{field, value: "a"}], "r", "default"].
    assert_eq!(document["kibana.alert.instance.id"], "01d4c3bb4ea3e4d3dbd199c8ab34c3ff678fb528");
    assert_eq!(document["kibana.alert.uuid"].as_str().unwrap().len(), 40);
}

#[test]
fn one_window_over_everything() {
    let rule = |duration| Rule {
        suppression: Some(by("host.name", duration, true)),
        ..rule(Language::Kql, "event.category: network")
    };
    let events = events(&[(1.0, "a"), (6.0, "a"), (90.0, "a")]);
    let counted = |duration| {
        let hunt = run(&[rule(duration)], &[input("x", &events)], &at_once());
        counts(&hunt).into_iter().map(|(_, n)| n).collect::<Vec<_>>()
    };
    assert_eq!(counted(None), [Some(2)]);
    assert_eq!(counted(Some(10 * MINUTE)), [Some(1), Some(0)]);
}
