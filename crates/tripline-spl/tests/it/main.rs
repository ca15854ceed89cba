//! Tests of the SPL front end through its public functions.

#![allow(clippy::unwrap_used)] // Helpers outside the test functions are tests too.

mod commands;
mod corpus;
mod diagnostics;
mod expressions;
mod kernels;
mod outbound_smb;
mod robust;
mod round_trip;
mod search;

use tripline_ir::{Compiled, Plan, print};
use tripline_schema::Schema;
use tripline_spl::{Empty, Environment, LookupInfo, Macro, compile};

/// Macros and lookups for tests.
#[derive(Default)]
struct World {
    macros: Vec<(&'static str, &'static [&'static str], &'static str)>,
    lookups: Vec<(&'static str, &'static [&'static str])>,
}

impl World {
    fn new(macros: &[(&'static str, &'static [&'static str], &'static str)]) -> Self {
        Self { macros: macros.to_vec(), lookups: vec![] }
    }

    fn lookup(mut self, name: &'static str, columns: &'static [&'static str]) -> Self {
        self.lookups.push((name, columns));
        self
    }
}

impl Environment for World {
    fn macro_(&self, name: &str, arity: usize) -> Option<Macro> {
        let (_, args, text) =
            self.macros.iter().find(|(n, args, _)| *n == name && args.len() == arity)?;
        let args = args.iter().map(|a| (*a).to_owned()).collect();
        Some(Macro { definition: (*text).to_owned(), args })
    }

    fn macro_names(&self) -> Vec<String> {
        self.macros.iter().map(|m| m.0.to_owned()).collect()
    }

    fn lookup(&self, name: &str) -> Option<LookupInfo> {
        let (_, columns) = self.lookups.iter().find(|(n, _)| *n == name)?;
        Some(LookupInfo { columns: columns.iter().map(|c| (*c).to_owned()).collect() })
    }

    fn lookup_names(&self) -> Vec<String> {
        self.lookups.iter().map(|l| l.0.to_owned()).collect()
    }
}

fn run(text: &str) -> Compiled {
    compile(text, &Empty, Schema::builtin())
}

/// The plan of a search that has one.
fn plan(text: &str) -> Plan {
    let compiled = run(text);
    compiled.plan.unwrap_or_else(|| panic!("{text}: {:#?}", compiled.diagnostics))
}

/// The printed plan.
fn printed(text: &str) -> String {
    print(&plan(text))
}
