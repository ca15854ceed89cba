//! Value lists: long lists of values that exceptions refer to by an id.
//!
//! The product exports one as a text file, one value a line, named by the list's id; such a file
//! is looked for beside the file that refers to it (`bad-ips.txt`, or `bad-ips` with `.txt` added).
//! Items of value lists in an NDJSON file, `{"list_id": …, "value": …}`, are taken too.

use crate::assets::parse_net;
use crate::load::read_text;
use ipnet::{IpNet, IpSubnets, Ipv4Subnets, Ipv6Subnets};
use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::{Component, Path};
use std::sync::Arc;
use tripline_ir::{Case, Test};

/// The values of all lists, by id.
#[derive(Debug, Clone, Default)]
pub(super) struct ValueLists {
    lists: BTreeMap<String, Arc<[String]>>,
}

impl ValueLists {
    /// All values of a list.
    pub fn set(&mut self, id: &str, values: Vec<String>) {
        self.lists.insert(id.to_owned(), values.into());
    }

    /// The values of a list, or why there are none. `beside` is the file that refers to it.
    pub fn get(&mut self, id: &str, beside: &Path) -> Result<Arc<[String]>, String> {
        if let Some(list) = self.lists.get(id) {
            return Ok(list.clone());
        }
        let mut components = Path::new(id).components();
        let plain =
            matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
        if !plain {
            return Err(format!("no file can have the name of the value list `{id}`"));
        }
        let folder = beside.parent().unwrap_or(Path::new(""));
        let names = [id.to_owned(), format!("{id}.txt")];
        let Some(path) = names.iter().map(|name| folder.join(name)).find(|path| path.is_file())
        else {
            return Err(format!("the value list `{id}` is not there"));
        };
        let text = read_text(&path).map_err(|problem| problem.diagnostic.message.clone())?;
        let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
        let list: Arc<[String]> = lines.map(str::to_owned).collect();
        self.lists.insert(id.to_owned(), list.clone());
        Ok(list)
    }
}

/// The test that a value is in a list of a type, or why there is none.
pub(super) fn test(kind: &str, values: &[String]) -> Result<Test, String> {
    match kind {
        "keyword" | "text" => Ok(Test::Equals {
            values: values.iter().map(|value| value.as_str().into()).collect(),
            case: Case::Sensitive,
        }),
        "ip" | "ip_range" => {
            let mut nets = vec![];
            for value in values {
                let found = range(value)
                    .ok_or_else(|| format!("`{value}` is neither an address nor a range"))?;
                nets.extend(found);
            }
            Ok(Test::Cidr(nets))
        }
        "byte" | "short" | "integer" | "long" | "float" | "half_float" | "double" => {
            let number = |value: &String| {
                value.parse::<f64>().map_err(|_| format!("`{value}` is not a number"))
            };
            Ok(Test::Number(values.iter().map(number).collect::<Result<_, _>>()?))
        }
        other => Err(format!("value lists of type `{other}` are not compared")),
    }
}

/// `10.0.0.1`, `10.0.0.0/8`, `10.0.0.1-10.0.0.9`.
fn range(text: &str) -> Option<Vec<IpNet>> {
    let Some((from, to)) = text.split_once('-') else { return Some(vec![parse_net(text)?]) };
    let subnets: IpSubnets = match (from.trim().parse().ok()?, to.trim().parse().ok()?) {
        (IpAddr::V4(from), IpAddr::V4(to)) if from <= to => Ipv4Subnets::new(from, to, 0).into(),
        (IpAddr::V6(from), IpAddr::V6(to)) if from <= to => Ipv6Subnets::new(from, to, 0).into(),
        _ => return None,
    };
    Some(subnets.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        let shown =
            |text| range(text).map(|nets| nets.iter().map(IpNet::to_string).collect::<Vec<_>>());
        for (text, expected) in [
            ("10.0.0.1", Some(vec!["10.0.0.1/32"])),
            ("10.0.0.0/8", Some(vec!["10.0.0.0/8"])),
            ("10.0.0.1-10.0.0.4", Some(vec!["10.0.0.1/32", "10.0.0.2/31", "10.0.0.4/32"])),
            ("0.0.0.0 - 255.255.255.255", Some(vec!["0.0.0.0/0"])),
            ("fe80::-fe80::1", Some(vec!["fe80::/127"])),
            ("10.0.0.4-10.0.0.1", None),
            ("10.0.0.4-fe80::1", None),
            ("x", None),
        ] {
            let expected = expected.map(|list| list.iter().map(ToString::to_string).collect());
            assert_eq!(shown(text), expected, "{text}");
        }
    }
}
