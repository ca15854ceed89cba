//! `doc.*`: functions over single values of a document.
//!
//! Rules of the family: an argument that is null makes the result null, except where a function
//! says otherwise; a list is never seen (the evaluator takes single values one by one); what makes
//! no sense (text where a number belongs, a division by zero) is null. Values of fields come as
//! text, so a number may be text that reads as one. Positions and lengths count UTF-16 units, as
//! the products do.

mod and;
mod arithmetic;
mod between;
mod cidr_match;
mod coerce;
mod concat;
mod date_part;
mod ends_with;
mod equality;
mod in_list;
mod index_of;
mod is_null;
mod length;
mod like;
mod not;
mod number;
mod or;
mod order;
mod regex;
mod starts_with;
mod string;
mod string_contains;
mod substring;
mod support;
mod version_order;

use super::Function;

/// The family's functions, one file each; twins (with and without case, the four comparisons)
/// share one.
pub(super) static FUNCTIONS: &[&Function] = &[
    &and::AND,
    &arithmetic::ADD,
    &arithmetic::DIV,
    &arithmetic::MOD,
    &arithmetic::MUL,
    &arithmetic::NEG,
    &arithmetic::SUB,
    &between::BETWEEN,
    &between::BETWEEN_CI,
    &cidr_match::CIDR_MATCH,
    &coerce::BOOL,
    &coerce::DATE,
    &coerce::DOUBLE,
    &coerce::LONG,
    &concat::CONCAT,
    &date_part::DATE_PART,
    &ends_with::ENDS_WITH,
    &ends_with::ENDS_WITH_CI,
    &equality::EQ,
    &equality::NE,
    &in_list::IN,
    &in_list::IN_CI,
    &index_of::INDEX_OF,
    &index_of::INDEX_OF_CI,
    &is_null::IS_NOT_NULL,
    &is_null::IS_NULL,
    &length::LENGTH,
    &like::LIKE,
    &like::LIKE_CI,
    &not::NOT,
    &number::NUMBER,
    &or::OR,
    &order::GE,
    &order::GT,
    &order::LE,
    &order::LT,
    &regex::REGEX,
    &regex::REGEX_CI,
    &starts_with::STARTS_WITH,
    &starts_with::STARTS_WITH_CI,
    &string::STRING,
    &string_contains::STRING_CONTAINS,
    &string_contains::STRING_CONTAINS_CI,
    &substring::SUBSTRING,
    &version_order::IP_ORDER,
    &version_order::VERSION_ORDER,
];

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;
    use crate::scalar::Context;
    use tripline_ir::Value;

    /// A JSON value as an expression sees it.
    fn value(json: &serde_json::Value) -> Value {
        match json {
            serde_json::Value::Null => Value::Null,
            serde_json::Value::Bool(b) => Value::Bool(*b),
            serde_json::Value::Number(n) => {
                n.as_i64().map_or_else(|| Value::Float(n.as_f64().unwrap()), Value::Int)
            }
            serde_json::Value::String(s) => Value::from(&**s),
            serde_json::Value::Array(items) => Value::list(items.iter().map(value)),
            serde_json::Value::Object(_) => panic!("no objects in examples"),
        }
    }

    #[test]
    fn examples_hold() {
        for function in FUNCTIONS {
            assert!(!function.examples.is_empty(), "{} has no example", function.name);
            for (args, expected) in function.examples {
                let parsed: Vec<serde_json::Value> = serde_json::from_str(args)
                    .unwrap_or_else(|e| panic!("{}{args}: {e}", function.name));
                let args_values: Vec<Value> = parsed.iter().map(value).collect();
                let expected_value = value(&serde_json::from_str(expected).unwrap());
                let got = (function.eval)(&Context::default(), &args_values);
                assert_eq!(got, expected_value, "{}{args}", function.name);
            }
        }
    }

    #[test]
    fn functions_are_total() {
        let odd = [
            Value::Null,
            Value::Bool(true),
            Value::Int(i64::MIN),
            Value::Int(-1),
            Value::Int(0),
            Value::Int(i64::MAX),
            Value::Float(f64::NAN),
            Value::Float(f64::INFINITY),
            Value::Float(-0.5),
            Value::from(""),
            Value::from("(*?["),
            Value::from("ÄÖ😀ß"),
            Value::from("0x"),
            Value::from("10.0.0.0/99"),
            Value::List(vec![Value::Int(1), Value::from("a")]),
        ];
        let context = Context::default();
        for function in FUNCTIONS {
            (function.eval)(&context, &[]);
            for a in &odd {
                (function.eval)(&context, std::slice::from_ref(a));
                for b in &odd {
                    (function.eval)(&context, &[a.clone(), b.clone()]);
                    for c in &odd {
                        (function.eval)(&context, &[a.clone(), b.clone(), c.clone()]);
                        (function.eval)(
                            &context,
                            &[a.clone(), b.clone(), c.clone(), Value::Bool(true)],
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn names_are_unique_and_of_the_family() {
        let mut names: Vec<&str> = FUNCTIONS.iter().map(|f| f.name).collect();
        assert!(names.iter().all(|n| n.starts_with("doc.")));
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FUNCTIONS.len());
    }
}
