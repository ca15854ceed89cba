//! Our own tests: the list `tests` of a rule's file or of a file beside it.

use super::find::{RuleName, Source};
use super::{Case, CaseLogs, CaseSettings, CaseState, Expected, ExpectedAlert, splunk};
use crate::value::{Node, Table, Value};
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use std::path::PathBuf;
use tripline_diag::did_you_mean;

const KEYS: [&str; 16] = [
    "alerts",
    "assets",
    "description",
    "events",
    "exceptions",
    "geoip",
    "logs",
    "more_alerts",
    "name",
    "no_alerts",
    "now",
    "rule",
    "source",
    "timezone",
    "version",
    "window",
];

/// Keys of Splunk's tests.
const OF_SPLUNK: [&str; 4] = ["attack_data", "description", "file", "name"];

/// Adds the tests of a list. `side` is whether the file is one of tests.
pub(super) fn read(
    source: &Source<'_>,
    tests: &Node,
    rule: &RuleName,
    side: bool,
    cases: &mut Vec<Case>,
) {
    let Some(list) = tests.value.as_list() else {
        let why = "`tests` is not a list".to_owned();
        return cases.push(source.broken("tests", rule, tests.span, why));
    };
    for (at, node) in list.iter().enumerate() {
        let numbered = format!("test {}", at + 1);
        let Value::Table(test) = &node.value else {
            let why = "a test that is not a map".to_owned();
            cases.push(source.broken(&numbered, rule, node.span, why));
            continue;
        };
        let name = test.text("name").map_or(numbered, str::to_owned);
        let own = test.text("rule").map(|wanted| RuleName::find(source, wanted));
        let rule = own.as_ref().unwrap_or(rule);
        let case = if test.has("attack_data") {
            match problems_of_keys(test, &OF_SPLUNK) {
                None => splunk::read(source, test, node.span, rule, name),
                Some(why) => source.broken(&name, rule, node.span, why),
            }
        } else {
            let mut case = source.case(name, rule, node.span);
            if let Err(why) = one(source, test, &mut case, side)
                && case.state == CaseState::Ready
            {
                case.state = CaseState::Broken(why);
            }
            case
        };
        cases.push(case);
    }
}

fn one(source: &Source<'_>, test: &Table, case: &mut Case, side: bool) -> Result<(), String> {
    if let Some(why) = problems_of_keys(test, &KEYS) {
        return Err(why);
    }
    if test.has("rule") && !side {
        return Err("`rule` has no place in a rule's own file".to_owned());
    }
    case.logs = match (test.get("events"), test.get("logs")) {
        (Some(events), None) => CaseLogs::Inline(inline(events)?),
        (None, Some(_)) => CaseLogs::Paths(paths(source, test, "logs")?),
        (None, None) => return Err("the test has no events: give `events` or `logs`".to_owned()),
        (Some(_), Some(_)) => {
            return Err("the test has both `events` and `logs`; give one".to_owned());
        }
    };
    case.expected = expected(test)?;
    case.settings = settings(source, test)?;
    Ok(())
}

/// Events as objects, one a line, or a text as it is.
fn inline(events: &Node) -> Result<String, String> {
    let list = match &events.value {
        Value::Text(text) if !text.trim().is_empty() => return Ok(text.clone()),
        Value::List(list) if !list.is_empty() => list,
        Value::List(_) | Value::Text(_) => return Err("`events` is empty".to_owned()),
        Value::Table(_) => std::slice::from_ref(events),
        _ => return Err("`events` is neither a list of maps nor a text".to_owned()),
    };
    let mut text = String::new();
    for event in list {
        match &event.value {
            Value::Table(_) => text.push_str(&event.value.to_json().to_string()),
            Value::Text(line) => text.push_str(line.trim_end()),
            _ => return Err("an event that is neither a map nor a text".to_owned()),
        }
        text.push('\n');
    }
    Ok(text)
}

fn expected(test: &Table) -> Result<Expected, String> {
    let silent = match flag(test, "no_alerts")? {
        Some(true) => true,
        Some(false) => return Err("`no_alerts: false` says nothing; give `alerts`".to_owned()),
        None => false,
    };
    let more = flag(test, "more_alerts")?;
    let Some(alerts) = test.get("alerts") else {
        return match (silent, more) {
            (true, None) => Ok(Expected::Exactly(0)),
            (true, Some(_)) => Err("`more_alerts` does not go with `no_alerts`".to_owned()),
            (false, _) => Err("the test expects nothing: give `alerts` or `no_alerts`".to_owned()),
        };
    };
    if silent {
        return Err("the test has both `alerts` and `no_alerts`; give one".to_owned());
    }
    let more = more.unwrap_or(false);
    match &alerts.value {
        Value::Number(digits) => {
            let number: u64 =
                digits.parse().map_err(|_| format!("`alerts: {digits}` is no number of alerts"))?;
            Ok(if more { Expected::AtLeast(number) } else { Expected::Exactly(number) })
        }
        Value::List(list) => {
            let list: Result<Vec<ExpectedAlert>, String> = list.iter().map(fields).collect();
            Ok(Expected::Alerts { alerts: list?, more })
        }
        Value::Table(_) => Ok(Expected::Alerts { alerts: vec![fields(alerts)?], more }),
        _ => Err("`alerts` is neither a number nor a list of maps".to_owned()),
    }
}

/// Fields by their whole names: a map in a map is an object in the event.
fn fields(alert: &Node) -> Result<ExpectedAlert, String> {
    let Value::Table(table) = &alert.value else {
        return Err("an expected alert that is not a map of fields and values".to_owned());
    };
    let mut fields = vec![];
    flatten(table, "", &mut fields);
    Ok(fields)
}

fn flatten(table: &Table, above: &str, fields: &mut ExpectedAlert) {
    for entry in table.entries() {
        let name =
            if above.is_empty() { entry.key.clone() } else { format!("{above}.{}", entry.key) };
        match &entry.node.value {
            Value::Table(inner) => flatten(inner, &name, fields),
            value => fields.push((name, value.to_json())),
        }
    }
}

fn settings(source: &Source<'_>, test: &Table) -> Result<CaseSettings, String> {
    let path = |key: &str| text(test, key).map(|path| path.map(|path| source.beside(&path)));
    let scheduled = match text(test, "window")?.as_deref() {
        None | Some("all") => false,
        Some("schedule") => true,
        Some(other) => return Err(format!("`window: {other}`: it is `all` or `schedule`")),
    };
    let now = match text(test, "now")? {
        None => None,
        Some(text) => Some(instant(&text).ok_or_else(|| format!("`now: {text}` is no time"))?),
    };
    let zone = match text(test, "timezone")? {
        None => None,
        Some(name) if name.eq_ignore_ascii_case("utc") => Some(TimeZone::UTC),
        Some(name) => {
            Some(TimeZone::get(&name).map_err(|_| format!("`timezone: {name}` is no time zone"))?)
        }
    };
    let version = match test.get("version").map(|node| &node.value) {
        None => None,
        Some(Value::Number(digits)) => {
            Some(digits.parse().map_err(|_| format!("`version: {digits}` is no version"))?)
        }
        Some(_) => return Err("`version` is not a number".to_owned()),
    };
    Ok(CaseSettings {
        source: text(test, "source")?,
        scheduled,
        now,
        zone,
        assets: path("assets")?,
        geoip: path("geoip")?,
        exceptions: if test.has("exceptions") {
            paths(source, test, "exceptions")?
        } else {
            vec![]
        },
        version,
    })
}

fn paths(source: &Source<'_>, test: &Table, key: &str) -> Result<Vec<PathBuf>, String> {
    let bad = || format!("`{key}` is neither a path nor a list of paths");
    let texts = match test.get(key).map(|node| &node.value) {
        Some(Value::Text(path)) => vec![path.as_str()],
        Some(Value::List(list)) => {
            let texts: Option<Vec<&str>> = list.iter().map(|node| node.value.as_text()).collect();
            texts.filter(|texts| !texts.is_empty()).ok_or_else(bad)?
        }
        _ => return Err(bad()),
    };
    Ok(texts.into_iter().map(|path| source.beside(path)).collect())
}

/// A text; TOML's times and whatever else reads as one are taken as they are written.
fn text(test: &Table, key: &str) -> Result<Option<String>, String> {
    match test.get(key).map(|node| &node.value) {
        None => Ok(None),
        Some(Value::Text(text) | Value::Time(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("`{key}` is not a text")),
    }
}

fn flag(test: &Table, key: &str) -> Result<Option<bool>, String> {
    match test.get(key).map(|node| &node.value) {
        None => Ok(None),
        Some(Value::Flag(flag)) => Ok(Some(*flag)),
        Some(_) => Err(format!("`{key}` is neither true nor false")),
    }
}

/// A time, or a date or local time in UTC.
fn instant(text: &str) -> Option<Timestamp> {
    let utc = |time: DateTime| time.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
    text.parse::<Timestamp>()
        .or_else(|_| text.parse::<DateTime>().and_then(utc))
        .or_else(|_| text.parse::<Date>().and_then(|date| utc(date.into())))
        .ok()
}

/// What is wrong with the names of the keys: one that nobody knows would be a condition lost.
pub(super) fn problems_of_keys(test: &Table, known: &[&str]) -> Option<String> {
    let unknown = test.entries().iter().find(|entry| !known.contains(&entry.key.as_str()))?;
    let help = did_you_mean(&unknown.key, known.iter().copied());
    let help = help.map(|h| format!("; {h}")).unwrap_or_default();
    Some(format!("a test has no key `{}`{help}", unknown.key))
}
