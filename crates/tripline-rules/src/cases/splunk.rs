//! Splunk's own tests: files of its repository of attack data, named by their address.
//!
//! Nothing is fetched. With a local copy of the repository an address is mapped to a file by what
//! follows the repository's name: `…/attack_data/master/datasets/attack_techniques/T1003/x.log` is
//! `datasets/attack_techniques/T1003/x.log` below the given folder, or what comes after `datasets/`.

use super::find::{RuleName, Source};
use super::{Case, CaseLogs, CaseState};
use crate::value::Table;
use std::path::{Path, PathBuf};
use tripline_diag::Span;

/// Why such a test is skipped.
const NOT_LOCAL: &str = "its data is not local; --attack-data DIR names a copy";
const NOT_THERE: &str = "its data is not in the folder of --attack-data";

pub(super) fn read(
    source: &Source<'_>,
    test: &Table,
    span: Span,
    rule: &RuleName,
    name: String,
) -> Case {
    let mut case = source.case(name, rule, span);
    let mut files = vec![];
    for (data, at) in test.tables("attack_data") {
        let Some(address) = data.text("data") else {
            return source.broken(&case.name, rule, at, "`attack_data` without `data`".to_owned());
        };
        match local(address, source) {
            Ok(file) => files.push(file),
            Err(reason) => {
                let (reason, detail) = (reason.to_owned(), address.to_owned());
                case.state = CaseState::Skipped { reason, detail };
                return case;
            }
        }
    }
    if files.is_empty() {
        return source.broken(&case.name, rule, span, "`attack_data` is empty".to_owned());
    }
    case.logs = CaseLogs::Paths(files);
    case
}

fn local(address: &str, source: &Source<'_>) -> Result<PathBuf, &'static str> {
    let Some((_, rest)) = address.split_once("://") else {
        let file = source.beside(address);
        return if file.exists() { Ok(file) } else { Err(NOT_LOCAL) };
    };
    let root = source.options.attack_data.as_deref().ok_or(NOT_LOCAL)?;
    let below = rest.split_once("/attack_data/").map_or(rest, |(_, below)| below);
    let after_branch = below.split_once('/').map_or(below, |(_, path)| path);
    let after_datasets = below.split_once("datasets/").map_or(below, |(_, path)| path);
    [below, after_branch, after_datasets]
        .into_iter()
        .filter(|path| {
            Path::new(path).components().all(|c| matches!(c, std::path::Component::Normal(_)))
        })
        .map(|path| root.join(path))
        .find(|file| file.is_file())
        .ok_or(NOT_THERE)
}
