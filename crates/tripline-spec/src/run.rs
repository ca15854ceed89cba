//! Running a case.

use crate::ledger::root;
use crate::{Block, Case};
use serde_json::json;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tripline_detect::{
    Alert, AlertKind, AssetSource, Hunt, HuntOptions, RuleState, Selected, Silent, WindowMode,
    hunt, iso, query,
};
use tripline_diag::render;
use tripline_events::Input;
use tripline_rules::{Language, LoadOptions, load, load_exceptions};
use tripline_schema::Schema;

/// The clock of all spec tests: 2024-06-01T00:00:00Z.
const NOW: i64 = 1_717_200_000_000_000_000;

/// Runs a case over the whole matrix. Returns the line of its `result` block and what should stand
/// there. Errors: the case makes no sense, or two runs or two queries of it disagree.
pub fn run(case: &Case) -> Result<(usize, String), String> {
    let result = case
        .blocks
        .iter()
        .find(|b| b.kind == "result")
        .ok_or_else(|| format!("`{}` has no result block", case.title))?;
    let mut agreed: Option<(String, String)> = None;
    let queries = case
        .blocks
        .iter()
        .filter(|b| matches!(b.kind.as_str(), "kql" | "lucene" | "eql" | "spl" | "sigma" | "rule"));
    for block in queries {
        for (batch_rows, threads, backwards) in
            [(8192, 1, false), (1, 2, true), (7, 2, false), (8192, 2, true)]
        {
            let how = format!(
                "{} {} with batches of {batch_rows}, {threads} threads{}",
                block.kind,
                block.info,
                if backwards { ", inputs backwards" } else { "" }
            );
            let mut options = HuntOptions::at(NOW);
            options.batch_rows = batch_rows;
            options.threads = threads;
            let text = once(case, block, options, backwards)?;
            match &agreed {
                None => agreed = Some((how, text)),
                Some((_, known)) if *known == text => {}
                Some((known_how, known)) => {
                    return Err(format!(
                        "`{}` gives different results\n--- {known_how}\n{known}--- {how}\n{text}",
                        case.title
                    ));
                }
            }
        }
    }
    let (_, text) = agreed.ok_or_else(|| format!("`{}` has no query", case.title))?;
    Ok((result.line, text))
}

fn once(
    case: &Case,
    block: &Block,
    mut options: HuntOptions,
    backwards: bool,
) -> Result<String, String> {
    let mut inputs: Vec<Input> = Vec::new();
    for (at, events) in case.blocks.iter().filter(|b| b.kind == "events").enumerate() {
        if !events.info.is_empty() {
            options.source = Some(events.info.as_str().into());
        }
        inputs.push(Input::from_bytes(format!("events-{at}"), events.text.clone().into_bytes()));
    }
    let offsets: Vec<u64> = case
        .blocks
        .iter()
        .filter(|b| b.kind == "events")
        .scan(0, |sum, b| {
            let before = *sum;
            *sum += b.text.lines().filter(|l| !l.trim().is_empty()).count() as u64;
            Some(before)
        })
        .collect();
    if backwards {
        inputs.reverse();
    }
    if let Some(assets) = case.blocks.iter().find(|b| b.kind == "assets") {
        let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
        let path = folder.path().join("assets.csv");
        std::fs::write(&path, &assets.text).map_err(|e| e.to_string())?;
        let table = tripline_rules::load_assets(&path).map_err(|problem| problem.render(false))?;
        options.assets = Some(Arc::new(AssetSource(table)));
    }
    let schema = Schema::builtin();
    let folder = tempfile::tempdir().map_err(|e| e.to_string())?;
    for file in case.blocks.iter().filter(|b| b.kind == "files") {
        write(folder.path(), &file.info, &file.text)?;
    }
    let found = if block.kind == "rule" {
        hunt_rule(block, folder.path(), &inputs, schema, options)?
    } else {
        let language = match block.kind.as_str() {
            "eql" => Language::Eql,
            "lucene" => Language::Lucene,
            "spl" => Language::Spl,
            "sigma" => Language::Sigma,
            _ => Language::Kql,
        };
        let set = load(
            &[root().join("rules/outbound-smb"), folder.path().to_owned()],
            &LoadOptions::default(),
        );
        query(&inputs, &set, language, block.text.trim_end(), schema, &options, &Silent)
            .map_err(|e| e.to_string())?
    };
    let summary = &found.summary;
    if summary.records != summary.event_count() + summary.set_aside_count() {
        return Err(format!("`{}` loses records: {summary:?}", case.title));
    }
    Ok(show(&found, &offsets, block.kind == "rule"))
}

fn write(folder: &Path, name: &str, text: &str) -> Result<PathBuf, String> {
    let path = folder.join(name);
    let parent = path.parent().unwrap_or(folder);
    std::fs::create_dir_all(parent).map_err(|e| e.to_string())?;
    std::fs::write(&path, text).map_err(|e| e.to_string())?;
    Ok(path)
}

fn hunt_rule(
    block: &Block,
    folder: &Path,
    inputs: &[Input],
    schema: &Schema,
    mut options: HuntOptions,
) -> Result<Hunt, String> {
    let mut words = block.info.split_whitespace();
    let name = words.next().unwrap_or_default();
    // A rule with a text is its own file, among those of the case.
    let path = if block.text.trim().is_empty() {
        root().join(name)
    } else {
        write(folder, name, &block.text)?;
        folder.to_owned()
    };
    let mut version = None;
    let mut exceptions = None;
    let mut load_options = LoadOptions::default();
    for word in words {
        match word.split_once('=') {
            Some(("version", number)) => {
                version = Some(number.parse().map_err(|_| format!("version `{number}`"))?);
            }
            Some(("exceptions", file)) => {
                let own = folder.join(file);
                exceptions = Some(if own.exists() { own } else { root().join(file) });
            }
            Some(("pipeline", file)) => load_options.pipelines.push(folder.join(file)),
            Some(("window", "all")) => options.window = WindowMode::All,
            _ => return Err(format!("`{word}` is no option of a rule block")),
        }
    }
    let mut set = load(std::slice::from_ref(&path), &load_options);
    if let Some(file) = exceptions {
        load_exceptions(&file, &mut set);
    }
    if let Some(problem) = set.problems.iter().find(|p| p.diagnostic.is_error()) {
        return Err(problem.render(false));
    }
    // A rule that is part of a correlation is none of its own, as for who hunts.
    let selected: Vec<Selected> = set
        .rules
        .iter()
        .filter(|rule| rule.part_of.is_empty())
        .map(|rule| Selected { rule: Arc::clone(rule), version })
        .collect();
    hunt(inputs, &set, &selected, schema, &options, &Silent).map_err(|e| e.to_string())
}

/// What came out, as text: diagnostics of what did not run, then alerts (of rules), rows (of
/// searches) or numbers of events (of everything else).
fn show(found: &Hunt, offsets: &[u64], rules: bool) -> String {
    let mut out = String::new();
    for rule in &found.summary.rules {
        if let RuleState::NotRun { diagnostics } = &rule.state {
            for (diagnostic, source) in diagnostics {
                out.push_str(&render(diagnostic, source, false));
            }
        }
    }
    // What the compiler says of a query begins with its place, and is tested with its language.
    let of_run = |text: &&String| !text.split(' ').next().is_some_and(|word| word.ends_with(':'));
    let of_rules = found.summary.rules.iter().filter(|_| rules);
    for warning in of_rules.flat_map(|rule| &rule.warnings).filter(of_run) {
        let _ = writeln!(out, "warning: {warning}");
    }
    for rejected in &found.summary.examples {
        let _ = writeln!(out, "set aside: {} {}", rejected.place, rejected.reason.word());
    }
    for alert in &found.alerts {
        if rules {
            let _ = writeln!(out, "{}", alert_line(alert, offsets));
        } else if matches!(alert.kind, AlertKind::Row { .. }) {
            let _ = writeln!(out, "{}", row(alert));
        } else {
            let _ = writeln!(out, "{}", numbers(alert, offsets));
        }
    }
    out
}

fn numbers(alert: &Alert, offsets: &[u64]) -> String {
    let events: Vec<String> = alert
        .events
        .iter()
        .map(|event| {
            let at: usize =
                event.input.strip_prefix("events-").and_then(|n| n.parse().ok()).unwrap_or(0);
            (offsets.get(at).copied().unwrap_or(0) + event.record + 1).to_string()
        })
        .collect();
    events.join(" ")
}

fn row(alert: &Alert) -> String {
    let entries = alert.fields.iter().map(|(name, values)| {
        let value = values.one().map_or_else(|| json!(values), |one| json!(one));
        (name.to_owned(), value)
    });
    serde_json::Value::Object(entries.collect()).to_string()
}

fn alert_line(alert: &Alert, offsets: &[u64]) -> String {
    let mut line = format!("{} {}", iso(alert.detected), alert.rule.name);
    match &alert.kind {
        AlertKind::Row { from, to, .. } => {
            let _ = write!(line, " | {} to {} | {}", iso(*from), iso(*to), row(alert));
            if let Some(notable) = &alert.notable {
                let _ = write!(line, " | notable: {}", notable.title);
            }
            for risk in &alert.risks {
                let _ = write!(
                    line,
                    " | risk: {} {} {}: {}",
                    risk.risk_score, risk.risk_object_type, risk.risk_object, risk.message
                );
            }
        }
        AlertKind::Sequence => {
            let _ = write!(
                line,
                " | sequence of events {} | {} building blocks",
                numbers(alert, offsets),
                alert.blocks.len()
            );
        }
        AlertKind::Threshold(_) | AlertKind::Correlation(_) => {
            let _ = write!(line, " | {} | events {}", alert.reason, numbers(alert, offsets));
        }
        _ => {
            let _ = write!(line, " | event {}", numbers(alert, offsets));
        }
    }
    if alert.rule.building_block {
        line.push_str(" | building block");
    }
    if alert.name != alert.rule.name {
        let _ = write!(line, " | named {}", alert.name);
    }
    if alert.severity != alert.rule.severity || alert.risk_score != alert.rule.risk_score {
        let _ = write!(line, " | {} {}", alert.severity.word(), alert.risk_score);
    }
    if let Some(suppressed) = &alert.suppressed {
        let _ = write!(line, " | and {} more", suppressed.docs_count);
    }
    for match_ in &alert.enrichments {
        let feed = match_.feed.as_ref().map_or_else(String::new, |feed| format!(" of {feed}"));
        let kind = match_.indicator.iter().find(|(name, _)| name == "type");
        let kind = kind.and_then(|(_, values)| values.first()).map_or("indicator", String::as_str);
        let _ = write!(line, " | {} {} matches {kind}{feed}", match_.field, match_.atomic);
    }
    if !alert.new_terms.is_empty() {
        let _ = write!(line, " | new: {}", alert.new_terms.join(", "));
    }
    line
}
