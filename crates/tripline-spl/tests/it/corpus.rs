//! Splunk's published detections: every one parses, and the reasons why some do not compile are
//! counted.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tripline_schema::Schema;
use tripline_spl::{Environment, LookupInfo, Macro, compile};

/// Where the corpora are; none if they are not here.
pub fn corpora() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/corpora");
    let path = std::env::var_os("TRIPLINE_CORPORA").map_or_else(|| default.into(), PathBuf::from);
    path.join("rules/splunk/detections").is_dir().then_some(path)
}

#[derive(serde::Deserialize)]
struct MacroFile {
    name: String,
    definition: String,
    #[serde(default)]
    arguments: Vec<String>,
}

#[derive(serde::Deserialize)]
struct LookupFile {
    name: String,
    filename: Option<String>,
    fields_list: Option<String>,
}

#[derive(serde::Deserialize)]
struct Detection {
    search: String,
}

/// The content's own macros and lookups.
#[derive(Default)]
pub struct Content {
    macros: BTreeMap<(String, usize), Macro>,
    lookups: BTreeMap<String, LookupInfo>,
}

impl Environment for Content {
    fn macro_(&self, name: &str, arity: usize) -> Option<Macro> {
        self.macros.get(&(name.to_owned(), arity)).cloned()
    }

    fn macro_names(&self) -> Vec<String> {
        self.macros.keys().map(|k| k.0.clone()).collect()
    }

    fn lookup(&self, name: &str) -> Option<LookupInfo> {
        self.lookups.get(name).cloned()
    }

    fn lookup_names(&self) -> Vec<String> {
        self.lookups.keys().cloned().collect()
    }
}

fn files(root: &Path, into: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(root).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, into);
        } else if path.extension().is_some_and(|e| e == "yml") {
            into.push(path);
        }
    }
}

impl Content {
    pub fn load(corpora: &Path) -> Self {
        let root = corpora.join("rules/splunk");
        let mut content = Self::default();
        let mut paths = vec![];
        files(&root.join("macros"), &mut paths);
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let Ok(file) = serde_norway::from_str::<MacroFile>(&text) else { continue };
            let key = (file.name, file.arguments.len());
            let found = Macro { definition: file.definition, args: file.arguments };
            content.macros.insert(key, found);
        }
        let mut paths = vec![];
        files(&root.join("lookups"), &mut paths);
        for path in paths {
            let text = std::fs::read_to_string(&path).unwrap();
            let Ok(file) = serde_norway::from_str::<LookupFile>(&text) else { continue };
            let csv =
                file.filename.and_then(|f| std::fs::read_to_string(path.with_file_name(f)).ok());
            let header =
                csv.as_deref().and_then(|t| t.lines().next()).or(file.fields_list.as_deref());
            let columns = header.unwrap_or("").trim_start_matches('\u{feff}').split(',');
            let columns = columns.map(|c| c.trim().trim_matches('"').to_owned());
            let columns = columns.filter(|c| !c.is_empty()).collect();
            content.lookups.insert(file.name, LookupInfo { columns });
        }
        content
    }
}

#[test]
fn every_detection_parses_and_failures_are_counted() {
    let Some(corpora) = corpora() else {
        println!("skipped: no corpora");
        return;
    };
    let content = Content::load(&corpora);
    let mut paths = vec![];
    files(&corpora.join("rules/splunk/detections"), &mut paths);
    let (mut total, mut compiled) = (0, 0);
    let mut by_code: BTreeMap<&str, usize> = BTreeMap::new();
    let mut messages: BTreeMap<String, usize> = BTreeMap::new();
    let mut syntax = vec![];
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        let detection: Detection = serde_norway::from_str(&text).unwrap();
        let result = compile(&detection.search, &content, Schema::builtin());
        total += 1;
        compiled += usize::from(result.plan.is_some());
        assert_eq!(
            result.plan.is_some(),
            !tripline_diag::has_errors(&result.diagnostics),
            "{}",
            path.display()
        );
        let mut codes: Vec<&str> = result.diagnostics.iter().map(|d| d.code.id).collect();
        codes.sort_unstable();
        codes.dedup();
        for code in codes {
            *by_code.entry(code).or_default() += 1;
        }
        for d in &result.diagnostics {
            if d.is_error() {
                *messages.entry(format!("{} {}", d.code.id, d.message)).or_default() += 1;
            }
            if matches!(d.code.id, "SPL001" | "SPL002" | "SPL003" | "SPL020" | "SPL033") {
                syntax.push(format!("{}: {} {:?}", path.display(), d.message, d.span));
            }
            let span = d.span.unwrap();
            assert!(detection.search.get(span.range()).is_some(), "{} {d:?}", path.display());
        }
    }
    println!("{compiled} of {total} compile");
    println!("detections by code: {by_code:?}");
    for (message, count) in &messages {
        println!("{count:5} {message}");
    }
    assert!(syntax.is_empty(), "{} syntax errors:\n{}", syntax.len(), syntax.join("\n"));
    assert!(compiled * 100 >= total * 75, "{compiled} of {total}");
}
