//! Names to fields, and what a field's type makes of a comparison.

use super::Resolver;
use crate::ast::{Literal, LiteralKind};
use crate::codes;
use tripline_diag::{Diagnostic, Span, did_you_mean};
use tripline_ir::{Case, FieldSet, script};
use tripline_schema::{FieldInfo, FieldRef, FieldType, View, wildcard_match};

/// Where names start: at the root, or at an element of a nested field.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// `path.`, or empty.
    prefix: String,
}

impl Scope {
    pub(super) fn is_root(&self) -> bool {
        self.prefix.is_empty()
    }

    /// The scope of an element of `path`, which is named from the root.
    pub(super) fn inside(&self, path: &str) -> Self {
        debug_assert!(path.starts_with(&self.prefix));
        Self { prefix: format!("{path}.") }
    }
}

/// What a comparison is about.
#[derive(Debug, Clone)]
pub(super) struct Target {
    /// The field or fields.
    pub(super) fields: FieldSet,
    /// As the query writes it, from the root; for messages.
    pub(super) name: String,
    /// How literals compare.
    pub(super) kind: Kind,
    pub(super) span: Span,
    /// Whether known fields stand below it although no catalogue lists it: most likely an object.
    pub(super) parent: bool,
}

/// How the literals of a comparison are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// As text, whole.
    Keyword(Case),
    /// The same, of a field of type `wildcard`.
    Wildcard,
    /// As words of the standard analyzer.
    Text,
    /// As words of the analyzer for PowerShell scripts.
    Script,
    Number,
    Boolean,
    Date,
    Ip,
    Version,
    /// By what the literal looks like: the field is in no catalogue.
    Infer,
    /// Every field at once.
    Everything,
    /// Not at all: it has no value of its own.
    Opaque,
}

impl<'a> Resolver<'a> {
    /// The target of a comparison; none stands for free text. `None` if there was an error.
    pub(super) fn target(&mut self, field: Option<&Literal>, scope: &Scope) -> Option<Target> {
        let Some(field) = field else { return Some(everything(Span::default(), scope)) };
        if let Some(known) = self.targets.get(&field.span) {
            return known.clone();
        }
        let target = self.named(field, scope);
        self.targets.insert(field.span, target.clone());
        target
    }

    fn named(&mut self, field: &Literal, scope: &Scope) -> Option<Target> {
        if field.is_lone_wildcard() {
            return Some(everything(field.span, scope));
        }
        self.suspect_name(field);
        let name = format!("{}{}", scope.prefix, field.text());
        if matches!(field.kind, LiteralKind::Wildcard(_)) {
            return self.pattern(name, field.span);
        }
        self.outside_nested(&name, field.span, scope);
        let info = self.fields.field(&View::Ecs, &name);
        let (field_ref, kind) = if let Some(multi) = self.multi_field(&name) {
            multi
        } else if script::is_script(&name) {
            (FieldRef::new(View::Ecs, name.as_str(), FieldType::Text), Kind::Script)
        } else if info.known {
            (FieldRef::new(View::Ecs, name.as_str(), info.ty), kind_of(info.ty))
        } else {
            self.unlisted(&name, field.span)?
        };
        let fields = if info.ty == FieldType::Flattened {
            // The field as a whole is any of its leaves.
            FieldSet::Matching { view: View::Ecs, pattern: format!("{name}.*").into() }
        } else {
            FieldSet::One(field_ref)
        };
        let parent = kind == Kind::Infer && {
            let below = format!("{name}.");
            self.names().iter().any(|known| known.starts_with(&below))
        };
        Some(Target { fields, name, kind, span: field.span, parent })
    }

    /// A multi-field: the values of its base field, read in another way. Looked at before the name
    /// itself, which a catalogue may know as one of the many below an open object.
    fn multi_field(&self, name: &str) -> Option<(FieldRef, Kind)> {
        let (base, suffix) = name.rsplit_once('.')?;
        let info = self.fields.field(&View::Ecs, base);
        let leaf = info.known && !matches!(info.ty, FieldType::Object | FieldType::Nested);
        // `.caseless` and `.keyword` are no names that a source gives a field of its own.
        let plausible = leaf || !self.fields.closed() && info == FieldInfo::UNKNOWN;
        let kind = match suffix {
            "caseless" if plausible => Kind::Keyword(Case::Unicode),
            "keyword" if plausible => Kind::Keyword(Case::Sensitive),
            "text" if leaf && (info.text || !self.fields.field(&View::Ecs, name).known) => {
                Kind::Text
            }
            _ => return None,
        };
        Some((FieldRef::new(View::Ecs, base, info.ty), kind))
    }

    /// A field that the catalogue does not list under this name.
    fn unlisted(&mut self, name: &str, span: Span) -> Option<(FieldRef, Kind)> {
        if self.ancestor(name, FieldType::Flattened).is_some() {
            let field = FieldRef::new(View::Ecs, name, FieldType::Keyword);
            return Some((field, Kind::Keyword(Case::Sensitive)));
        }
        if self.fields.closed() {
            let help = did_you_mean(name, self.names().iter().copied());
            self.say(
                Diagnostic::error(&codes::UNKNOWN_FIELD, format!("unknown field `{name}`"))
                    .at(span)
                    .maybe_help(help),
            );
            return None;
        }
        if self.unknown.insert(name.to_owned()) {
            let text =
                format!("field `{name}` is in no catalogue: its type is taken from its values");
            // A near miss is a likely typing error; any other name may be a source's own.
            let near = self.names().iter().copied().find(|known| is_near(name, known));
            self.say(
                Diagnostic::note(&codes::UNKNOWN_FIELD, text)
                    .at(span)
                    .maybe_help(near.map(|near| format!("did you mean `{near}`?"))),
            );
        }
        Some((FieldRef::new(View::Ecs, name, FieldType::Unknown), Kind::Infer))
    }

    /// Several fields by a pattern over their names. If all known ones have a type in common, it
    /// counts; else each literal is read as it looks.
    fn pattern(&mut self, pattern: String, span: Span) -> Option<Target> {
        let mut kinds: Vec<Kind> = Vec::new();
        for name in self.names().to_vec() {
            if wildcard_match(&pattern, name) {
                let kind = kind_of(self.fields.field(&View::Ecs, name).ty);
                if kind != Kind::Opaque && !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
        }
        if kinds.is_empty() {
            // None is listed, but all below an open object may be of one type.
            let any = self.fields.field(&View::Ecs, &pattern.replace('*', "x"));
            kinds.extend(any.known.then(|| kind_of(any.ty)));
        }
        if kinds.is_empty() && self.fields.closed() {
            self.say(
                Diagnostic::error(&codes::UNKNOWN_FIELD, format!("no field matches `{pattern}`"))
                    .at(span),
            );
            return None;
        }
        let kind = if let [kind] = kinds.as_slice() { *kind } else { Kind::Infer };
        let fields = FieldSet::Matching { view: View::Ecs, pattern: pattern.as_str().into() };
        Some(Target { fields, name: pattern, kind, span, parent: false })
    }

    /// The array of objects of `field: { … }`.
    pub(super) fn nested(&mut self, field: &Literal, scope: &Scope) -> Option<FieldRef> {
        let name = format!("{}{}", scope.prefix, field.text());
        let info = self.fields.field(&View::Ecs, &name);
        let pattern = matches!(field.kind, LiteralKind::Wildcard(_));
        if pattern || info.known && info.ty != FieldType::Nested {
            let what = if pattern { "a pattern" } else { "not an array of objects" };
            self.say(
                Diagnostic::error(&codes::NOT_NESTED, format!("`{name}` is {what}"))
                    .at(field.span)
                    .help(format!("write `{name}.inner: value` for each inner field")),
            );
            return None;
        }
        if !info.known && self.fields.closed() {
            let help = did_you_mean(&name, self.names().iter().copied());
            self.say(
                Diagnostic::error(&codes::UNKNOWN_FIELD, format!("unknown field `{name}`"))
                    .at(field.span)
                    .maybe_help(help),
            );
            return None;
        }
        Some(FieldRef::new(View::Ecs, name, FieldType::Nested))
    }

    fn outside_nested(&mut self, name: &str, span: Span, scope: &Scope) {
        let Some(path) = self.ancestor(name, FieldType::Nested) else { return };
        if scope.prefix.starts_with(&format!("{path}.")) {
            return;
        }
        let inner = &name[path.len() + 1..];
        let help = format!("write `{path}: {{ {inner}: … }}`");
        self.say(
            Diagnostic::warning(
                &codes::OUTSIDE_NESTED,
                format!("`{name}` belongs to the nested field `{path}`"),
            )
            .at(span)
            .help(help),
        );
    }

    /// The longest prefix of the name that is a field of this type.
    fn ancestor<'n>(&self, name: &'n str, ty: FieldType) -> Option<&'n str> {
        let mut rest = name;
        while let Some((prefix, _)) = rest.rsplit_once('.') {
            if self.fields.field(&View::Ecs, prefix).ty == ty {
                return Some(prefix);
            }
            rest = prefix;
        }
        None
    }

    fn names(&mut self) -> &[&'a str] {
        let fields = self.fields;
        self.names.get_or_insert_with(|| fields.field_names(&View::Ecs))
    }
}

fn everything(span: Span, scope: &Scope) -> Target {
    let pattern = format!("{}*", scope.prefix).into();
    let fields = FieldSet::Matching { view: View::Ecs, pattern };
    Target {
        fields,
        name: format!("{}*", scope.prefix),
        kind: Kind::Everything,
        span,
        parent: false,
    }
}

fn kind_of(ty: FieldType) -> Kind {
    match ty {
        FieldType::Keyword | FieldType::ConstantKeyword | FieldType::Flattened => {
            Kind::Keyword(Case::Sensitive)
        }
        FieldType::Wildcard => Kind::Wildcard,
        FieldType::Text => Kind::Text,
        FieldType::Long | FieldType::Double => Kind::Number,
        FieldType::Boolean => Kind::Boolean,
        FieldType::Date => Kind::Date,
        FieldType::Ip => Kind::Ip,
        FieldType::Version => Kind::Version,
        FieldType::Nested | FieldType::Object | FieldType::GeoPoint => Kind::Opaque,
        FieldType::Unknown => Kind::Infer,
    }
}

/// Whether two different names differ by their case only, or by one letter added, left out,
/// changed or swapped with its neighbour. Linear, because it is asked for every unknown field of
/// every rule.
fn is_near(name: &str, known: &str) -> bool {
    if name.len().abs_diff(known.len()) > 1 {
        return false;
    }
    if name.eq_ignore_ascii_case(known) {
        return true;
    }
    let (a, b) = (name.as_bytes(), known.as_bytes());
    let same = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    let (a, b) = (&a[same..], &b[same..]);
    let changed = a.get(1..) == b.get(1..);
    let added = a.get(1..) == Some(b) || b.get(1..) == Some(a);
    let swapped = a.len() > 1 && b.len() > 1 && (a[0], a[1]) == (b[1], b[0]) && a[2..] == b[2..];
    changed || added || swapped
}

#[cfg(test)]
mod tests {
    use super::is_near;

    #[test]
    fn near_is_one_slip() {
        for near in ["proces.name", "processs.name", "procesz.name", "porcess.name", "Process.Name"]
        {
            assert!(is_near(near, "process.name"), "{near}");
        }
        for far in ["process.names.x", "prcoses.name", "host.name", "process.nmea2"] {
            assert!(!is_near(far, "process.name"), "{far}");
        }
    }
}
