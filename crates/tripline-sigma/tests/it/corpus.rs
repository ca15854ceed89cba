//! SigmaHQ's rules: all are read, and all compile but those that cannot.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use tripline_sigma::{Document, Kind, Options, compile, lint, read};

fn corpus() -> Option<PathBuf> {
    let root = std::env::var("TRIPLINE_CORPORA").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/corpora"),
        PathBuf::from,
    );
    let sigma = root.join("rules/sigma");
    sigma.is_dir().then_some(sigma)
}

fn files(folder: &Path, out: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|ext| ext == "yml") {
            out.push(path);
        }
    }
}

/// The texts of all rules; none without corpora.
pub(crate) fn texts() -> Vec<String> {
    let mut paths = Vec::new();
    if let Some(root) = corpus() {
        files(&root, &mut paths);
    }
    paths.sort();
    paths.iter().map(|path| std::fs::read_to_string(path).unwrap()).collect()
}

/// Whether a rule that has this code, and no other error, is right not to compile.
fn accepted(folder: &str, code: &str) -> bool {
    match code {
        // Placeholders without values.
        "SIG021" => true,
        _ => matches!(folder, "unsupported" | "deprecated"),
    }
}

#[test]
fn all_rules_are_read_and_compile() {
    let Some(root) = corpus() else {
        eprintln!("skipped: no corpora");
        return;
    };
    let mut paths = Vec::new();
    files(&root, &mut paths);
    paths.sort();
    assert!(paths.len() > 3700, "{} files", paths.len());
    let texts: Vec<String> = paths.iter().map(|p| std::fs::read_to_string(p).unwrap()).collect();
    let mut counts: BTreeMap<(String, &str), Vec<String>> = BTreeMap::new();
    let mut wrong = Vec::new();
    let (mut documents, mut compiled) = (0, 0);
    for (path, text) in paths.iter().zip(&texts) {
        let file = read(text);
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let folder = name.split('/').next().unwrap().to_owned();
        assert!(!file.documents.is_empty(), "{name}");
        for diagnostic in &file.diagnostics {
            wrong.push(format!("{name}: {} {}", diagnostic.code.id, diagnostic.message));
        }
        for document in &file.documents {
            documents += 1;
            if document.kind != Kind::Detection {
                continue;
            }
            let result = compile(document, &Options::default());
            compiled += usize::from(result.plan.is_some());
            // What the front end lets through, the kernels can run: expressions above all.
            for filter in result.plan.iter().flat_map(|plan| &plan.filters) {
                if let Err(error) = tripline_kernels::pred::Compiled::new(&filter.pred, 0) {
                    wrong.push(format!("{name}: {error}"));
                }
            }
            for diagnostic in result.diagnostics {
                let span = diagnostic.span.expect("every diagnostic has a place");
                assert!(text.get(span.range()).is_some(), "{name}");
                let id = diagnostic.code.id;
                counts.entry((folder.clone(), id)).or_default().push(format!(
                    "{name}: {} `{}`",
                    diagnostic.message,
                    span.of(text)
                ));
                if diagnostic.is_error() && !accepted(&folder, id) {
                    wrong.push(format!("{name}: {id} {}", diagnostic.message));
                }
            }
        }
    }
    println!("{} files, {documents} documents, {compiled} plans", paths.len());
    for ((folder, id), examples) in &counts {
        println!("{folder} {id} {}", examples.len());
        for example in examples.iter().take(12) {
            println!("    {example}");
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// How long reading and compiling take: `cargo test --release -p tripline-sigma --test it speed --
/// --nocapture`.
#[test]
fn speed() {
    let texts = texts();
    let started = std::time::Instant::now();
    let plans = texts
        .iter()
        .flat_map(|text| read(text).documents)
        .filter(|document| compile(document, &Options::default()).plan.is_some())
        .count();
    println!("{} files, {plans} plans in {:?}", texts.len(), started.elapsed());
}

/// Lints are about real slips: few of them fire on rules that a project reviews.
#[test]
fn lints_fire_seldom() {
    let Some(root) = corpus() else {
        eprintln!("skipped: no corpora");
        return;
    };
    let mut paths = Vec::new();
    files(&root, &mut paths);
    let mut counts: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for path in &paths {
        let text = std::fs::read_to_string(path).unwrap();
        for document in &read(&text).documents {
            for diagnostic in lint(document, &Options::default()) {
                let span = diagnostic.span.unwrap();
                let name = path.strip_prefix(&root).unwrap().display();
                counts.entry(diagnostic.code.id).or_default().push(format!(
                    "{name}: {} `{}`",
                    diagnostic.message,
                    span.of(&text)
                ));
            }
        }
    }
    for (id, examples) in &counts {
        println!("{id} {}", examples.len());
        for example in examples.iter().take(15) {
            println!("    {example}");
        }
    }
}

/// Placeholders with values leave nothing that does not compile.
#[test]
fn placeholders_make_the_rest_compile() {
    let Some(root) = corpus() else {
        eprintln!("skipped: no corpora");
        return;
    };
    let mut paths = Vec::new();
    files(&root.join("rules-placeholder"), &mut paths);
    assert!(!paths.is_empty());
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        for document in &read(&text).documents {
            let options = options_for(document, &text);
            let result = compile(document, &options);
            assert!(result.plan.is_some(), "{}: {:?}", path.display(), result.diagnostics);
        }
    }
}

fn options_for(document: &Document, text: &str) -> Options {
    let mut options = Options::default();
    for diagnostic in compile(document, &options).diagnostics {
        let message = diagnostic.message;
        assert_eq!(diagnostic.code.id, "SIG021", "{message} {text}");
        let name = message.split('%').nth(1).expect("the message names it");
        options.placeholders.insert(name.into(), vec!["one*".into(), "two".into()]);
    }
    options
}
