//! An explanation for people.

use super::{count, counted};
use std::io::{self, Write};
use std::ops::Range;
use tripline_detect::{Explanation, FilterStory, LeafView, Place, Reach, Shown, Truth, iso};
use tripline_diag::{SourceText, render};
use tripline_events::NO_TIME;

/// Longest value in characters; the rest is left out.
const VALUE: usize = 160;
/// Longest text of a test.
const TEXT: usize = 76;
/// At most so many reasons are listed why a source cannot match.
const LACKS: usize = 3;
/// At most so many source types are listed.
const SOURCES: usize = 8;

/// How things are shown.
#[derive(Clone, Copy)]
struct Style {
    fancy: bool,
    color: bool,
}

impl Style {
    fn paint(self, code: &str, text: &str) -> String {
        if self.color { format!("\x1b[{code}m{text}\x1b[0m") } else { text.to_owned() }
    }

    fn mark(self, truth: Truth) -> String {
        let (code, mark) = match (truth, self.fancy) {
            (Truth::True, true) => ("32", "✔"),
            (Truth::False, true) => ("31", "✘"),
            (Truth::Absent, true) => ("33", "∅"),
            (Truth::True, false) => ("32", "true  "),
            (Truth::False, false) => ("31", "false "),
            (Truth::Absent, false) => ("33", "absent"),
        };
        self.paint(code, mark)
    }
}

/// Prints an explanation.
pub fn explain(
    out: &mut dyn Write,
    found: &Explanation,
    fancy: bool,
    color: bool,
) -> io::Result<()> {
    let style = Style { fancy, color };
    writeln!(out, "{}  ({})", style.paint("1", &found.rule.name), found.rule.id)?;
    if !found.errors.is_empty() {
        writeln!(out, "\nThe rule cannot run:\n")?;
        for diagnostic in &found.errors {
            write!(out, "{}", render(diagnostic, &found.source, color))?;
        }
        return Ok(());
    }
    writeln!(out, "\n{}", verdict(found))?;
    for why in &found.reasons {
        writeln!(out)?;
        for (at, line) in super::wrap(&why.text, 96).iter().enumerate() {
            writeln!(out, "{} {line}", if at == 0 { "-" } else { " " })?;
        }
        for place in &why.events {
            writeln!(out, "    {}", at(place))?;
        }
    }
    if !found.fires() && !found.remarks.is_empty() {
        writeln!(out)?;
        for remark in &found.remarks {
            write!(out, "{}", render(remark, &found.source, color))?;
        }
    }
    writeln!(out)?;
    sources(out, found)?;
    for filter in &found.filters {
        story(out, found, filter, style)?;
    }
    Ok(())
}

/// The first line: what happened, and the main reason.
fn verdict(found: &Explanation) -> String {
    if found.fires() {
        return format!("The rule fires: {}.", counted(found.alerts.len(), "alert"));
    }
    let read = counted(found.events as usize, "event");
    let lead = format!("The rule raises no alert from {read}.");
    let Some(filter) = found.filters.iter().find(|f| f.hits == 0) else { return lead };
    let who = if filter.title.is_empty() { String::new() } else { format!(" of {}", filter.title) };
    if filter.looked == 0 {
        return match &filter.log_source {
            Some(source) => format!("{lead} The data has no source that answers to {source}."),
            None => format!("{lead} None of them is in an index{who} that the rule searches."),
        };
    }
    let ends = filter.funnel.iter().find(|conjunct| conjunct.left == 0);
    match ends {
        Some(conjunct) => {
            format!("{lead} None is left after `{}`{who}.", short(&conjunct.text, TEXT))
        }
        None => lead,
    }
}

fn sources(out: &mut dyn Write, found: &Explanation) -> io::Result<()> {
    writeln!(out, "events read: {}", count(found.events))?;
    for source in found.sources.iter().take(SOURCES) {
        let log_source = found.filters.iter().any(|filter| filter.log_source.is_some());
        let mut said: Vec<String> =
            source.filters.iter().map(|state| reach(state, log_source)).collect();
        if said.windows(2).all(|pair| pair[0] == pair[1]) {
            said.truncate(1);
        } else {
            let named = found.filters.iter().zip(&said);
            said = named.map(|(filter, what)| format!("{}: {what}", filter.title)).collect();
        }
        writeln!(out, "{:>11}  {}: {}", count(source.events), source.id, said.join("; "))?;
    }
    if found.sources.len() > SOURCES {
        let more = found.sources.len() - SOURCES;
        writeln!(out, "{:>11}  and {}", "", counted(more, "more source type"))?;
    }
    let aside: u64 = found.set_aside.values().sum();
    if aside > 0 {
        let by: Vec<String> =
            found.set_aside.iter().map(|(word, n)| format!("{word} {}", count(*n))).collect();
        writeln!(out, "{:>11}  set aside: {}", count(aside), by.join(", "))?;
    }
    Ok(())
}

fn reach(reach: &Reach, log_source: bool) -> String {
    match reach {
        Reach::Looks => "looked at".to_owned(),
        Reach::Gated if log_source => "not of the rule's log source".to_owned(),
        Reach::Gated => "not searched, in none of the rule's indices".to_owned(),
        Reach::Never(lacks) if lacks.is_empty() => "can never match".to_owned(),
        Reach::Never(lacks) => {
            let more = if lacks.len() > LACKS { ", ..." } else { "" };
            let some: Vec<&str> = lacks.iter().take(LACKS).map(String::as_str).collect();
            format!("can never match, {}{more}", some.join(", "))
        }
    }
}

fn story(
    out: &mut dyn Write,
    found: &Explanation,
    filter: &FilterStory,
    style: Style,
) -> io::Result<()> {
    let source = filter.source.as_ref().unwrap_or(&found.source);
    writeln!(out)?;
    if !filter.title.is_empty() {
        writeln!(out, "{}", style.paint("1", &filter.title))?;
    }
    writeln!(out, "{:>11}  in scope", count(filter.looked))?;
    for conjunct in &filter.funnel {
        let also = if conjunct.left == 0 && conjunct.alone > 0 {
            format!("   ({} by itself)", count(conjunct.alone))
        } else {
            String::new()
        };
        writeln!(out, "{:>11}  {}{also}", count(conjunct.left), short(&conjunct.text, TEXT))?;
    }
    let several = found.filters.len() > 1;
    let total = filter.shown.len();
    for (at, event) in filter.shown.iter().enumerate() {
        // Of a step that has its events, one is enough to see what it takes.
        if several && filter.hits > 0 && event.holds {
            continue;
        }
        shown(out, source, filter, event, (at + 1, total), style)?;
    }
    Ok(())
}

fn shown(
    out: &mut dyn Write,
    source: &SourceText,
    filter: &FilterStory,
    event: &Shown,
    (number, total): (usize, usize),
    style: Style,
) -> io::Result<()> {
    let failing = event.leaves.iter().filter(|leaf| leaf.decides).count();
    let what = if event.holds {
        "passes".to_owned()
    } else {
        format!("{} short", counted(failing, "test"))
    };
    let kind = match (event.holds, total) {
        (true, _) => "event",
        (false, 1) => "nearest",
        (false, _) => "near",
    };
    let number = if total > 1 { format!(" {number}") } else { String::new() };
    let alike = if event.alike > 1 {
        format!(", like {}", counted((event.alike - 1) as usize, "other"))
    } else {
        String::new()
    };
    let scope = match (event.in_scope, &filter.log_source) {
        (true, _) => "",
        (false, Some(_)) => ", not of the rule's log source",
        (false, None) => ", in none of the rule's indices",
    };
    writeln!(out, "\n{}", style.paint("1", &format!("{kind}{number}: {what}{alike}{scope}")))?;
    writeln!(out, "  {}", at(&event.place))?;
    if !event.about.is_empty() {
        writeln!(out, "  {}", short(&event.about, VALUE))?;
    }
    query(out, source, event, style)
}

/// The query's lines that have tests, each with its tests below it.
fn query(out: &mut dyn Write, source: &SourceText, event: &Shown, style: Style) -> io::Result<()> {
    let mut start = 0usize;
    let mut gap = false;
    let inside_detection = detection(&source.text);
    for (at, line) in source.text.split('\n').enumerate() {
        let end = start + line.len();
        if !inside_detection.contains(&start) {
            start = end + 1;
            continue;
        }
        let here: Vec<&LeafView> = event
            .leaves
            .iter()
            .filter(|leaf| leaf.span.is_some_and(|s| (start..=end).contains(&(s.start as usize))))
            .collect();
        let inside = event.leaves.iter().any(|leaf| {
            leaf.span.is_some_and(|s| (s.start as usize) < start && (s.end as usize) > start)
        });
        let number = source.first_line as usize + at;
        if here.is_empty() && (inside || line.trim().is_empty() || event.leaves.is_empty()) {
            // The middle of a long list.
            gap = gap || inside;
        } else {
            if gap {
                writeln!(out, "      ...")?;
                gap = false;
            }
            writeln!(out, "{}", style.paint("2", &format!("{number:>5} | {}", short(line, 110))))?;
        }
        for leaf in here {
            test(out, leaf, style)?;
        }
        start = end + 1;
    }
    let outside: Vec<&LeafView> = event.leaves.iter().filter(|l| l.span.is_none()).collect();
    if !outside.is_empty() {
        writeln!(out, "{}", style.paint("2", "      | conditions beside the query:"))?;
        for leaf in outside {
            test(out, leaf, style)?;
        }
    }
    Ok(())
}

/// The bytes of a Sigma rule's detection, of any other query all.
fn detection(text: &str) -> Range<usize> {
    const KEY: &str = "detection:";
    let begin = text.match_indices(KEY).map(|(at, _)| at);
    let mut begin = begin.filter(|at| *at == 0 || text.as_bytes()[at - 1] == b'\n');
    let Some(begin) = begin.next() else { return 0..text.len() + 1 };
    let mut end = begin;
    for (at, line) in text[begin..].split_inclusive('\n').enumerate() {
        if at > 0 && line.starts_with(|c: char| !c.is_whitespace() && c != '#' && c != '-') {
            break;
        }
        end += line.len();
    }
    begin..end
}

fn test(out: &mut dyn Write, leaf: &LeafView, style: Style) -> io::Result<()> {
    let decides = if leaf.decides { style.paint("1;31", " <-- this") } else { String::new() };
    writeln!(out, "        {} {}{decides}", style.mark(leaf.truth), short(&leaf.text, TEXT))?;
    let pad = if style.fancy { "          " } else { "               " };
    for field in &leaf.fields {
        let values = match field.values.as_slice() {
            [] => "(absent)".to_owned(),
            values => {
                let some: Vec<String> = values.iter().take(6).map(|v| short(v, VALUE)).collect();
                let more = values.len().saturating_sub(6);
                let more = if more > 0 { format!(" and {more} more") } else { String::new() };
                format!("{}{more}", some.join(" | "))
            }
        };
        let from = match field.origin.as_str() {
            "" => String::new(),
            origin => format!("   [{}]", short(origin, VALUE)),
        };
        writeln!(out, "{pad}{} = {values}{}", field.name, style.paint("2", &from))?;
    }
    if let Some(remark) = &leaf.remark {
        writeln!(out, "{pad}{}", style.paint("36", remark))?;
    }
    Ok(())
}

fn at(place: &Place) -> String {
    let time = if place.time == NO_TIME { "no time".to_owned() } else { iso(place.time) };
    format!("{time}  {}  {} record {}", place.source, place.input, place.record + 1)
}

/// At most so many characters, without line breaks.
fn short(text: &str, most: usize) -> String {
    let flat: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    if flat.chars().count() <= most {
        return flat;
    }
    let mut cut: String = flat.chars().take(most.saturating_sub(3)).collect();
    cut.push_str("...");
    cut
}
