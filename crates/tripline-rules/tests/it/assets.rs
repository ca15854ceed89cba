//! The asset table.

use crate::pack::Pack;
use tripline_rules::load_assets;

fn categories(csv: &str, ip: &str) -> Vec<String> {
    let pack = Pack::new(&[("assets.csv", csv)]);
    let table = load_assets(&pack.path("assets.csv")).unwrap();
    table.categories(ip.parse().unwrap()).iter().map(ToString::to_string).collect()
}

#[test]
fn the_longest_prefix_wins_and_equal_ones_are_joined() {
    let csv = "cidr,category\n10.0.0.0/8,internal\n10.1.0.0/16,lab|test\n10.1.0.0/16,lab|slow\n\
               203.0.113.7,partner\n2001:db8::/32,v6\n";
    for (ip, expected) in [
        ("10.9.9.9", vec!["internal"]),
        ("10.1.2.3", vec!["lab", "test", "slow"]),
        ("203.0.113.7", vec!["partner"]),
        ("203.0.113.8", vec![]),
        ("2001:db8::1", vec!["v6"]),
        ("::ffff:10.9.9.9", vec!["internal"]),
    ] {
        assert_eq!(categories(csv, ip), expected, "{ip}");
    }
}

#[test]
fn splunks_asset_columns() {
    let csv = "ip,mac,nt_host,dns,owner,priority,category\n\
               10.0.0.1|10.0.0.2,,a,a.example,o,high,dns|server\n,,b,,,low,printer\n";
    assert_eq!(categories(csv, "10.0.0.2"), ["dns", "server"]);
}

#[test]
fn tables_that_cannot_be_read() {
    for (csv, expected) in [
        (
            "net,category\n10.0.0.0/8,a\n",
            "error[RUL014]: no column `cidr` or `ip`\n  --> assets.csv:1:1\n  |\n1 | net,category\n  | ^^^^^^^^^^^^\n  = help: an asset table starts with a line such as `cidr,category`\n",
        ),
        (
            "cidr,category\n10.0.0.0/8,a\n10.0.0.300,b\n",
            "error[RUL014]: `10.0.0.300` is neither an address nor a network\n  --> assets.csv:3:1\n  |\n3 | 10.0.0.300,b\n  | ^^^^^^^^^^\n  = help: an asset table starts with a line such as `cidr,category`\n",
        ),
        (
            "",
            "error[RUL014]: no column `cidr` or `ip`\n  --> assets.csv:1:1\n  |\n1 | \n  | ^\n  = help: an asset table starts with a line such as `cidr,category`\n",
        ),
    ] {
        let pack = Pack::new(&[("assets.csv", csv)]);
        let problem = load_assets(&pack.path("assets.csv")).unwrap_err();
        let shown = problem.render(false).replace(&format!("{}/", pack.root().display()), "");
        assert_eq!(shown, expected);
    }
    assert_eq!(load_assets("/no/assets.csv".as_ref()).unwrap_err().diagnostic.code.id, "RUL001");
}
