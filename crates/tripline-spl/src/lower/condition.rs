//! Search expressions as conditions.
//!
//! Values compare without regard to case, as text and as numbers, networks and wildcards at once
//! (`spec/splunk.md` 3.2). `f!=v` wants a value that differs; `NOT f=v` is plain negation.

use crate::ast::{CompareOp, Name, Search, SearchKind, TermForm};
use crate::codes;
use ipnet::IpNet;
use std::sync::Arc;
use tripline_diag::{Diagnostic, did_you_mean};
use tripline_ir::{
    Bound, Case, FieldRef, FieldSet, Glob, Leaf, Order, Pred, Scalar, Test, View, parse_number,
};
use tripline_schema::Fields;

/// Where the fields of a condition live.
pub(crate) struct Place<'a> {
    /// The vocabulary.
    pub(crate) view: View,
    /// In `tstats`: the dataset's prefix, and whether the catalogue knows the dataset.
    pub(crate) dataset: Option<(&'a str, bool)>,
}

/// The condition that a search expression states.
pub(crate) fn condition(
    search: &Search,
    place: &Place<'_>,
    fields: &dyn Fields,
    diagnostics: &mut Vec<Diagnostic>,
) -> Pred {
    match &search.kind {
        SearchKind::And(parts) => {
            Pred::and(parts.iter().map(|p| condition(p, place, fields, diagnostics)))
        }
        SearchKind::Or(parts) => {
            Pred::or(parts.iter().map(|p| condition(p, place, fields, diagnostics)))
        }
        SearchKind::Not(inner) => condition(inner, place, fields, diagnostics).negate(),
        SearchKind::Compare { field, op, value } => {
            compare(search, field, *op, value, place, fields, diagnostics)
        }
        SearchKind::In { field, values } => {
            let texts: Vec<&str> = values.iter().map(|v| &*v.text).collect();
            if texts.is_empty() {
                return Pred::Const(false);
            }
            let field = field_ref(field, place, fields, diagnostics);
            Pred::leaf(field, equals(&texts), search.span)
        }
        SearchKind::Term { text, form } => term(search, text, *form),
        SearchKind::Error => Pred::Const(false),
    }
}

fn compare(
    search: &Search,
    name: &Name,
    op: CompareOp,
    value: &Name,
    place: &Place<'_>,
    fields: &dyn Fields,
    diagnostics: &mut Vec<Diagnostic>,
) -> Pred {
    if place.view != View::Row
        && matches!(
            &*name.text,
            "earliest" | "latest" | "starttime" | "endtime" | "_index_earliest" | "_index_latest"
        )
    {
        let message = format!("`{}` inside the search is not supported yet", name.text);
        diagnostics.push(Diagnostic::error(&codes::TIME_RANGE, message).at(search.span));
        return Pred::Const(false);
    }
    // Every event is in some index; this is how searches say "anywhere".
    if place.view == View::Splunk && name.text == "index" && value.text == "*" {
        return Pred::Const(op == CompareOp::Equal);
    }
    let field = field_ref(name, place, fields, diagnostics);
    let range = |lower, upper| Test::Range { lower, upper, order: Order::NumberElseText };
    let scalar = || Scalar::Text(value.text.as_str().into());
    let test = match op {
        CompareOp::Equal => equals(&[&value.text]),
        CompareOp::NotEqual => Test::Not(Box::new(equals(&[&value.text]))),
        CompareOp::Less => range(Bound::Open, Bound::Exclusive(scalar())),
        CompareOp::LessEqual => range(Bound::Open, Bound::Inclusive(scalar())),
        CompareOp::Greater => range(Bound::Exclusive(scalar()), Bound::Open),
        CompareOp::GreaterEqual => range(Bound::Inclusive(scalar()), Bound::Open),
    };
    Pred::leaf(field, test, search.span)
}

/// Equal to one of these values, in all the ways in which a value can be meant.
fn equals(values: &[&str]) -> Test {
    let case = Case::Unicode;
    let (mut texts, mut numbers, mut nets, mut globs) = (vec![], vec![], vec![], vec![]);
    for value in values {
        if !value.is_empty() && value.bytes().all(|b| b == b'*') {
            return Test::Exists;
        }
        if value.contains('*') {
            globs.push(Glob::parse(value, false, case));
            continue;
        }
        let text: Arc<str> = case.fold(value).into();
        if !texts.contains(&text) {
            texts.push(text);
        }
        numbers.extend(parse_number(value));
        if value.contains('/') {
            nets.extend(value.parse::<IpNet>().ok().map(|net| net.trunc()));
        }
    }
    let mut tests = vec![];
    if !texts.is_empty() {
        tests.push(Test::Equals { values: texts, case });
    }
    if !numbers.is_empty() {
        tests.push(Test::Number(numbers));
    }
    if !nets.is_empty() {
        tests.push(Test::Cidr(nets));
    }
    if !globs.is_empty() {
        tests.push(Test::Glob { patterns: globs, case });
    }
    if tests.len() == 1 { tests.remove(0) } else { Test::Any(tests) }
}

/// The field of a name, and what there is to say about it.
pub(crate) fn field_ref(
    name: &Name,
    place: &Place<'_>,
    fields: &dyn Fields,
    diagnostics: &mut Vec<Diagnostic>,
) -> FieldRef {
    let Some((prefix, known)) = place.dataset else {
        return match place.view {
            View::Row => FieldRef::row(&*name.text),
            ref view => fields.field_ref(view.clone(), &name.text),
        };
    };
    if is_default_field(&name.text) {
        return fields.field_ref(place.view.clone(), &name.text);
    }
    let inner = name.text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('.'));
    let Some(inner) = inner else {
        let message = format!("`{}` is not a field of `{prefix}`", name.text);
        let last = name.text.rsplit('.').next().unwrap_or(&name.text);
        let diagnostic = Diagnostic::warning(&codes::DATASET_PREFIX, message)
            .at(name.span)
            .help(format!("field names are case-sensitive; did you mean `{prefix}.{last}`?"));
        diagnostics.push(diagnostic);
        return FieldRef::new(place.view.clone(), &*name.text, tripline_ir::FieldType::Unknown);
    };
    if known && !fields.field(&place.view, inner).known {
        let names = fields.field_names(&place.view);
        let help = did_you_mean(inner, names);
        let message = format!("dataset `{prefix}` has no field `{inner}`");
        let diagnostic = Diagnostic::warning(&codes::UNKNOWN_FIELD, message);
        diagnostics.push(diagnostic.at(name.span).maybe_help(help));
    }
    fields.field_ref(place.view.clone(), inner)
}

/// The fields that every event has, in every dataset without a prefix.
pub(crate) fn is_default_field(name: &str) -> bool {
    matches!(name, "_time" | "_raw" | "host" | "source" | "sourcetype" | "index")
}

/// A word or phrase somewhere in the event, bounded by what is neither letter nor digit: Splunk cuts
/// events at blanks and brackets, and again at dots, slashes, underscores and their like, and a term
/// matches whole pieces. `*` is any text without blanks.
fn term(search: &Search, text: &str, form: TermForm) -> Pred {
    let body = text.trim_matches('*');
    if body.trim().is_empty() {
        return Pred::Const(true);
    }
    let solid = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let mut pattern = String::new();
    if solid(text.chars().next()) {
        pattern.push_str(r"(?:^|[^\pL\pN])");
    }
    for (at, piece) in body.split('*').enumerate() {
        if at > 0 {
            pattern.push_str(r"\S*");
        }
        pattern.push_str(&regex_syntax::escape(piece));
    }
    if solid(text.chars().next_back()) {
        pattern.push_str(r"(?:$|[^\pL\pN])");
    }
    let case = if form == TermForm::Case { Case::Sensitive } else { Case::Unicode };
    let test = Test::Regex { patterns: vec![pattern.into()], case, anchored: false };
    Pred::Leaf(Leaf { field: FieldSet::Anything, test, span: search.span })
}
