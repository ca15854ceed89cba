//! The nearest valid name.

/// The candidate that a person most likely meant, if one is near enough: at most a third of the
/// letters differ, or only the case.
///
/// ```
/// assert_eq!(tripline_diag::nearest("proces.name", ["process.name", "host.name"]), Some("process.name"));
/// assert_eq!(tripline_diag::nearest("zzz", ["process.name"]), None);
/// ```
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = name.to_lowercase();
    let limit = (wanted.chars().count() / 3).max(1);
    candidates
        .into_iter()
        .filter(|c| c.len().abs_diff(name.len()) <= limit)
        .map(|c| (strsim::damerau_levenshtein(&wanted, &c.to_lowercase()), c))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, c)| (*distance, *c))
        .map(|(_, c)| c)
}

/// The help line for an unknown name: ``did you mean `process.name`?``.
pub fn did_you_mean<'a>(
    name: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(name, candidates).map(|n| format!("did you mean `{n}`?"))
}
