//! Plans name kernels; each of them must exist, and take the arguments that it is given.

use super::run;
use tripline_ir::{Expr, ExprKind, Plan, StageKind, Tail, Value};
use tripline_kernels::{aggregate, scalar};

fn check(expr: &Expr) {
    if let ExprKind::Call { function, args } = &expr.kind {
        let kernel = scalar::named(function).unwrap_or_else(|| panic!("no kernel {function}"));
        let (fewest, most) = kernel.arity;
        assert!((fewest..=most).contains(&args.len()), "{function} with {}", args.len());
        args.iter().for_each(check);
    }
}

fn stages(plan: &Plan) -> Vec<&StageKind> {
    let Tail::Pipeline(pipeline) = &plan.tail else { panic!("no pipeline") };
    pipeline.stages.iter().map(|s| &s.kind).collect()
}

/// What an expression without fields gives.
fn value(text: &str) -> Value {
    fn eval(expr: &Expr) -> Value {
        match &expr.kind {
            ExprKind::Literal(value) => value.clone(),
            ExprKind::Field(_) => Value::Null,
            ExprKind::Call { function, args } => {
                let args: Vec<Value> = args.iter().map(eval).collect();
                (scalar::named(function).unwrap().eval)(&scalar::Context::default(), &args)
            }
        }
    }
    let compiled = run(&format!("x=1 | eval y={text}"));
    let plan = compiled.plan.unwrap_or_else(|| panic!("{text}: {:?}", compiled.diagnostics));
    let StageKind::Extend(columns) = stages(&plan)[0] else { panic!("{text}") };
    eval(&columns[0].expr)
}

#[test]
fn expressions_from_text_to_value() {
    for (text, expected) in [
        ("1+2*3", Value::Int(7)),
        ("\"a\".1+2", Value::from("a12")),
        ("if(1=1 OR missing=2 AND 1=2, \"yes\", \"no\")", Value::from("yes")),
        ("if(NOT missing=2, \"yes\", \"no\")", Value::from("no")),
        ("if(2 IN (1, \"2\"), \"yes\", null)", Value::from("yes")),
        (r#"mvindex(split("a\b\c", "\\"), -1)"#, Value::from("c")),
        (r#"replace("c:\x", "^c:\\\\", "d:")"#, Value::from("d:x")),
        ("case(cidrmatch(\"10.0.0.0/8\", \"10.1.1.1\"), \"1\", 1=1, \"0\")", Value::from("1")),
        ("round(7/2, 1)", Value::Float(3.5)),
        ("-2.5", Value::Float(-2.5)),
    ] {
        assert_eq!(value(text), expected, "{text}");
    }
}

/// Every function with the fewest arguments that it takes.
const CALLS: &[&str] = &[
    "abs(a)",
    "case(a,b)",
    "ceil(a)",
    "ceiling(a)",
    "cidrmatch(a,b)",
    "coalesce(a)",
    "exp(a)",
    "false()",
    "floor(a)",
    "if(a,b,c)",
    "in(a,b)",
    "isbool(a)",
    "isint(a)",
    "isnotnull(a)",
    "isnull(a)",
    "isnum(a)",
    "isstr(a)",
    "len(a)",
    "like(a,b)",
    "ln(a)",
    "log(a)",
    "lower(a)",
    "ltrim(a)",
    "match(a,b)",
    "max(a)",
    "min(a)",
    "mvappend(a)",
    "mvcount(a)",
    "mvdedup(a)",
    "mvfind(a,b)",
    "mvindex(a,b)",
    "mvjoin(a,b)",
    "mvrange(a,b)",
    "mvsort(a)",
    "mvzip(a,b)",
    "now()",
    "null()",
    "nullif(a,b)",
    "pow(a,b)",
    "relative_time(a,b)",
    "replace(a,b,c)",
    "round(a)",
    "rtrim(a)",
    "split(a,b)",
    "sqrt(a)",
    "strftime(a,b)",
    "strptime(a,b)",
    "substr(a,b)",
    "time()",
    "tonumber(a)",
    "tostring(a)",
    "trim(a)",
    "true()",
    "typeof(a)",
    "upper(a)",
    "urldecode(a)",
    "validate(a,b)",
];

#[test]
fn operators_are_kernels() {
    for text in [
        "a=b", "a!=b", "a<b", "a<=b", "a>b", "a>=b", "a LIKE b", "a IN (b)", "a+b", "a-b", "a*b",
        "a/b", "a%b", "a.\"b\"", "-a", "NOT a", "a AND b", "a OR b", "a XOR b",
    ] {
        let plan = run(&format!("x=1 | eval y={text}")).plan.unwrap();
        let StageKind::Extend(columns) = stages(&plan)[0] else { panic!("{text}") };
        check(&columns[0].expr);
    }
}

#[test]
fn every_function_lowers() {
    for call in CALLS {
        for call in [(*call).to_owned(), call.to_uppercase()] {
            let compiled = run(&format!("x=1 | eval y={call}"));
            let plan =
                compiled.plan.unwrap_or_else(|| panic!("{call}: {:?}", compiled.diagnostics));
            let StageKind::Extend(columns) = stages(&plan)[0] else { panic!("{call}") };
            check(&columns[0].expr);
        }
    }
}

#[test]
fn every_aggregate_lowers() {
    for aggregate in [
        "avg(a)",
        "c(a)",
        "count",
        "count(a)",
        "dc(a)",
        "distinct_count(a)",
        "earliest(a)",
        "earliest_time(a)",
        "estdc(a)",
        "first(a)",
        "last(a)",
        "latest(a)",
        "latest_time(a)",
        "list(a)",
        "max(a)",
        "mean(a)",
        "median(a)",
        "min(a)",
        "mode(a)",
        "p50(a)",
        "perc95(a)",
        "exactperc99.5(a)",
        "range(a)",
        "stdev(a)",
        "stdevp(a)",
        "sum(a)",
        "sumsq(a)",
        "values(a)",
        "var(a)",
        "varp(a)",
        "values(*)",
        "max(eval(a*2))",
    ] {
        let compiled = run(&format!("x=1 | stats {aggregate} by b"));
        let plan =
            compiled.plan.unwrap_or_else(|| panic!("{aggregate}: {:?}", compiled.diagnostics));
        let StageKind::Aggregate { aggregates, .. } = stages(&plan)[0] else { panic!() };
        let name = aggregates[0].function;
        assert!(aggregate::all().any(|a| a.name == name), "no aggregate {name}");
    }
}
