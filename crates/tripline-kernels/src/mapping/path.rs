//! Parts of a path, with either separator: `basename`, `filename`, `dirname`, `extension`.

fn cut(path: &str) -> Option<(&str, &str)> {
    path.rfind(['\\', '/']).map(|at| (&path[..at], &path[at + 1..]))
}

/// A path without a separator has none: Elastic's pipelines set no `process.name` for the image
/// `System`.
pub(super) fn basename(path: &str) -> Option<String> {
    cut(path).map(|(_, name)| name.to_owned()).filter(|name| !name.is_empty())
}

pub(super) fn filename(path: &str) -> Option<String> {
    Some(cut(path).map_or(path, |(_, name)| name).to_owned()).filter(|name| !name.is_empty())
}

pub(super) fn dirname(path: &str) -> Option<String> {
    cut(path).map(|(dir, _)| dir.to_owned()).filter(|dir| !dir.is_empty())
}

pub(super) fn extension(path: &str) -> Option<String> {
    let name = cut(path).map_or(path, |(_, name)| name);
    name.rsplit_once('.').map(|(_, ext)| ext.to_owned()).filter(|ext| !ext.is_empty())
}
