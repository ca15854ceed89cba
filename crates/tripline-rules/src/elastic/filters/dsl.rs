//! Elasticsearch's query DSL, as far as filters use it. What a leaf query means on a field is said
//! in [`tripline_lucene::leaf`]; here it is read. An option that would change the meaning and is
//! not known is refused like an unknown clause.

use super::DEEPEST;
use serde_json::{Map, Value};
use tripline_diag::Span;
use tripline_ir::{Case, FieldRef, FieldType, Glob, GlobBuilder, Pred, View};
use tripline_lucene::Options;
use tripline_lucene::leaf::{Match, Target, Tested};
use tripline_schema::Schema;

/// Options that change no result.
const HARMLESS: [&str; 3] = ["boost", "_name", "rewrite"];

/// More alternatives than this are not written out for `minimum_should_match`.
const MOST_COUNTED: usize = 12;

/// The condition of a query.
pub(super) fn query(clause: &Value, schema: &Schema, depth: usize) -> Result<Pred, String> {
    if depth > DEEPEST {
        return Err(format!("clauses nested deeper than {DEEPEST}"));
    }
    let Value::Object(map) = clause else { return Err("a filter has no `query`".to_owned()) };
    let mut clauses = map.iter().filter(|(name, _)| *name != "meta" && *name != "$state");
    let Some((name, body)) = clauses.next() else { return Err("a filter is empty".to_owned()) };
    if let Some((second, _)) = clauses.next() {
        return Err(format!("a query has one clause, not `{name}` and `{second}`"));
    }
    match name.as_str() {
        "match_all" => Ok(Pred::Const(true)),
        "match_none" => Ok(Pred::Const(false)),
        "bool" => boolean(body, schema, depth),
        "constant_score" => query(&body["filter"], schema, depth + 1),
        "nested" => {
            only(name, body, &["path", "query", "score_mode", "ignore_unmapped", "inner_hits"])?;
            let path = text_of(name, body, "path")?;
            let path = FieldRef::new(View::Ecs, path, FieldType::Nested);
            let inner = Box::new(query(&body["query"], schema, depth + 1)?);
            Ok(Pred::Nested { path, pred: inner, span: Span::default() })
        }
        "exists" => {
            only(name, body, &["field"])?;
            Ok(Target::named(&text_of(name, body, "field")?, schema).exists(Span::default()))
        }
        "query_string" => query_string(body, schema),
        "multi_match" => multi_match(body, schema),
        _ => leaf(name, body, schema),
    }
}

/// Clauses that name a field: `{name: {field: body}}`.
fn leaf(name: &str, body: &Value, schema: &Schema) -> Result<Pred, String> {
    let read: fn(&Target, &Body<'_>) -> Tested_ = match name {
        "term" => term,
        "terms" => return terms(body, schema),
        "match" => matches,
        "match_phrase" => phrase,
        "wildcard" => wildcard,
        "prefix" => prefix,
        "regexp" => regexp,
        "range" => range,
        other => return Err(format!("the clause `{other}` of `filters` is not run yet")),
    };
    let (field, body) = single(name, body)?;
    let target = Target::named(field, schema);
    let tested = read(&target, &Body { name, body })?;
    Ok(target.pred(tested.map_err(|refused| refused.message)?, Span::default()))
}

/// What a clause asks; or a mistake in the clause; or, inside, one that the field's type makes.
type Tested_ = Result<Tested, String>;

/// The only entry of a clause that is no harmless option.
fn single<'v>(name: &str, body: &'v Value) -> Result<(&'v str, &'v Value), String> {
    let fields = body.as_object().into_iter().flatten();
    let mut fields = fields.filter(|(key, _)| !HARMLESS.contains(&key.as_str()));
    match (fields.next(), fields.next()) {
        (Some((field, body)), None) => Ok((field, body)),
        (None, _) => Err(format!("the clause `{name}` names no field")),
        (Some(_), Some(_)) => Err(format!("the clause `{name}` names several fields")),
    }
}

/// What stands under a field: the value itself, or an object with it.
struct Body<'v> {
    name: &'v str,
    body: &'v Value,
}

impl Body<'_> {
    /// The value, under one of these keys if there are options beside it.
    fn value(&self, keys: &[&str], options: &[&str]) -> Result<String, String> {
        let Value::Object(map) = self.body else {
            return scalar(self.body).ok_or_else(|| self.lacks(keys[0]));
        };
        known(self.name, map, &[keys, options].concat())?;
        let found = keys.iter().find_map(|key| map.get(*key));
        found.and_then(scalar).ok_or_else(|| self.lacks(keys[0]))
    }

    fn option(&self, key: &str) -> Option<&Value> {
        self.body.as_object().and_then(|map| map.get(key))
    }

    /// `case_insensitive` folds ASCII letters only.
    fn case(&self) -> Case {
        let fold = self.option("case_insensitive").is_some_and(|flag| *flag == true);
        if fold { Case::Ascii } else { Case::Sensitive }
    }

    fn lacks(&self, key: &str) -> String {
        format!("the clause `{}` has no `{key}`", self.name)
    }
}

fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}

fn only(name: &str, body: &Value, keys: &[&str]) -> Result<(), String> {
    body.as_object().map_or(Ok(()), |map| known(name, map, keys))
}

fn known(name: &str, map: &Map<String, Value>, keys: &[&str]) -> Result<(), String> {
    let unknown =
        map.keys().map(String::as_str).find(|key| !keys.contains(key) && !HARMLESS.contains(key));
    match unknown {
        Some(key) => Err(format!("the option `{key}` of the clause `{name}` is not run yet")),
        None => Ok(()),
    }
}

fn text_of(name: &str, body: &Value, key: &str) -> Result<String, String> {
    let text = body[key].as_str().map(str::to_owned);
    text.ok_or_else(|| format!("the clause `{name}` has no `{key}`"))
}

fn term(target: &Target, body: &Body<'_>) -> Tested_ {
    let value = body.value(&["value", "term"], &["case_insensitive"])?;
    Ok(target.term(&value, body.case()))
}

fn terms(body: &Value, schema: &Schema) -> Result<Pred, String> {
    let (field, list) = single("terms", body)?;
    let Value::Array(list) = list else {
        return Err("the clause `terms` has no list of values".to_owned());
    };
    let target = Target::named(field, schema);
    let mut any = vec![];
    for value in list {
        let text = scalar(value).ok_or("a value of `terms` is no text, number or truth value")?;
        let test = target.term(&text, Case::Sensitive).map_err(|refused| refused.message)?;
        any.push(target.pred(test, Span::default()));
    }
    Ok(Pred::or(any))
}

fn matches(target: &Target, body: &Body<'_>) -> Tested_ {
    let value = body.value(&["query"], &["operator", "type", "lenient", "zero_terms_query"])?;
    if body.option("zero_terms_query").is_some_and(|option| *option != "none") {
        return Err("the option `zero_terms_query` of the clause `match` is not run yet".to_owned());
    }
    let how = match (body.option("type"), body.option("operator").and_then(Value::as_str)) {
        // How Kibana wrote a phrase before version 7.
        (Some(kind), _) if *kind == "phrase" => Match::Phrase,
        (Some(kind), _) if *kind != "boolean" => {
            return Err(format!("the type {kind} of the clause `match` is not run yet"));
        }
        (_, Some(operator)) if operator.eq_ignore_ascii_case("and") => Match::All,
        _ => Match::Any,
    };
    Ok(target.matches(&value, how))
}

fn phrase(target: &Target, body: &Body<'_>) -> Tested_ {
    let value = body.value(&["query"], &["slop", "zero_terms_query"])?;
    let slop = body.option("slop").is_some_and(|slop| *slop != 0);
    if slop && target.is_analysed() {
        return Err("the option `slop` of the clause `match_phrase` is not run yet".to_owned());
    }
    Ok(target.matches(&value, Match::Phrase))
}

fn wildcard(target: &Target, body: &Body<'_>) -> Tested_ {
    let value = body.value(&["value", "wildcard"], &["case_insensitive"])?;
    Ok(target.wildcard(&glob(&value), body.case()))
}

fn prefix(target: &Target, body: &Body<'_>) -> Tested_ {
    let value = body.value(&["value", "prefix"], &["case_insensitive"])?;
    Ok(target.prefix(&value, body.case()))
}

fn regexp(target: &Target, body: &Body<'_>) -> Tested_ {
    let options = ["case_insensitive", "flags", "max_determinized_states"];
    let value = body.value(&["value", "regexp"], &options)?;
    if body.option("flags").is_some_and(|flags| *flags != "ALL") {
        return Err("the option `flags` of the clause `regexp` is not run yet".to_owned());
    }
    Ok(target.regexp(&value, body.case()))
}

fn range(target: &Target, body: &Body<'_>) -> Tested_ {
    let Value::Object(map) = body.body else { return Err(body.lacks("gte")) };
    known("range", map, &["gte", "gt", "lte", "lt", "format", "time_zone", "relation"])?;
    let formats = ["strict_date_optional_time", "date_optional_time", "epoch_millis"];
    if let Some(format) = map.get("format").and_then(Value::as_str)
        && !format.split("||").all(|format| formats.contains(&format))
    {
        return Err(format!("the date format `{format}` of the clause `range` is not run yet"));
    }
    if let Some(zone) = map.get("time_zone").and_then(Value::as_str)
        && !matches!(zone, "Z" | "UTC" | "Zulu" | "GMT" | "+00:00")
    {
        return Err(format!("the time zone `{zone}` of the clause `range` is not run yet"));
    }
    let bound = |strict: &str, inclusive: &str| {
        let found = [(strict, false), (inclusive, true)].into_iter().find_map(|(key, inside)| {
            map.get(key).filter(|value| !value.is_null()).map(|value| (value, inside))
        });
        let Some((value, inside)) = found else { return Ok(None) };
        let text = scalar(value).ok_or_else(|| body.lacks(inclusive))?;
        Ok::<_, String>(Some((text, inside)))
    };
    let (lower, upper) = (bound("gt", "gte")?, bound("lt", "lte")?);
    if lower.is_none() && upper.is_none() {
        return Err(body.lacks("gte"));
    }
    fn side(bound: Option<&(String, bool)>) -> Option<(&str, bool)> {
        bound.map(|(text, inside)| (text.as_str(), *inside))
    }
    Ok(target.range(side(lower.as_ref()), side(upper.as_ref())))
}

/// One text over several fields, all of them if none is named.
fn multi_match(body: &Value, schema: &Schema) -> Result<Pred, String> {
    only("multi_match", body, &["query", "type", "fields", "lenient", "operator"])?;
    let text = scalar(&body["query"]).ok_or("the clause `multi_match` has no `query`")?;
    let how = match body["type"].as_str() {
        Some("phrase") => Match::Phrase,
        None | Some("best_fields") if body["operator"] == "and" => Match::All,
        None | Some("best_fields") => Match::Any,
        Some(other) => {
            return Err(format!("the type `{other}` of the clause `multi_match` is not run yet"));
        }
    };
    let fields = fields(body)?;
    let names = if fields.is_empty() { vec!["*".to_owned()] } else { fields };
    let mut any = vec![];
    for name in names {
        let target = Target::named(&name, schema);
        // A field whose type does not fit the text is passed over, as `lenient` says.
        let Ok(test) = target.matches(&text, how) else { continue };
        any.push(target.pred(test, Span::default()));
    }
    Ok(Pred::or(any))
}

/// The names of `fields`, without their boosts.
fn fields(body: &Value) -> Result<Vec<String>, String> {
    let list = match &body["fields"] {
        Value::Null => return Ok(vec![]),
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    let name = |value: &Value| {
        value.as_str().map(|name| name.split('^').next().unwrap_or(name).to_owned())
    };
    list.iter()
        .map(name)
        .collect::<Option<_>>()
        .ok_or_else(|| "`fields` is no list of names".into())
}

fn query_string(body: &Value, schema: &Schema) -> Result<Pred, String> {
    let harmless = ["analyze_wildcard", "allow_leading_wildcard", "lenient", "time_zone"];
    let read = ["query", "default_field", "fields", "default_operator"];
    only("query_string", body, &[&harmless[..], &read].concat())?;
    let text = text_of("query_string", body, "query")?;
    let mut default_fields = fields(body)?;
    default_fields.extend(body["default_field"].as_str().map(str::to_owned));
    default_fields.retain(|name| name != "*");
    let all =
        body["default_operator"].as_str().is_some_and(|word| word.eq_ignore_ascii_case("and"));
    // Kibana's search bar takes a blank text for everything, Elasticsearch for nothing.
    if text.trim().is_empty() {
        return Ok(Pred::Const(false));
    }
    let options = Options { default_fields, all };
    let (pred, diagnostics) = tripline_lucene::compile_pred_with(&text, &options, schema);
    pred.ok_or_else(|| {
        let why = diagnostics.iter().find(|d| d.is_error()).map_or("", |d| d.message.as_str());
        format!("the query string `{text}` of a filter: {why}")
    })
}

fn boolean(body: &Value, schema: &Schema, depth: usize) -> Result<Pred, String> {
    only(
        "bool",
        body,
        &["must", "filter", "should", "must_not", "minimum_should_match", "adjust_pure_negative"],
    )?;
    let list = |key: &str| -> Result<Vec<Pred>, String> {
        match &body[key] {
            Value::Null => Ok(vec![]),
            Value::Array(list) => list.iter().map(|q| query(q, schema, depth + 1)).collect(),
            one => Ok(vec![query(one, schema, depth + 1)?]),
        }
    };
    let mut all = list("must")?;
    all.extend(list("filter")?);
    let should = list("should")?;
    let given = &body["minimum_should_match"];
    let least = match given {
        Value::Null => 0,
        given => least_of(given, should.len())
            .ok_or_else(|| format!("`minimum_should_match` {given} is not run yet"))?,
    };
    // Without a clause that must hold one of those that should has to, whatever is said.
    let least = if all.is_empty() && !should.is_empty() { least.max(1) } else { least };
    if least > 1 && least < should.len() && should.len() > MOST_COUNTED {
        return Err(format!("`minimum_should_match` over more than {MOST_COUNTED} is not run yet"));
    }
    all.push(at_least(least, &should));
    all.extend(list("must_not")?.into_iter().map(Pred::negate));
    Ok(Pred::and(all))
}

/// `2`, `-1` (all but one), `75%`, `-25%`; a percentage is rounded down.
fn least_of(given: &Value, of: usize) -> Option<usize> {
    let text = scalar(given)?;
    let of = of as i64;
    let (text, percent) = text.strip_suffix('%').map_or((text.as_str(), false), |t| (t, true));
    let number: i64 = text.parse().ok()?;
    let count = if percent { of.checked_mul(number)? / 100 } else { number };
    Some(if count < 0 { of.saturating_add(count).max(0) } else { count } as usize)
}

fn at_least(count: usize, preds: &[Pred]) -> Pred {
    if count == 0 {
        return Pred::Const(true);
    }
    match preds.split_first() {
        None => Pred::Const(false),
        Some(_) if count > preds.len() => Pred::Const(false),
        Some(_) if count == 1 => Pred::or(preds.iter().cloned()),
        Some(_) if count == preds.len() => Pred::and(preds.iter().cloned()),
        Some((first, rest)) => {
            Pred::or([Pred::and([first.clone(), at_least(count - 1, rest)]), at_least(count, rest)])
        }
    }
}

/// Elasticsearch's wildcard pattern: `*`, `?`, and a backslash before what stands for itself.
fn glob(pattern: &str) -> Glob {
    let mut glob = GlobBuilder::default();
    let mut chars = pattern.chars();
    while let Some(c) = chars.next() {
        match c {
            '*' => glob.many(),
            '?' => glob.one(),
            '\\' => glob.literal(chars.next().unwrap_or('\\')),
            c => glob.literal(c),
        }
    }
    glob.finish(Case::Sensitive)
}
