//! Cost of matching against the number of rules: it should be nearly flat.
//!
//! `cargo bench -p tripline-engine`. Each iteration matches one batch of 8,192 process events;
//! `repeated` has 500 distinct command lines, which the worker knows after the first batch,
//! `unique` has none twice.

#![allow(clippy::unwrap_used, reason = "inputs are constants")]

use divan::{Bencher, counter::ItemsCount};
use std::sync::Arc;
use tripline_diag::Span;
use tripline_engine::{Context, Matcher, Worker};
use tripline_events::{BatchColumn, ColumnBuilder, EventBatch, Stream};
use tripline_ir::{Case, FieldRef, FieldType, Filter, Glob, Plan, Pred, Scope, Tail, Test, View};
use tripline_schema::Schema;

const ROWS: usize = 8192;

const SOURCE: &str = r#"
[[source]]
id = "bench.process"
[source.elastic]
indices = ["logs-bench-default"]
passthrough = true
[source.elastic.fields]
"process.name" = "basename(process.executable)"
"event.category" = "['process']"
"#;

fn main() {
    divan::main();
}

#[divan::bench(args = [4, 100, 1000, 3000])]
fn repeated(bencher: Bencher, rules: usize) {
    run(bencher, rules, 500);
}

#[divan::bench(args = [4, 100, 1000, 3000])]
fn unique(bencher: Bencher, rules: usize) {
    run(bencher, rules, usize::MAX);
}

#[divan::bench(args = [4, 1000], sample_count = 5)]
fn build(bencher: Bencher, rules: usize) {
    let schema = Schema::load(&[("bench.toml", SOURCE)]).unwrap();
    let plans: Vec<Plan> = (0..rules).map(rule).collect();
    bencher.bench(|| worker(&schema, &plans));
}

fn run(bencher: Bencher, rules: usize, distinct: usize) {
    let schema = Schema::load(&[("bench.toml", SOURCE)]).unwrap();
    let plans: Vec<Plan> = (0..rules).map(rule).collect();
    let mut worker = worker(&schema, &plans);
    let mapping = Arc::clone(schema.mapping("bench.process").unwrap());
    let indices = mapping.elastic.indices.clone();
    let stream = Arc::new(Stream { key: "bench".into(), mapping, indices, recognised: true });
    let mut decoder = Decoder::default();
    let mut next = 0;
    // Warm: what a long run is in nearly all of its time.
    worker.run(&decoder.batch(&stream, &mut next, distinct));
    bencher
        .counter(ItemsCount::new(ROWS))
        .with_inputs(|| decoder.batch(&stream, &mut next, distinct))
        .bench_local_refs(|batch| worker.run(batch).len());
}

fn worker(schema: &Schema, plans: &[Plan]) -> Worker {
    let plans: Vec<&Plan> = plans.iter().collect();
    Arc::new(Matcher::new(&plans, schema, Context::default()).unwrap()).worker()
}

/// A rule as they are: a process by name, or a path, and parts of its command line, with an
/// exception.
fn rule(number: usize) -> Plan {
    let field = |name: &str| FieldRef::new(View::Ecs, name, FieldType::Keyword);
    let leaf = |name: &str, test: Test| Pred::leaf(field(name), test, Span::default());
    let case = Case::Ascii;
    let equals = |v: String| Test::Equals { values: vec![v.into()], case };
    let glob = |p: String| Test::Glob { patterns: vec![Glob::parse(&p, true, case)], case };
    let regex = |p: String| Test::Regex { patterns: vec![p.into()], case, anchored: false };
    let command = match number % 4 {
        0 => glob(format!("*--flag{number}*")),
        1 => glob(format!("*tool{number}.exe")),
        2 => glob(format!("?:\\temp\\dir{number}\\*")),
        _ => regex(format!("payload{number}[a-z]+ -e")),
    };
    let pred = Pred::And(vec![
        leaf("event.category", equals("process".to_owned())),
        Pred::Or(vec![
            leaf("process.name", equals(format!("name{}.exe", number % 200))),
            leaf("process.executable", glob(format!("*\\opt{}\\*", number % 300))),
        ]),
        leaf("process.command_line", command),
        Pred::Not(Box::new(leaf("user.name", equals(format!("admin{}", number % 50))))),
    ]);
    let filters = vec![Filter { scope: Scope::Any, pred, span: Span::default() }];
    Plan { filters, tail: Tail::Each { pipes: vec![] } }
}

#[derive(Default)]
struct Decoder {
    builders: [ColumnBuilder; 3],
}

impl Decoder {
    fn batch(&mut self, stream: &Arc<Stream>, next: &mut usize, distinct: usize) -> EventBatch {
        let names = ["process.executable", "process.command_line", "user.name"];
        for row in 0..ROWS {
            let n = *next % distinct;
            *next += 1;
            let exe = format!("C:\\Program Files\\opt{}\\name{}.exe", n % 97, n % 31);
            let args =
                format!("{exe} --run --id={n} --flag{} \"C:\\Users\\u\\file {n}.txt\"", n % 5000);
            for (builder, value) in
                self.builders.iter_mut().zip([exe, args, format!("admin{}", n % 40)])
            {
                builder.push(row, &value);
            }
        }
        let columns: Vec<(Arc<str>, BatchColumn)> = names
            .iter()
            .zip(&mut self.builders)
            .map(|(name, builder)| (Arc::from(*name), builder.finish(ROWS).into()))
            .collect();
        EventBatch {
            stream: Arc::clone(stream),
            input: "bench".into(),
            time: vec![0; ROWS],
            record: (*next as u64 - ROWS as u64..*next as u64).collect(),
            columns,
            raw: Arc::default(),
        }
    }
}
