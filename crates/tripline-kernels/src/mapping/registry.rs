//! Registry events of Sysmon: `registry_hive`, `registry_key`, `registry_data`, `registry_type`.

/// Hives by the names under which records have them.
const HIVES: [(&str, &str); 12] = [
    ("HKEY_LOCAL_MACHINE", "HKLM"),
    ("HKEY_USERS", "HKU"),
    ("HKEY_CLASSES_ROOT", "HKCR"),
    ("HKEY_CURRENT_CONFIG", "HKCC"),
    ("HKEY_CURRENT_USER", "HKCU"),
    ("HKLM", "HKLM"),
    ("HKU", "HKU"),
    ("HKCR", "HKCR"),
    ("HKCC", "HKCC"),
    ("HKCU", "HKCU"),
    ("HKPD", "HKPD"),
    ("HKDD", "HKDD"),
];

/// `\REGISTRY\MACHINE\x` is what the kernel (event 4657) calls `HKLM\x`.
fn split(path: &str) -> Option<(&'static str, &str)> {
    for (kernel, hive) in [("\\registry\\machine\\", "HKLM"), ("\\registry\\user\\", "HKU")] {
        if path.get(..kernel.len()).is_some_and(|start| start.eq_ignore_ascii_case(kernel)) {
            return Some((hive, &path[kernel.len()..]));
        }
    }
    let (first, rest) = path.split_once('\\').unwrap_or((path, ""));
    HIVES.iter().find(|(name, _)| name.eq_ignore_ascii_case(first)).map(|(_, hive)| (*hive, rest))
}

pub(super) fn hive(path: &str) -> Option<String> {
    split(path).map(|(hive, _)| hive.to_owned())
}

pub(super) fn key(path: &str) -> Option<String> {
    split(path).map(|(_, key)| key.to_owned()).filter(|key| !key.is_empty())
}

/// The number inside `DWORD (0x..)`, or the two halves of `QWORD (0x..-0x..)` as one, in decimal;
/// text as it is, the words `Binary Data` too. (Elastic's pipeline shifts the upper half by 8 bits;
/// that is not repeated here.)
pub(super) fn data(details: &str) -> Option<String> {
    if details.is_empty() {
        return None;
    }
    let number = |digits: &str| u64::from_str_radix(digits.trim().strip_prefix("0x")?, 16).ok();
    if let Some(inner) = inner(details, "DWORD (") {
        return number(inner).map(|n| n.to_string());
    }
    if let Some(inner) = inner(details, "QWORD (") {
        let (high, low) = inner.split_once('-')?;
        let (high, low) = (number(high)?, number(low)?);
        return Some((high.checked_shl(32)? | low).to_string());
    }
    Some(details.to_owned())
}

/// As Elastic's pipeline names them, its odd `SZ_DWORD` and `SZ_QWORD` included.
pub(super) fn data_type(details: &str) -> Option<String> {
    let name = match details {
        "" => return None,
        "Binary Data" => "REG_BINARY",
        d if inner(d, "DWORD (").is_some() => "SZ_DWORD",
        d if inner(d, "QWORD (").is_some() => "SZ_QWORD",
        _ => "REG_SZ",
    };
    Some(name.to_owned())
}

fn inner<'a>(details: &'a str, start: &str) -> Option<&'a str> {
    details.strip_prefix(start)?.strip_suffix(')')
}
