//! Conditions: what they mean, against a slow evaluator, and what cannot be one.

use crate::{Event, hits, rule};
use proptest::prelude::*;
use tripline_kernels::pred::eval;
use tripline_kernels::scalar::Context;
use tripline_sigma::{Options, compile, read};

const SELECTIONS: &str = "
sel_a: {a: 1}
sel_b: {b: 1}
filter_x: {x: 1}
filter_y: {y: 1}
_hidden: {h: 1}
";

/// The events that a condition picks of those that have a, b, x, y, h: named by their letters.
fn of(condition: &str) -> Vec<&'static str> {
    let names = ["", "a", "b", "ab", "abx", "ay", "xy", "h", "abxy"];
    let events: Vec<String> = names
        .iter()
        .map(|name| {
            let fields: Vec<String> = name.chars().map(|c| format!("\"{c}\": 1")).collect();
            format!("{{{}}}", fields.join(", "))
        })
        .collect();
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let detection = format!("{SELECTIONS}\ncondition: {condition}");
    let found = hits(&detection, &Options::default(), &events);
    found.into_iter().map(|at| names[at - 1]).collect()
}

#[test]
fn words_bind_as_the_specification_says() {
    assert_eq!(of("sel_a"), ["a", "ab", "abx", "ay", "abxy"]);
    assert_eq!(of("sel_a and not filter_x"), ["a", "ab", "ay"]);
    assert_eq!(of("sel_a or sel_b and filter_y"), ["a", "ab", "abx", "ay", "abxy"]);
    assert_eq!(of("(sel_a or sel_b) and filter_y"), ["ay", "abxy"]);
    assert_eq!(of("not sel_a and not sel_b"), ["", "xy", "h"]);
    assert_eq!(of("not (sel_a or sel_b)"), ["", "xy", "h"]);
    assert_eq!(of("not not sel_a and filter_y"), ["ay", "abxy"]);
    assert_eq!(of("sel_a AND NOT filter_x"), ["a", "ab", "ay"]);
}

#[test]
fn quantities() {
    assert_eq!(of("1 of sel_*"), ["a", "b", "ab", "abx", "ay", "abxy"]);
    assert_eq!(of("any of sel_*"), ["a", "b", "ab", "abx", "ay", "abxy"]);
    assert_eq!(of("all of sel_*"), ["ab", "abx", "abxy"]);
    assert_eq!(of("all of sel_* and not 1 of filter_*"), ["ab"]);
    assert_eq!(of("all of them"), ["abxy"]);
    assert_eq!(of("1 of them"), ["a", "b", "ab", "abx", "ay", "xy", "abxy"]);
    assert_eq!(of("1 of _*"), ["h"]);
    assert_eq!(of("1 of *_x"), ["abx", "xy", "abxy"]);
    assert_eq!(of("1 of s*l*a"), ["a", "ab", "abx", "ay", "abxy"]);
    assert_eq!(of("1 of sel_a"), ["a", "ab", "abx", "ay", "abxy"]);
}

#[test]
fn one_of_several_conditions_is_enough() {
    assert_eq!(of("\n  - sel_a and filter_x\n  - sel_b and filter_y"), ["abx", "abxy"]);
}

/// A condition over four selections, as text and as a function of them.
#[derive(Debug, Clone)]
enum Model {
    Selection(usize),
    Of { all: bool, which: &'static str },
    Not(Box<Model>),
    And(Box<Model>, Box<Model>),
    Or(Box<Model>, Box<Model>),
}

const NAMES: [&str; 4] = ["sel_a", "sel_b", "filter_x", "filter_y"];

impl Model {
    fn text(&self) -> String {
        match self {
            Self::Selection(at) => NAMES[*at].to_owned(),
            Self::Of { all, which } => format!("{} of {which}", if *all { "all" } else { "1" }),
            Self::Not(inner) => format!("not {}", inner.operand(2)),
            Self::And(a, b) => format!("{} and {}", a.operand(1), b.operand(1)),
            Self::Or(a, b) => format!("{} or {}", a.text(), b.text()),
        }
    }

    /// In parentheses if it binds looser than its place.
    fn operand(&self, place: u8) -> String {
        let own = match self {
            Self::Or(..) => 0,
            Self::And(..) => 1,
            _ => 2,
        };
        if own < place { format!("({})", self.text()) } else { self.text() }
    }

    fn holds(&self, selections: [bool; 4]) -> bool {
        match self {
            Self::Selection(at) => selections[*at],
            Self::Of { all, which } => {
                let of: Vec<bool> = match *which {
                    "sel_*" => selections[..2].to_vec(),
                    "filter_*" => selections[2..].to_vec(),
                    _ => selections.to_vec(),
                };
                if *all { of.iter().all(|b| *b) } else { of.iter().any(|b| *b) }
            }
            Self::Not(inner) => !inner.holds(selections),
            Self::And(a, b) => a.holds(selections) && b.holds(selections),
            Self::Or(a, b) => a.holds(selections) || b.holds(selections),
        }
    }
}

fn model() -> impl Strategy<Value = Model> {
    let leaf = prop_oneof![
        (0..4usize).prop_map(Model::Selection),
        (any::<bool>(), prop::sample::select(vec!["sel_*", "filter_*", "them"]))
            .prop_map(|(all, which)| Model::Of { all, which }),
    ];
    leaf.prop_recursive(5, 32, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|m| Model::Not(Box::new(m))),
            (inner.clone(), inner.clone()).prop_map(|(a, b)| Model::And(Box::new(a), Box::new(b))),
            (inner.clone(), inner).prop_map(|(a, b)| Model::Or(Box::new(a), Box::new(b))),
        ]
    })
}

proptest! {
    #[test]
    fn conditions_mean_what_they_say(model in model()) {
        let text = rule(&format!("{SELECTIONS}\ncondition: {}", model.text()));
        let read = read(&text);
        let plan = compile(&read.documents[0], &Options::default()).plan.unwrap();
        for bits in 0..16u32 {
            let selections = [0, 1, 2, 3].map(|at| bits >> at & 1 == 1);
            let fields: Vec<String> = "abxy"
                .chars()
                .zip(selections)
                .filter(|(_, there)| *there)
                .map(|(c, _)| format!("\"{c}\": 1"))
                .collect();
            let event = Event::new(&format!("{{{}}}", fields.join(", ")));
            let found = eval(&plan.filters[0].pred, &event, &Context::default()).unwrap();
            prop_assert_eq!(found, model.holds(selections), "{}", model.text());
        }
    }
}
