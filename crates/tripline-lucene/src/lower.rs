//! The tree to the plan's conditions: names to fields, values to tests, and all that does not fit.

use crate::ast::{Clause, Name, Node, NodeKind, Occur, Piece, Query, Value};
use crate::leaf::{Match, Refusal, Refused, Target, fold};
use crate::{Options, codes};
use std::collections::HashSet;
use tripline_diag::{Code, Diagnostic, Span, did_you_mean};
use tripline_ir::{Case, Glob, GlobBuilder, Pred, View, analyze};
use tripline_schema::Fields;

/// Writes a query down. There is no condition if a part of it could not be.
pub(crate) fn lower(
    query: &Query,
    options: &Options,
    fields: &dyn Fields,
) -> (Option<Pred>, Vec<Diagnostic>) {
    let Some(root) = &query.root else { return (Some(Pred::Const(true)), vec![]) };
    let mut lowering = Lowering { options, fields, diagnostics: vec![], reported: HashSet::new() };
    let pred = lowering.node(root).map(|found| found.unwrap_or(Pred::Const(false)));
    (pred, lowering.diagnostics)
}

struct Lowering<'a> {
    options: &'a Options,
    fields: &'a dyn Fields,
    diagnostics: Vec<Diagnostic>,
    /// Unknown names that were reported.
    reported: HashSet<String>,
}

/// None: there was an error. Some(None): no word is left of the clause, so it is left out.
type Lowered = Option<Option<Pred>>;

impl Lowering<'_> {
    fn node(&mut self, node: &Node) -> Lowered {
        match &node.kind {
            NodeKind::Error => None,
            NodeKind::Group(clauses) => self.group(clauses),
            NodeKind::Value { field: Some(name), value } if name.text == "_exists_" => {
                self.exists(value, node.span).map(Some)
            }
            NodeKind::Value { field, value } => self.fields(field.as_ref(), value, node.span),
        }
    }

    fn group(&mut self, clauses: &[Clause]) -> Lowered {
        let (mut must, mut should, mut never) = (vec![], vec![], vec![]);
        let mut failed = false;
        for clause in clauses {
            if clause.after_or {
                self.say(
                    Diagnostic::warning(
                        &codes::NOT_AFTER_OR,
                        "`OR NOT` excludes what follows from the whole group",
                    )
                    .at(clause.node.span)
                    .help("if an alternative is meant, put it in brackets: `OR (NOT …)`"),
                );
            }
            match self.node(&clause.node) {
                None => failed = true,
                Some(None) => {}
                Some(Some(pred)) => match clause.occur {
                    Occur::Must => must.push(pred),
                    Occur::Should => should.push((pred, clause.node.span)),
                    Occur::MustNot => never.push(pred),
                },
            }
        }
        if failed {
            return None;
        }
        if must.is_empty() && should.is_empty() && never.is_empty() {
            return Some(None);
        }
        let excluded = never.into_iter().map(Pred::negate);
        if must.is_empty() && !should.is_empty() {
            let any = Pred::or(should.into_iter().map(|(pred, _)| pred));
            return Some(Some(Pred::and(std::iter::once(any).chain(excluded))));
        }
        for (_, span) in should {
            self.say(
                Diagnostic::warning(&codes::SCORE_ONLY, "this clause changes no result")
                    .at(span)
                    .help("beside a required clause it only raises the score; put what belongs together in brackets"),
            );
        }
        Some(Some(Pred::and(must.into_iter().chain(excluded))))
    }

    fn exists(&mut self, value: &Value, span: Span) -> Option<Pred> {
        match value {
            Value::Text(name) | Value::Phrase { text: name, slop: None }
                if !name.contains(['*', ' ']) =>
            {
                let target = self.target(name, span);
                Some(target.exists(span))
            }
            _ => {
                self.say(
                    Diagnostic::error(&codes::EXISTS, "`_exists_` needs one field's name").at(span),
                );
                None
            }
        }
    }

    /// A value on its field, or on each of the default ones.
    fn fields(&mut self, field: Option<&Name>, value: &Value, span: Span) -> Lowered {
        let names: Vec<(String, Span)> = match field {
            Some(name) => vec![(name.text.clone(), name.span)],
            None if self.options.default_fields.is_empty() => vec![("*".to_owned(), span)],
            None => self.options.default_fields.iter().map(|name| (name.clone(), span)).collect(),
        };
        self.suspect(value, span);
        let mut any = vec![];
        for (name, place) in names {
            let target = self.target(&name, place);
            match self.value(&target, value, span, field.is_some()) {
                None => return None,
                Some(None) => {
                    self.say(
                        Diagnostic::warning(
                            &codes::NO_WORDS,
                            "no word is left to search for, so the clause is left out",
                        )
                        .at(span)
                        .help(format!("`{name}` is analysed text: only words are compared")),
                    );
                }
                Some(Some(pred)) => any.push(pred),
            }
        }
        Some((!any.is_empty()).then(|| Pred::or(any)))
    }

    fn target(&mut self, name: &str, span: Span) -> Target {
        let target = Target::named(name, self.fields);
        if target.is_unknown() && self.reported.insert(name.to_owned()) {
            let names = self.fields.field_names(&View::Ecs);
            if self.fields.closed() {
                let help = did_you_mean(name, names.iter().copied());
                let text = format!("unknown field `{name}`");
                self.say(Diagnostic::error(&codes::UNKNOWN_FIELD, text).at(span).maybe_help(help));
            } else {
                let text =
                    format!("field `{name}` is in no catalogue: its type is taken from its values");
                let help = did_you_mean(name, names.iter().copied());
                self.say(Diagnostic::note(&codes::UNKNOWN_FIELD, text).at(span).maybe_help(help));
            }
        }
        target
    }

    fn value(&mut self, target: &Target, value: &Value, span: Span, named: bool) -> Lowered {
        if let Value::Pattern(pieces) = value
            && pieces.as_slice() == [Piece::Many]
        {
            return Some(Some(target.exists(span)));
        }
        let how = if self.options.all { Match::All } else { Match::Any };
        let tested = match value {
            Value::Text(text) => match one_sided(text).filter(|_| named) {
                Some((lower, upper)) => target.range(lower, upper),
                None => target.matches(text, how),
            },
            Value::Phrase { text, slop } => {
                if let Some(tilde) = slop
                    && target.is_analysed()
                    && analyze(text).len() > 1
                {
                    self.say(
                        Diagnostic::error(
                            &codes::PROXIMITY,
                            "words near each other are not supported",
                        )
                        .at(*tilde)
                        .help("without `~` the words must stand side by side"),
                    );
                    return None;
                }
                target.matches(text, Match::Phrase)
            }
            Value::Pattern(pieces) => match pieces.as_slice() {
                [Piece::Text(prefix), Piece::Many] => target.analysed_prefix(prefix),
                pieces if target.is_analysed() => {
                    target.wildcard(&fold(&glob(pieces), Case::Unicode), Case::Sensitive)
                }
                pieces => target.wildcard(&glob(pieces), Case::Sensitive),
            },
            Value::Regex(pattern) => target.regexp(pattern, Case::Sensitive),
            Value::Range { lower, upper } => target.range(
                lower.value.as_deref().map(|text| (text, lower.inclusive)),
                upper.value.as_deref().map(|text| (text, upper.inclusive)),
            ),
            Value::Fuzzy(text) => {
                self.say(
                    Diagnostic::error(&codes::FUZZY, "fuzzy search is not supported")
                        .at(span)
                        .help(format!(
                            "without `~` it is the word itself; patterns are written `{text}*`"
                        )),
                );
                return None;
            }
        };
        if target.is_object() {
            let text = format!("`{}` has no value of its own, so this never matches", target.name);
            self.say(
                Diagnostic::warning(&codes::OBJECT, text)
                    .at(span)
                    .help("name one of its inner fields"),
            );
            return Some(Some(Pred::Const(false)));
        }
        match tested {
            Ok(None) => Some(None),
            Ok(test) => Some(Some(target.pred(test, span))),
            Err(refused) => {
                self.say(refusal(refused, value).at(span));
                None
            }
        }
    }

    /// Text that is legal, and hardly meant.
    fn suspect(&mut self, value: &Value, span: Span) {
        let Value::Text(text) = value else { return };
        if matches!(text.as_str(), "+" | "-" | "!") {
            self.say(
                Diagnostic::warning(&codes::LOWER_CASE, format!("`{text}` before a blank is text"))
                    .at(span)
                    .help("put it right before its clause, or leave it out"),
            );
            return;
        }
        let words: Vec<&str> = text.split(' ').collect();
        let operator = words.iter().find(|word| {
            ["and", "or", "not"].into_iter().any(|known| word.eq_ignore_ascii_case(known))
        });
        if let Some(word) = operator
            && words.len() > 1
        {
            let capitals = word.to_ascii_uppercase();
            self.say(
                Diagnostic::warning(&codes::LOWER_CASE, format!("`{text}` is read as one text"))
                    .at(span)
                    .help(format!("the operator is written `{capitals}`; if the text is meant, put it in quotes")),
            );
        }
    }

    fn say(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }
}

/// `>5`, `>=5`, `<5`, `<=5` as bounds.
type Bounds<'t> = (Option<(&'t str, bool)>, Option<(&'t str, bool)>);

fn one_sided(text: &str) -> Option<Bounds<'_>> {
    let (sign, rest) = (text.chars().next()?, text.get(1..)?);
    if rest.is_empty() {
        return None;
    }
    let (bound, inclusive) = match rest.strip_prefix('=').filter(|bound| !bound.is_empty()) {
        Some(bound) => (bound.trim_start(), true),
        None => (rest.trim_start(), false),
    };
    match sign {
        '>' => Some((Some((bound, inclusive)), None)),
        '<' => Some((None, Some((bound, inclusive)))),
        _ => None,
    }
}

fn glob(pieces: &[Piece]) -> Glob {
    let mut builder = GlobBuilder::default();
    for piece in pieces {
        match piece {
            Piece::Text(text) => text.chars().for_each(|c| builder.literal(c)),
            Piece::Many => builder.many(),
            Piece::One => builder.one(),
        }
    }
    builder.finish(Case::Sensitive)
}

fn refusal(refused: Refused, value: &Value) -> Diagnostic {
    let code: &'static Code = match refused.what {
        Refusal::Number => &codes::NUMBER,
        Refusal::Address => &codes::ADDRESS,
        Refusal::Boolean => &codes::BOOLEAN,
        Refusal::Date => &codes::DATE,
        Refusal::Pattern => &codes::PATTERN_TYPE,
        Refusal::Order => &codes::ORDER,
        Refusal::Regex => &codes::REGEX,
    };
    let several = matches!(value, Value::Text(text) if text.contains(' '));
    let help = match refused.what {
        _ if several => Some("words in a row are one text; several values are written `(a OR b)`"),
        Refusal::Address => Some("write an address, or a network in quotes: `\"10.0.0.0/8\"`"),
        Refusal::Date => Some("write `\"2026-11-21T10:00:00Z\"`, epoch milliseconds or `now-1d`"),
        Refusal::Pattern => Some("that it has any value is written `field:*`"),
        _ => None,
    };
    Diagnostic::error(code, refused.message).maybe_help(help.map(str::to_owned))
}
