//! Types of expressions, coarser than those of fields.

use tripline_schema::FieldType;

/// What an expression yields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Type {
    /// Not known, or not there: goes with everything.
    Any,
    Bool,
    Number,
    Str,
    Ip,
    Date,
    Version,
    /// Has no value that an operator takes: objects, analysed text, points.
    Opaque(&'static str),
}

impl Type {
    /// The type of a field's values.
    pub(crate) fn of_field(ty: FieldType) -> Self {
        match ty {
            FieldType::Keyword
            | FieldType::ConstantKeyword
            | FieldType::Wildcard
            | FieldType::Flattened => Self::Str,
            FieldType::Long | FieldType::Double => Self::Number,
            FieldType::Boolean => Self::Bool,
            FieldType::Date => Self::Date,
            FieldType::Ip => Self::Ip,
            FieldType::Version => Self::Version,
            FieldType::Text => Self::Opaque("analysed text without an exact value"),
            FieldType::Nested => Self::Opaque("an array of nested objects"),
            FieldType::Object => Self::Opaque("an object"),
            FieldType::GeoPoint => Self::Opaque("a geographic point"),
            FieldType::Unknown => Self::Any,
        }
    }

    /// Whether a value of this type can be compared with a constant of the other.
    pub(crate) fn takes(self, constant: Self) -> bool {
        if self == Self::Any || constant == Self::Any {
            return true;
        }
        match (self, constant) {
            (Self::Opaque(_), _) | (_, Self::Opaque(_)) => false,
            (Self::Ip | Self::Version, Self::Str) | (Self::Date, Self::Str | Self::Number) => true,
            (a, b) => a == b,
        }
    }

    /// As a person would say it.
    pub(crate) fn describe(self) -> &'static str {
        match self {
            Self::Any => "of unknown type",
            Self::Bool => "a boolean",
            Self::Number => "a number",
            Self::Str => "a text",
            Self::Ip => "an IP address",
            Self::Date => "a date",
            Self::Version => "a version",
            Self::Opaque(what) => what,
        }
    }
}
