//! `field: value`: the literal read as the field's type asks for (Kibana's `is.ts`, then
//! Elasticsearch's field types).

use super::field::{Kind, Target};
use super::{Bound, Comparison, Resolver, words};
use crate::ast::{Literal, LiteralKind, Piece};
use crate::codes;
use tripline_diag::{Diagnostic, Span};
use tripline_ir::{Case, FieldSet, Glob, GlobBuilder, literal};
use tripline_schema::View;

impl Resolver<'_> {
    pub(super) fn compare(
        &mut self,
        target: &Target,
        value: &Literal,
        span: Span,
    ) -> Option<Bound> {
        if value.is_lone_wildcard() {
            return Some(exists(target, span));
        }
        self.suspect_value(value);
        if value.kind == LiteralKind::Null {
            let name = &target.name;
            self.say(
                Diagnostic::error(&codes::NULL, "nothing can be compared with `null`")
                    .at(value.span)
                    .help(format!("that `{name}` has no value is written `not {name}: *`")),
            );
            return None;
        }
        let typed = match target.kind {
            Kind::Keyword(case) => Ok(self.keyword(value, case)),
            Kind::Wildcard => {
                self.split_wildcard(value);
                Ok(self.keyword(value, Case::Sensitive))
            }
            Kind::Version => Ok(self.keyword(value, Case::Sensitive)),
            Kind::Text => return Some(self.words(target, value, span, words::standard(value))),
            Kind::Script => return Some(self.words(target, value, span, words::script(value))),
            Kind::Number => number(target, value),
            Kind::Boolean => boolean(target, value),
            Kind::Date => {
                self.partial_date(value);
                date(target, value)
            }
            Kind::Ip => address(target, value),
            Kind::Infer => Ok(self.inferred(value)),
            Kind::Everything => Ok(everything(value)),
            Kind::Opaque => Err(Diagnostic::error(
                &codes::NOT_COMPARABLE,
                format!("`{}` has no value of its own", target.name),
            )
            .at(target.span)
            .help("name one of its inner fields")),
        };
        match typed {
            Ok(with) => Some(Bound::Compare { fields: target.fields.clone(), with, span }),
            Err(diagnostic) => {
                self.say(diagnostic);
                None
            }
        }
    }

    fn keyword(&mut self, value: &Literal, case: Case) -> Comparison {
        self.quoted_wildcard(value);
        keyword(value, case)
    }

    /// Words are no longer text: without one nothing is left to find.
    fn words(
        &mut self,
        target: &Target,
        value: &Literal,
        span: Span,
        with: Option<Comparison>,
    ) -> Bound {
        self.quoted_wildcard(value);
        let Some(with) = with else {
            self.say(
                Diagnostic::warning(
                    &codes::NO_TOKENS,
                    format!("no word of `{}` is left to search for", value.text()),
                )
                .at(value.span)
                .help(format!("`{}` is analysed text: only words are compared", target.name)),
            );
            return Bound::Never;
        };
        Bound::Compare { fields: target.fields.clone(), with, span }
    }

    /// A field that no catalogue has takes the types that the literal may have.
    fn inferred(&mut self, value: &Literal) -> Comparison {
        let mut any = vec![self.keyword(value, Case::Sensitive)];
        any.extend(guesses(value));
        one_or_any(any)
    }

    fn quoted_wildcard(&mut self, value: &Literal) {
        if matches!(&value.kind, LiteralKind::Quoted(text) if text.contains('*')) {
            self.say(
                Diagnostic::warning(
                    &codes::QUOTED_WILDCARD,
                    "in quotes `*` stands for itself, not for any text",
                )
                .at(value.span)
                .help("remove the quotes if a wildcard is meant"),
            );
        }
    }

    fn split_wildcard(&mut self, value: &Literal) {
        if let LiteralKind::Wildcard(pieces) = &value.kind
            && pieces
                .iter()
                .any(|p| matches!(p, Piece::Text(text) if text.contains(char::is_whitespace)))
        {
            self.say(
                Diagnostic::note(
                    &codes::SPLIT_WILDCARD,
                    "Kibana cuts this value at its blanks; here it is matched as a whole",
                )
                .at(value.span),
            );
        }
    }
}

/// An object exists if one of its fields does.
fn exists(target: &Target, span: Span) -> Bound {
    let there = |fields| Bound::Compare { fields, with: Comparison::Exists, span };
    let below = |name: &str| {
        there(FieldSet::Matching { view: View::Ecs, pattern: format!("{name}.*").into() })
    };
    match &target.fields {
        FieldSet::One(field)
            if target.kind == Kind::Opaque && field.ty != tripline_schema::FieldType::GeoPoint =>
        {
            below(&field.name)
        }
        FieldSet::One(field) if target.parent => {
            Bound::Or(vec![there(target.fields.clone()), below(&field.name)])
        }
        fields => there(fields.clone()),
    }
}

fn keyword(value: &Literal, case: Case) -> Comparison {
    // The lower-case normalizer is Unicode's; for ASCII literals the two agree but for two exotic
    // letters (K, ſ), and the matcher is faster without Unicode.
    let case = match case {
        Case::Unicode if value.text().is_ascii() => Case::Ascii,
        case => case,
    };
    match &value.kind {
        LiteralKind::Wildcard(pieces) => Comparison::Glob(glob(pieces, case), case),
        _ => Comparison::Equals(case.fold(&value.text()), case),
    }
}

/// `*` is any text; `?` is a question mark, since Kibana escapes it.
fn glob(pieces: &[Piece], case: Case) -> Glob {
    let mut builder = GlobBuilder::default();
    for piece in pieces {
        match piece {
            Piece::Text(text) => text.chars().for_each(|c| builder.literal(c)),
            Piece::Many => builder.many(),
        }
    }
    builder.finish(case)
}

/// Free text: a value that is this, or a text that has these words.
fn everything(value: &Literal) -> Comparison {
    let mut any = vec![keyword(value, Case::Sensitive)];
    any.extend(words::standard(value));
    any.extend(guesses(value));
    one_or_any(any)
}

/// What else a literal may be than text.
fn guesses(value: &Literal) -> Vec<Comparison> {
    let mut any = Vec::new();
    match &value.kind {
        LiteralKind::Bool(b) => any.push(Comparison::Bool(*b)),
        LiteralKind::Quoted(text) | LiteralKind::Text(text) => {
            any.extend(literal::network(text).map(Comparison::Net));
            any.extend(literal::plain_number(text).map(Comparison::Number));
            any.extend(literal::boolean(text).map(Comparison::Bool));
        }
        LiteralKind::Wildcard(_) | LiteralKind::Null => {}
    }
    any
}

fn one_or_any(mut any: Vec<Comparison>) -> Comparison {
    if any.len() == 1 { any.remove(0) } else { Comparison::Any(any) }
}

fn number(target: &Target, value: &Literal) -> Result<Comparison, Diagnostic> {
    no_wildcard(target, value, "numbers", "a range is written with `>=` and `<=`")?;
    tripline_ir::parse_number(&value.text()).map(Comparison::Number).ok_or_else(|| {
        mismatch(&codes::NUMBER, target, value, "holds numbers").maybe_help(list_hint(value))
    })
}

fn boolean(target: &Target, value: &Literal) -> Result<Comparison, Diagnostic> {
    no_wildcard(target, value, "true or false", "write `true` or `false`")?;
    literal::boolean(&value.text()).map(Comparison::Bool).ok_or_else(|| {
        mismatch(&codes::BOOLEAN, target, value, "is true or false").help("write `true` or `false`")
    })
}

fn date(target: &Target, value: &Literal) -> Result<Comparison, Diagnostic> {
    no_wildcard(target, value, "dates", "a period is written with `>=` and `<`")?;
    let text = value.text();
    if literal::is_date(&text) {
        return Ok(Comparison::Date(text));
    }
    Err(mismatch(&codes::DATE, target, value, "holds dates")
        .help("write `\"2026-11-21T10:00:00Z\"`, epoch milliseconds or `now-1d`"))
}

fn address(target: &Target, value: &Literal) -> Result<Comparison, Diagnostic> {
    no_wildcard(target, value, "addresses", "a network is written `10.0.0.0/8`")?;
    literal::network(&value.text()).map(Comparison::Net).ok_or_else(|| {
        mismatch(&codes::ADDRESS, target, value, "holds addresses")
            .help("write an address or a network, as in `10.0.0.0/8` or `\"fe80::/10\"`")
    })
}

fn no_wildcard(target: &Target, value: &Literal, what: &str, help: &str) -> Result<(), Diagnostic> {
    if !matches!(value.kind, LiteralKind::Wildcard(_)) {
        return Ok(());
    }
    let message = format!("`{}` holds {what}, which have no wildcards", target.name);
    Err(Diagnostic::error(&codes::WILDCARD_TYPE, message).at(value.span).help(help))
}

pub(super) fn mismatch(
    code: &'static tripline_diag::Code,
    target: &Target,
    value: &Literal,
    holds: &str,
) -> Diagnostic {
    let message = format!("`{}` {holds}, `{}` is none", target.name, value.text());
    Diagnostic::error(code, message).at(value.span)
}

/// `445,139`: other languages write lists so.
fn list_hint(value: &Literal) -> Option<String> {
    let text = value.text();
    let several = text.contains([',', ' '])
        && text.split([',', ' ']).all(|t| t.is_empty() || tripline_ir::parse_number(t).is_some());
    several.then(|| "several values are written `(a or b)`".to_owned())
}
