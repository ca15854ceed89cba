//! What a search refers to by name: macros and lookup tables.

/// A macro: text that is put in place of `` `name(args)` ``.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// The text, with `$argument$` where the arguments go.
    pub definition: String,
    /// The arguments' names, in order.
    pub args: Vec<String>,
}

/// What is known of a lookup table when a search is compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookupInfo {
    /// Its columns, in order. Empty when they are not known; then any name is accepted.
    pub columns: Vec<String>,
}

/// Where macros and lookups come from. Every method has a default: nothing.
///
/// ```
/// struct Nothing;
/// impl tripline_spl::Environment for Nothing {}
/// ```
pub trait Environment {
    /// The macro of that name that takes so many arguments.
    fn macro_(&self, name: &str, arity: usize) -> Option<Macro> {
        let _ = (name, arity);
        None
    }

    /// All macros, for suggestions. A name with several arities may occur once for each.
    fn macro_names(&self) -> Vec<String> {
        vec![]
    }

    /// The lookup table of that name.
    fn lookup(&self, name: &str) -> Option<LookupInfo> {
        let _ = name;
        None
    }

    /// All lookup tables, for suggestions.
    fn lookup_names(&self) -> Vec<String> {
        vec![]
    }
}

/// No macros (but the built-in ones) and no lookups.
#[derive(Debug, Clone, Copy, Default)]
pub struct Empty;

impl Environment for Empty {}

/// Macros that the content expects other apps to bring: `(name, arguments, definition)`.
pub(crate) const BUILTIN: &[(&str, &[&str], &str)] = &[
    // The CIM app's helper that takes a dataset's prefix off the column names.
    ("drop_dm_object_name", &["object"], "rename \"$object$.*\" as *"),
    // Asset attributes of a field, as Enterprise Security's helper adds them.
    (
        "get_asset",
        &["field"],
        "lookup asset_lookup_by_str key as $field$ OUTPUTNEW priority as $field$_priority \
         category as $field$_category bunit as $field$_bunit owner as $field$_owner",
    ),
];

/// The macro of that name among those that are built in.
pub(crate) fn builtin(name: &str, arity: usize) -> Option<Macro> {
    if arity == 0 && name.starts_with("cim_") && name.ends_with("_indexes") {
        // The CIM app's index restriction of a data model; by default there is none.
        return Some(Macro { definition: "()".to_owned(), args: vec![] });
    }
    let (_, args, definition) = BUILTIN.iter().find(|(n, a, _)| *n == name && a.len() == arity)?;
    Some(Macro {
        definition: (*definition).to_owned(),
        args: args.iter().map(|a| (*a).to_owned()).collect(),
    })
}
