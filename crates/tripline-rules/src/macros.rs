//! Search macros: text that stands for text.

use crate::report::FileReport;
use serde_norway::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

/// A search macro.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Macro {
    /// Its name, without the number of arguments.
    pub name: Arc<str>,
    /// The names of its arguments, `$name$` in the definition.
    pub arguments: Vec<Arc<str>>,
    /// What it stands for.
    pub definition: Arc<str>,
    /// Its file; none for a built-in.
    pub path: Option<PathBuf>,
}

/// The macros of the packs that were loaded, and the built-in ones.
#[derive(Debug, Clone, Default)]
pub struct Macros {
    loaded: BTreeMap<Arc<str>, Vec<Macro>>,
}

/// The macros that published detections expect of every installation, so that a folder of
/// detections works without the pack around it.
static BUILTIN: LazyLock<BTreeMap<Arc<str>, Macro>> = LazyLock::new(|| {
    let files = [
        include_str!("../../../rules/outbound-smb/macros/drop_dm_object_name.yml"),
        include_str!("../../../rules/outbound-smb/macros/fillnull_config.yml"),
        include_str!("../../../rules/outbound-smb/macros/oldsummaries_config.yml"),
        include_str!("../../../rules/outbound-smb/macros/security_content_ctime.yml"),
        include_str!("../../../rules/outbound-smb/macros/security_content_summariesonly.yml"),
        include_str!("../../../rules/outbound-smb/macros/summariesonly_config.yml"),
    ];
    let parsed = files.iter().filter_map(|text| {
        let value: Value = serde_norway::from_str(text).ok()?;
        parse(&value, None).map(|m| (m.name.clone(), m))
    });
    parsed.collect()
});

fn parse(value: &Value, path: Option<&Path>) -> Option<Macro> {
    let name = value.get("name")?.as_str()?;
    let definition = match value.get("definition")? {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Null => String::new(),
        _ => return None,
    };
    let arguments = match value.get("arguments") {
        Some(Value::Sequence(list)) => {
            list.iter().filter_map(Value::as_str).map(Arc::from).collect()
        }
        Some(Value::String(one)) => vec![Arc::from(one.as_str())],
        _ => vec![],
    };
    // `name(2)`, as configuration files write it, is the macro `name`.
    let name = name.split('(').next().unwrap_or(name).trim();
    let path = path.map(Path::to_owned);
    Some(Macro { name: name.into(), arguments, definition: definition.into(), path })
}

impl Macros {
    pub(crate) fn add(&mut self, report: &mut FileReport, value: &Value) {
        match parse(value, Some(&report.path)) {
            Some(found) => self.loaded.entry(found.name.clone()).or_default().push(found),
            None => report.add(tripline_diag::Diagnostic::warning(
                &crate::codes::BAD_VALUE,
                "a macro's `name` or `definition` is not a text",
            )),
        }
    }

    /// The macro of a name and a number of arguments, for a rule of that path. The rule's own pack
    /// (the folder above `macros/`) comes before other packs, and those before the built-in ones;
    /// within a pack the first file in the order of paths counts.
    pub fn find(&self, name: &str, arguments: usize, rule: &Path) -> Option<Macro> {
        let own = |m: &&Macro| {
            let root = m.path.as_deref().and_then(Path::parent).and_then(Path::parent);
            root.is_some_and(|root| rule.starts_with(root))
        };
        let fits = |m: &&Macro| m.arguments.len() == arguments;
        let loaded = self.loaded.get(name).map_or(&[][..], |list| list);
        loaded
            .iter()
            .filter(fits)
            .find(own)
            .or_else(|| loaded.iter().find(fits))
            .or_else(|| BUILTIN.get(name).filter(fits))
            .cloned()
    }

    /// All names, built-in ones included, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.loaded.keys().chain(BUILTIN.keys()).map(|name| &**name)
    }

    /// How many macros were loaded.
    pub fn len(&self) -> usize {
        self.loaded.values().map(Vec::len).sum()
    }

    /// Whether none was loaded.
    pub fn is_empty(&self) -> bool {
        self.loaded.is_empty()
    }
}
