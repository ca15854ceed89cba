//! Expressions for all fields below a prefix: `"okta.client." = "client.<camel>"`.

use crate::MapExpr;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Adds templates, in place of those for the same prefix; an empty one takes it away. The longest
/// prefix comes first.
///
/// # Errors
/// A template that is no expression whatever the name.
pub(crate) fn add(
    target: &mut Vec<(Arc<str>, Arc<str>)>,
    raw: &BTreeMap<Arc<str>, Arc<str>>,
) -> Result<(), String> {
    for (prefix, template) in raw {
        target.retain(|(known, _)| known != prefix);
        if template.is_empty() {
            continue;
        }
        if let Err(error) = MapExpr::parse(&filled(template, "some_name.below")) {
            return Err(format!("{prefix}: {error}"));
        }
        target.push((prefix.clone(), template.clone()));
    }
    target.sort_by_key(|(prefix, _)| std::cmp::Reverse(prefix.len()));
    Ok(())
}

/// The expression of the field of that name below the template's prefix. None: the name has
/// characters that no record's field can be asked for by.
pub(crate) fn expand(template: &str, name: &str) -> Option<MapExpr> {
    if name.is_empty() || name.contains(['\'', '`', '<', '>']) {
        return None;
    }
    MapExpr::parse(&filled(template, name)).ok()
}

fn filled(template: &str, name: &str) -> String {
    let (parent, last) = name.rsplit_once('.').unwrap_or((name, ""));
    template
        .replace("<name>", name)
        .replace("<camel>", &camel(name))
        .replace("<parent>", parent)
        .replace("<last>", last)
}

/// `user_agent.raw_user_agent` becomes `userAgent.rawUserAgent`.
fn camel(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        // A part that starts with `_` keeps it.
        if c == '_' && !text.is_empty() && !text.ends_with('.') {
            upper = true;
        } else if std::mem::take(&mut upper) {
            text.extend(c.to_uppercase());
        } else {
            text.push(c);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snake_becomes_camel() {
        for (name, expected) in [
            ("app_id", "appId"),
            ("user_agent.raw_user_agent", "userAgent.rawUserAgent"),
            ("0.modified_properties.3.new_value", "0.modifiedProperties.3.newValue"),
            ("_id", "_id"),
            ("plain", "plain"),
            ("alreadyCamel", "alreadyCamel"),
        ] {
            assert_eq!(camel(name), expected);
        }
    }

    #[test]
    fn names_that_would_end_a_constant_have_no_field() {
        assert_eq!(expand("x.<name>", "a'b"), None);
        assert_eq!(expand("x.<name>", ""), None);
        assert_eq!(
            expand("named(M, 'Name', '<parent>', '<last>')", "Role.Of.NewValue"),
            MapExpr::parse("named(M, 'Name', 'Role.Of', 'NewValue')").ok()
        );
        assert_eq!(expand("`x.<name>`", "a/b"), Some(MapExpr::Raw("x.a/b".into())));
    }
}
