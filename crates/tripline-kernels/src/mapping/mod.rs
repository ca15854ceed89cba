//! Mapping expressions: how a field of a view comes from the raw fields of a record.
//!
//! Expressions are total: what makes no sense is absent, never an error. A result is a list of
//! texts, empty for an absent field. The families are one file each; what a function does stands
//! at [`MapFunction`].
//!
//! Most expressions read one raw field. [`single_input`] finds them, so that they are evaluated
//! once for each distinct value of a column rather than once a row.

mod address;
mod choice;
mod dns;
mod json;
mod number;
mod path;
mod registry;
mod script;
mod text;
mod time;
mod windows;

use std::borrow::Cow;
use std::net::IpAddr;
use std::sync::Arc;
use tripline_schema::{MapExpr, MapFunction, Mapping};

/// The run's asset table: which categories an address has.
pub trait Assets: Send + Sync {
    /// The categories of an address; none if no network of the table holds it.
    fn categories(&self, ip: IpAddr) -> Vec<Arc<str>>;
}

/// The values of an expression: none where it is absent.
pub type Values<'e> = Vec<Cow<'e, str>>;

/// Calls back with each value of a raw field of the record, in order; not at all where it is absent.
/// What is made of the values borrows from them for `'e`.
pub type RawFields<'r, 'e> = dyn FnMut(&str, &mut dyn FnMut(&'e str)) + 'r;

/// Evaluates an expression of a mapping for one record.
///
/// ```
/// use tripline_kernels::mapping::eval;
/// use tripline_schema::{MapExpr, Schema};
/// let expr = MapExpr::parse("lower(basename(Image))").unwrap();
/// let mapping = &Schema::builtin().mappings()[0];
/// let found = eval(&expr, mapping, &mut |path, f| {
///     if path == "Image" {
///         f(r"C:\Windows\Explorer.EXE");
///     }
/// }, None);
/// assert_eq!(found, ["explorer.exe"]);
/// ```
pub fn eval<'e>(
    expr: &'e MapExpr,
    mapping: &'e Mapping,
    raw: &mut RawFields<'_, 'e>,
    assets: Option<&dyn Assets>,
) -> Values<'e> {
    Evaluation { mapping, raw, assets }.expr(expr)
}

/// The raw field that an expression reads if it reads just one, be it several times. Its result
/// is then the same for all records that have the same value or values of that field (within one
/// run: the asset table is part of the run), the records without one included.
pub fn single_input(expr: &MapExpr) -> Option<&str> {
    let mut input: Option<&str> = None;
    let mut several = false;
    expr.for_each_raw(&mut |path| {
        several |= input.is_some_and(|known| *known != **path);
        input = Some(path);
    });
    if several { None } else { input }
}

/// What one evaluation knows.
struct Evaluation<'e, 'a, 'r, 's> {
    mapping: &'e Mapping,
    raw: &'a mut RawFields<'r, 'e>,
    assets: Option<&'s dyn Assets>,
}

impl<'e> Evaluation<'e, '_, '_, '_> {
    fn expr(&mut self, expr: &'e MapExpr) -> Values<'e> {
        match expr {
            MapExpr::Const(values) => values.iter().map(|v| Cow::Borrowed(&**v)).collect(),
            MapExpr::Raw(path) => {
                let mut values = Vec::new();
                (self.raw)(path, &mut |value| values.push(Cow::Borrowed(value)));
                values
            }
            MapExpr::Call(function, args) => self.call(*function, args),
        }
    }

    fn call(&mut self, function: MapFunction, args: &'e [MapExpr]) -> Values<'e> {
        use MapFunction as F;
        match function {
            F::Coalesce => choice::coalesce(self, args),
            F::Default => choice::default(self, args),
            F::If => choice::if_equal(self, args),
            F::IfExists => choice::if_exists(self, args),
            F::IfPrefix => choice::if_prefix(self, args),
            F::IfContains => choice::if_contains(self, args),
            F::Table => choice::table(self, args),
            F::Append => choice::append(self, args),
            F::First => choice::first(self.arg(args, 0)),
            F::Item => {
                let n = self.word(args, 1);
                choice::item(self.arg(args, 0), &n)
            }
            F::Flags => choice::flags(self, args),
            F::Count => choice::count(&self.arg(args, 0)),
            F::Present => choice::present(self.arg(args, 0)),

            F::Basename => each(self.arg(args, 0), path::basename),
            F::Filename => each(self.arg(args, 0), path::filename),
            F::Dirname => each(self.arg(args, 0), path::dirname),
            F::Extension => each(self.arg(args, 0), path::extension),

            F::Concat => text::concat(self, args),
            F::Lower => each(self.arg(args, 0), |v| Some(v.to_lowercase())),
            F::Upper => each(self.arg(args, 0), |v| Some(v.to_uppercase())),
            F::Split => text::split(self.arg(args, 0), &self.word(args, 1)),
            F::Part => {
                let (separator, n) = (self.word(args, 1), self.word(args, 2));
                each(self.arg(args, 0), |v| text::part(v, &separator, &n))
            }
            F::Strip => {
                let chars = self.word(args, 1);
                each(self.arg(args, 0), |v| Some(v.trim_matches(|c| chars.contains(c)).to_owned()))
            }
            F::Replace => {
                let (from, to) = (self.word(args, 1), self.word(args, 2));
                each(self.arg(args, 0), |v| Some(text::replace(v, &from, &to)))
            }
            F::InParens => each(self.arg(args, 0), |v| Some(text::in_parens(v))),
            F::Prefix => {
                let end = self.word(args, 1);
                each(self.arg(args, 0), |v| Some(text::prefix_before(v, &end)))
            }
            F::Keys => {
                let key = self.word(args, 1);
                each(self.arg(args, 0), |v| text::key_value(v, &key))
            }
            F::Line => {
                let key = self.word(args, 1);
                each(self.arg(args, 0), |v| text::line(v, &key))
            }
            F::ScriptStat => {
                let what = self.word(args, 1);
                each(self.arg(args, 0), |v| script::stat(v, &what))
            }
            F::Unbrace => each(self.arg(args, 0), |v| Some(text::unbrace(v).to_owned())),
            F::Brace => each(self.arg(args, 0), text::brace),

            F::Hex => each(self.arg(args, 0), number::hex),
            F::Number => each(self.arg(args, 0), number::number),
            F::NumberOr => number::number_or(self, args),
            F::Sum => number::sum(self, args),
            F::Multiply => {
                let factor = self.word(args, 1);
                each(self.arg(args, 0), |v| number::multiply(v, &factor))
            }
            F::Epoch => each(self.arg(args, 0), time::epoch),

            F::Ip => each(self.arg(args, 0), address::shortest),
            F::IsPrivate => address::if_private(self, args),
            F::AssetCategory => address::categories(&self.arg(args, 0), self.assets),

            F::Args => many(&self.arg(args, 0), windows::args),
            F::ArgsQuoted => many(&self.arg(args, 0), windows::quoted_args),
            F::Outcome => windows::outcome(&self.arg(args, 0)),
            F::RegistryHive => each(self.arg(args, 0), registry::hive),
            F::RegistryKey => each(self.arg(args, 0), registry::key),
            F::RegistryData => each(self.arg(args, 0), registry::data),
            F::RegistryType => each(self.arg(args, 0), registry::data_type),
            F::DnsIps => many(&self.arg(args, 0), dns::ips),
            F::DnsAnswers => many(&self.arg(args, 0), dns::answers),

            F::Json => {
                let path = self.word(args, 1);
                json::at(&self.arg(args, 0), &path)
            }
            F::Named => {
                let (key, name, members) =
                    (self.word(args, 1), self.word(args, 2), self.word(args, 3));
                json::named(&self.arg(args, 0), &key, &name, &members)
            }
            F::Braces => each(self.arg(args, 0), json::braces),
        }
    }

    /// An argument; absent where the call has fewer (the parser has checked the number).
    fn arg(&mut self, args: &'e [MapExpr], at: usize) -> Values<'e> {
        args.get(at).map_or_else(Vec::new, |a| self.expr(a))
    }

    /// The first value of an argument that is a parameter: a separator, a key, a factor.
    fn word(&mut self, args: &'e [MapExpr], at: usize) -> Cow<'e, str> {
        self.arg(args, at).into_iter().next().unwrap_or_default()
    }
}

/// Applies a function to each value; those that it has no result for drop out.
fn each(values: Values<'_>, mut f: impl FnMut(&str) -> Option<String>) -> Values<'_> {
    values.into_iter().filter_map(|v| f(&v)).map(Cow::Owned).collect()
}

/// Applies a function that gives several values to each value.
fn many<'e>(values: &Values<'_>, mut f: impl FnMut(&str) -> Vec<String>) -> Values<'e> {
    values.iter().flat_map(|v| f(v)).map(Cow::Owned).collect()
}

#[cfg(test)]
mod tests;
