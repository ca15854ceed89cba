//! The examples in the functions' documentation, run.

use super::{FUNCTIONS, MANY};
use crate::scalar::Context;
use std::collections::BTreeSet;
use tripline_ir::Value;

fn context() -> Context {
    Context { now: 1_700_000_000_000_000_000, zone: jiff::tz::TimeZone::UTC }
}

fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Null,
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::Number(n) => {
            n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap()), Value::Int)
        }
        serde_json::Value::String(s) => Value::from(&**s),
        serde_json::Value::Array(items) => Value::list(items.iter().map(value)),
        serde_json::Value::Object(_) => panic!("no objects"),
    }
}

#[test]
fn examples_are_true() {
    for function in FUNCTIONS {
        assert!(!function.examples.is_empty(), "{} has no example", function.name);
        for (args, expected) in function.examples {
            let args: Vec<serde_json::Value> = serde_json::from_str(args).unwrap();
            let args: Vec<Value> = args.iter().map(value).collect();
            let (fewest, most) = function.arity;
            assert!((fewest..=most).contains(&args.len()), "{} {args:?}", function.name);
            let expected = value(&serde_json::from_str(expected).unwrap());
            assert_eq!((function.eval)(&context(), &args), expected, "{}{args:?}", function.name);
        }
    }
}

#[test]
fn names_are_of_the_family_and_unique() {
    let names: BTreeSet<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
    assert_eq!(names.len(), FUNCTIONS.len());
    assert!(names.iter().all(|name| name.starts_with("mv.")));
}

#[test]
fn no_argument_makes_a_function_panic() {
    let odd = [
        Value::Null,
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Float(1e300),
        Value::Float(f64::NAN),
        Value::from(""),
        Value::from("é%\\("),
        Value::from("%9"),
        Value::from("-9999999999"),
        Value::list([Value::from("a"), Value::Int(1), Value::from("10.0.0.0/8")]),
    ];
    for function in FUNCTIONS {
        let (fewest, most) = function.arity;
        for count in fewest..=if most == MANY { fewest + 2 } else { most } {
            for a in &odd {
                for b in &odd {
                    for c in &odd {
                        let pool = [a, b, c];
                        let args: Vec<Value> = (0..count).map(|at| pool[at % 3].clone()).collect();
                        let _ = (function.eval)(&context(), &args);
                    }
                }
            }
        }
    }
}

#[test]
fn no_list_of_length_one_or_with_nulls_comes_out() {
    let list = Value::list([Value::from("7"), Value::from("x")]);
    for function in FUNCTIONS {
        let count = function.arity.0.max(1).min(function.arity.1);
        let args = vec![list.clone(); count];
        if let Value::List(items) = (function.eval)(&context(), &args) {
            assert!(items.len() > 1, "{}", function.name);
            assert!(!items.iter().any(Value::is_null), "{}", function.name);
        }
    }
}
