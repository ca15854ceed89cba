//! Each rule of the module's documentation.

use super::*;

fn table(text: &str, change: impl FnOnce(&mut Definition)) -> Arc<LookupTable> {
    let mut lines = text.lines().map(|line| line.split(',').map(Arc::from).collect());
    let columns: Vec<Arc<str>> = lines.next().unwrap();
    let mut definition = Definition { columns, rows: lines.collect(), ..Definition::default() };
    change(&mut definition);
    Arc::new(LookupTable::new(definition).unwrap())
}

fn kinds(kinds: &[(&str, MatchType)]) -> Vec<(Arc<str>, MatchType)> {
    kinds.iter().map(|(name, kind)| ((*name).into(), *kind)).collect()
}

fn find(table: &Arc<LookupTable>, keys: &[(&str, Value)]) -> Vec<usize> {
    let names: Vec<&str> = keys.iter().map(|(name, _)| *name).collect();
    let values: Vec<Value> = keys.iter().map(|(_, value)| value.clone()).collect();
    table.matcher(&names).unwrap().find(&values)
}

fn texts(texts: &[&str]) -> Value {
    Value::list(texts.iter().map(|text| Value::from(*text)))
}

#[test]
fn exact_keys_in_file_order() {
    let table = table("user,dept\nann,a\nbob,b\nann,c\nANN,d", |_| {});
    assert_eq!(find(&table, &[("user", texts(&["ann"]))]), [0, 2]);
    assert_eq!(find(&table, &[("user", texts(&["bob", "ann", "ann"]))]), [0, 1, 2]);
    assert_eq!(find(&table, &[("user", texts(&["ann"])), ("dept", texts(&["c"]))]), [2]);
    assert!(find(&table, &[("user", Value::Null)]).is_empty());
    assert!(find(&table, &[("user", texts(&["ann"])), ("dept", Value::Null)]).is_empty());
}

#[test]
fn case_can_be_ignored() {
    let table = table("user\nAnn\nann", |d| d.case_sensitive = false);
    assert_eq!(find(&table, &[("user", texts(&["ANN"]))]), [0, 1]);
}

#[test]
fn numbers_are_found_as_text() {
    let table = table("port\n445\n139", |_| {});
    assert_eq!(find(&table, &[("port", Value::Int(445))]), [0]);
    assert_eq!(find(&table, &[("port", Value::Float(139.0))]), [1]);
}

#[test]
fn wildcards_of_all_shapes() {
    let text = "name\n*.exe\ncmd.exe\nc*d.*e\n*md*\n*\nx*\n\n*a*b*c*";
    let table = table(text, |d| d.match_types = kinds(&[("name", MatchType::Wildcard)]));
    assert_eq!(find(&table, &[("name", texts(&["cmd.exe"]))]), [0, 1, 2, 3, 4]);
    assert_eq!(find(&table, &[("name", texts(&["x"]))]), [4, 5]);
    assert_eq!(find(&table, &[("name", texts(&["-a-b-c-"]))]), [4, 7]);
    assert_eq!(find(&table, &[("name", texts(&["acb"]))]), [4]);
    assert_eq!(find(&table, &[("name", texts(&[""]))]), [4, 6]);
    // Head and tail may not overlap.
    let table = self::table("name\nab*ba", |d| {
        d.match_types = kinds(&[("name", MatchType::Wildcard)]);
    });
    assert!(find(&table, &[("name", texts(&["aba"]))]).is_empty());
}

#[test]
fn a_literal_cell_of_a_wildcard_column_may_be_cut_inside_a_character() {
    let table = table("name\nx*\n*é", |d| d.match_types = kinds(&[("name", MatchType::Wildcard)]));
    assert_eq!(find(&table, &[("name", texts(&["éé"]))]), [1]);
}

#[test]
fn networks_in_file_order() {
    let text =
        "net,zone\n10.0.0.0/8,wide\n10.1.0.0/16,narrow\nfe80::/10,link\n10.1.2.3,host\nx,bad";
    let cidr = |d: &mut Definition| d.match_types = kinds(&[("net", MatchType::Cidr)]);
    let table = table(text, cidr);
    assert_eq!(find(&table, &[("net", texts(&["10.1.2.3"]))]), [0, 1, 3]);
    assert_eq!(find(&table, &[("net", texts(&["::ffff:10.9.9.9"]))]), [0]);
    assert_eq!(find(&table, &[("net", texts(&["fe80::1"]))]), [2]);
    assert!(find(&table, &[("net", texts(&["host.example"]))]).is_empty());
    assert_eq!(table.unreadable_networks(), [(4, "x".into())]);
}

#[test]
fn the_longest_prefix_can_come_first() {
    let text = "net,zone\n10.0.0.0/8,wide\n10.1.0.0/16,narrow\n10.1.0.0/16,again";
    let table = table(text, |d| {
        d.match_types = kinds(&[("net", MatchType::Cidr)]);
        d.longest_prefix = true;
    });
    assert_eq!(find(&table, &[("net", texts(&["10.1.2.3"]))]), [1, 2, 0]);
}

#[test]
fn keys_of_different_kinds_must_all_match() {
    let text = "image,host,port\n*\\cmd.exe,a,1\n*\\cmd.exe,b,1\n*,b,2";
    let table = table(text, |d| d.match_types = kinds(&[("image", MatchType::Wildcard)]));
    let image = texts(&["C:\\cmd.exe"]);
    assert_eq!(find(&table, &[("image", image.clone()), ("host", texts(&["b"]))]), [1, 2]);
    assert_eq!(find(&table, &[("image", image), ("host", texts(&["b", "a"]))]), [0, 1, 2]);
}

#[test]
fn outputs_are_multivalues_of_what_is_not_empty() {
    let table = table("user,dept\nann,a\nann,\nann,b", |_| {});
    let matcher = table.matcher(&["user"]).unwrap();
    assert_eq!(matcher.outputs(&table, &[texts(&["ann"])], &[1]), Some(vec![texts(&["a", "b"])]));
    assert_eq!(matcher.outputs(&table, &[texts(&["x"])], &[1]), None);
}

#[test]
fn defaults_fill_up_to_the_least_number_of_matches() {
    let table = table("user,known\nann,true", |d| {
        d.default_match = Some("false".into());
        d.min_matches = 1;
        d.max_matches = 1;
    });
    let matcher = table.matcher(&["user"]).unwrap();
    let output = |value: Value| matcher.outputs(&table, &[value], &[1]);
    assert_eq!(output(texts(&["ann"])), Some(vec![texts(&["true"])]));
    assert_eq!(output(texts(&["bob"])), Some(vec![texts(&["false"])]));
    assert_eq!(output(Value::Null), None);
}

#[test]
fn only_so_many_matches_count() {
    let table = table("k,v\na,1\na,2\na,3", |d| d.max_matches = 2);
    assert_eq!(find(&table, &[("k", texts(&["a"]))]), [0, 1]);
}

#[test]
fn unknown_columns_are_errors() {
    let table = table("k,v\na,1", |_| {});
    assert_eq!(table.matcher(&["x"]).unwrap_err().to_string(), "the lookup has no column `x`");
    let definition =
        Definition { match_types: kinds(&[("x", MatchType::Cidr)]), ..Definition::default() };
    assert!(LookupTable::new(definition).is_err());
}

#[test]
fn short_and_long_rows_do_not_matter() {
    let table = table("k,v\na\na,1,2\n", |_| {});
    let matcher = table.matcher(&["k"]).unwrap();
    assert_eq!(matcher.outputs(&table, &[texts(&["a"])], &[1]), Some(vec![texts(&["1"])]));
}
