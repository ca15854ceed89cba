use super::{Assets, eval, single_input};
use std::net::IpAddr;
use std::sync::{Arc, LazyLock};
use tripline_schema::{MapExpr, MapFunction, Mapping, Schema};

static MAPPING: LazyLock<Arc<Mapping>> = LazyLock::new(|| {
    let text = "[[source]]\nid = 'test'\n[source.tables.state]\nSF = 'allowed'\n\
                S0 = ['connection', 'start']\n\
                [source.tables.rights]\n0x10 = 'Read'\n0x20 = 'Write'\n0x30 = 'Both'\n";
    let schema = Schema::load(&[("test.toml", text)]).unwrap();
    Arc::clone(schema.mapping("test").unwrap())
});

/// Evaluates an expression; `x=1 x=2 y=3` are the record's fields.
fn run(expr: &str, fields: &[(&str, &str)]) -> Vec<String> {
    let expr = MapExpr::parse(expr).unwrap();
    let raw: &mut super::RawFields<'_, '_> = &mut |path, f| {
        fields.iter().filter(|(name, _)| *name == path).for_each(|(_, value)| f(value));
    };
    eval(&expr, &MAPPING, raw, Some(&Table)).into_iter().map(String::from).collect()
}

struct Table;

impl Assets for Table {
    fn categories(&self, ip: IpAddr) -> Vec<Arc<str>> {
        if ip.to_string().starts_with("10.") { vec!["internal".into()] } else { vec![] }
    }
}

/// Expression, the values of `x`, the result. Each function stands here at least once.
const CASES: &[(&str, &[&str], &[&str])] = &[
    ("x", &[], &[]),
    (
        "json(x, 'a.b')",
        &[r#"{"a":{"b":1.5}}"#, r#"{"a":[{"b":"x"},{"b":[true,null]}]}"#],
        &["1.5", "x", "true"],
    ),
    ("json(x, 'a')", &[r#"{"a":{"b":1}}"#, "no JSON", "{", "[]"], &[r#"{"b":1}"#]),
    ("json(x, 'a.b/c')", &[r#"{"a":{"b/c":"slash"}}"#], &["slash"]),
    ("json(x, 'k8s.io')", &[r#"{"k8s.io":"dotted"}"#], &["dotted"]),
    ("json(x, 'a.b')", &[r#"{"a":"{\"b\":\"in a string\"}"}"#], &["in a string"]),
    (
        "json(x, '1.p.0.v')",
        &[r#"{"p":[{"v":"no"}]}"#, r#"{"p":[{"v":"yes"},{"v":"no"}]}"#],
        &["yes"],
    ),
    ("json(x, '1.v')", &[r#"[{"v":"no"},{"v":"yes"}]"#], &["yes"]),
    ("json(x, '7.v')", &[r#"[{"v":"no"}]"#, ""], &[]),
    (
        "named(x, 'Name', 'To', 'Value')",
        &[r#"{"Name":"To","Value":"a"}"#, r#"{"Name":"Cc","Value":"b"}"#],
        &["a"],
    ),
    (
        "named(x, 'Name', 'Role_DisplayName', 'NewValue')",
        &[r#"[{"Name":"Role.DisplayName","NewValue":"Admin"}]"#],
        &["Admin"],
    ),
    (
        "named(x, 'name', 'n', 'value boolValue')",
        &[r#"{"name":"n","boolValue":false}"#, "7", "{}"],
        &["false"],
    ),
    (
        "braces(x)",
        &[r#"{"a":1,"b":["x",{"y":true}],"c":{"d":null},"e":""}"#],
        &["{a=1, b=[x, {y=true}]}"],
    ),
    ("braces(x)", &["{}", "no JSON", r#"{"a":[]}"#], &[]),
    ("x", &["a", "b"], &["a", "b"]),
    ("['a', 'b']", &[], &["a", "b"]),
    ("coalesce(y, x, 'z')", &["a"], &["a"]),
    ("coalesce(y, x, 'z')", &[], &["z"]),
    ("default(x, 'unknown')", &[""], &["unknown"]),
    ("default(x, 'unknown')", &[], &["unknown"]),
    ("default(x, 'unknown')", &["tcp"], &["tcp"]),
    ("if(x, 'TRUE', 'egress', 'ingress')", &["true"], &["egress"]),
    ("if(x, 'true', 'egress', 'ingress')", &["false"], &["ingress"]),
    ("if(x, 'true', 'egress', 'ingress')", &[], &[]),
    ("if_exists(x, 'there', 'not')", &["1"], &["there"]),
    ("if_exists(x, 'there', 'not')", &[], &["not"]),
    ("if_prefix(x, 'hk', 'registry', 'file')", &["HKLM\\a"], &["registry"]),
    ("if_prefix(x, 'hk', 'registry', 'file')", &["C:\\"], &["file"]),
    ("if_prefix(x, 'hk', 'registry', 'file')", &[], &[]),
    ("if_contains(x, 'reg', 'yes', 'no')", &["the REGistry"], &["yes"]),
    ("if_contains(x, 'reg', 'yes', 'no')", &["the file"], &["no"]),
    ("if_contains(x, 'reg', 'yes', 'no')", &[], &[]),
    ("table(x, 'state')", &["SF"], &["allowed"]),
    ("table(x, 'state')", &["s0"], &["connection", "start"]),
    ("table(x, 'state')", &["??"], &[]),
    ("table(x, 'state', 'unknown')", &["??"], &["unknown"]),
    ("table(x, 'state', 'unknown')", &[], &["unknown"]),
    ("append(x, 'c', y)", &["a", "b"], &["a", "b", "c"]),
    ("first(x)", &["a", "b"], &["a"]),
    ("item(x, '1')", &["a", "b"], &["b"]),
    ("item(x, '2')", &["a", "b"], &[]),
    ("flags(x, 'rights')", &["0x30"], &["Read", "Write", "Both"]),
    ("flags(x, 'rights')", &[" 16 "], &["Read"]),
    ("flags(x, 'rights')", &["0x1", "%%1537"], &[]),
    (
        "line(x, 'Host Application')",
        &["\t\tHost Name=a\r\n\tHostApplication=b c=d\r\n"],
        &["b c=d"],
    ),
    (
        "line(x, 'HostApplication')",
        &["        Host Application = b\nc = d\n  Pipeline ID = 3"],
        &["b\nc = d"],
    ),
    ("line(x, 'PipelineId')", &["\tPipelineId=\r\n\tCommandName=\r\n"], &[]),
    ("script_stat(x, 'entropy')", &["abcd", ""], &["2"]),
    ("script_stat(x, 'entropy')", &["aaaa"], &["0"]),
    ("script_stat(x, 'surprisal')", &["aab"], &["0.471404521"]),
    ("script_stat(x, 'length')", &["é\u{1F600}# SIG # Begin signature block\n# MIIX"], &["3"]),
    ("script_stat(x, 'symbols')", &["abba"], &["2"]),
    ("script_stat(x, 'mood')", &["abba"], &[]),
    ("count(x)", &["a", "b"], &["2"]),
    ("count(x)", &[], &[]),
    ("present(x)", &["-", "", "{00000000-0000-0000-0000-000000000000}", "a-b"], &["a-b"]),
    ("present(x)", &["0", "--"], &["0", "--"]),
    ("basename(x)", &[r"C:\Windows\System32\cmd.exe"], &["cmd.exe"]),
    ("basename(x)", &["/usr/bin/curl"], &["curl"]),
    // The kernel has no path: the vendor sets no name for it.
    ("basename(x)", &["System"], &[]),
    ("filename(x)", &["System"], &["System"]),
    ("dirname(x)", &[r"C:\a\b.txt"], &[r"C:\a"]),
    ("dirname(x)", &["b.txt"], &[]),
    ("extension(x)", &[r"C:\a.b\c.tar.gz"], &["gz"]),
    ("extension(x)", &[r"C:\a.b\c"], &[]),
    ("concat('DOMAIN', '\\', x)", &["user"], &["DOMAIN\\user"]),
    ("concat(x, y)", &["user"], &[]),
    ("lower(x)", &["ÄB"], &["äb"]),
    ("upper(x)", &["äb"], &["ÄB"]),
    ("split(x, ',')", &["gssapi,smb,ntlm"], &["gssapi", "smb", "ntlm"]),
    ("part(x, '\\', '0')", &["NT AUTHORITY\\SYSTEM"], &["NT AUTHORITY"]),
    ("part(x, '\\', '-1')", &["NT AUTHORITY\\SYSTEM"], &["SYSTEM"]),
    ("part(x, '\\', '1')", &["SYSTEM"], &[]),
    ("part(x, '\\', '-3')", &["SYSTEM"], &[]),
    ("strip(x, '/ ')", &["/ a/b /"], &["a/b"]),
    ("replace(x, ' ', '-')", &["a b c"], &["a-b-c"]),
    ("in_parens(x)", &["DWORD (0x00000001)"], &["0x00000001"]),
    ("in_parens(x)", &[") odd ("], &[") odd ("]),
    ("prefix_before(x, '@')", &["user@example.org"], &["user"]),
    ("prefix_before(x, '@')", &["user"], &["user"]),
    ("kv(x, 'sha256')", &["MD5=AB,SHA256=CD,IMPHASH=00000000"], &["cd"]),
    ("kv(x, 'IMPHASH')", &["MD5=AB,IMPHASH=00000000"], &[]),
    ("kv(x, 'SHA1')", &["MD5=AB"], &[]),
    ("unbrace(x)", &["{AB-C}"], &["AB-C"]),
    ("brace(x)", &["ab-c", "{AB-C}", ""], &["{AB-C}", "{AB-C}"]),
    ("hex(x)", &["0x1f4", "500", "0xzz"], &["500", "500"]),
    ("number(x)", &["445", "4.5", "http"], &["445", "4.5"]),
    ("number_or(x, '0')", &["http"], &["0"]),
    ("number_or(x, '0')", &[], &["0"]),
    ("sum(x, '2')", &["40"], &["42"]),
    ("sum(x, y)", &["40"], &[]),
    ("multiply(x, '1000000000')", &["0.25"], &["250000000"]),
    ("multiply(x, '1000000000')", &["soon"], &[]),
    ("epoch(x)", &["2024-05-14T09:41:07.25Z"], &["1715679667.250000"]),
    ("epoch(x)", &["2024-05-14 09:41:07.250"], &["1715679667.250000"]),
    ("epoch(x)", &["1715679667250"], &["1715679667.250000"]),
    ("epoch(x)", &["1715679667.25"], &["1715679667.250000"]),
    ("epoch(x)", &["1715679667250000001"], &["1715679667.250000"]),
    ("epoch(x)", &["yesterday"], &[]),
    ("ip(x)", &["fe80:0:0:0:0:0:0:1", "::ffff:10.0.0.1", "host"], &["fe80::1", "10.0.0.1"]),
    ("ip(x)", &["fe80::1%12"], &["fe80::1"]),
    ("if_private(x, 'in', 'out')", &["192.168.1.1"], &["in"]),
    ("if_private(x, 'in', 'out')", &["::1"], &["in"]),
    ("if_private(x, 'in', 'out')", &["81.2.69.142"], &["out"]),
    ("if_private(x, 'in', 'out')", &["host"], &[]),
    ("asset_category(x)", &["10.1.2.3", "10.1.2.4"], &["internal"]),
    ("asset_category(x)", &["81.2.69.142"], &[]),
    (
        "windows_args(x)",
        &[r#""C:\Program Files\a.exe"  /c "a \"b\"" c:\d\ """#],
        &[r"C:\Program Files\a.exe", "/c", r#"a "b""#, r"c:\d\", ""],
    ),
    ("windows_args(x)", &[r#"a\\\"b "c\\" d"#], &[r#"a\"b"#, r"c\", "d"]),
    ("windows_args(x)", &["   "], &[]),
    // A doubled quote ends the quoted part: what follows is outside.
    ("windows_args(x)", &[r#""a""b c" d"#], &[r#"a"b"#, "c d"]),
    ("quoted_args(x)", &[r#""C:\a b.exe" -x"#], &[r#""C:\a b.exe""#, "-x"]),
    ("quoted_args(x)", &["a  b "], &["a", "", "b", ""]),
    ("quoted_args(x)", &[""], &[]),
    ("outcome(x)", &["0x8020000000000000"], &["success"]),
    ("outcome(x)", &["0x8010000000000000"], &["failure"]),
    ("outcome(x)", &["-9214364837600034816"], &["success"]),
    ("outcome(x)", &["Classic", "Audit Failure"], &["failure"]),
    ("outcome(x)", &["0x8000000000000000"], &[]),
    ("registry_hive(x)", &[r"HKLM\SOFTWARE\a"], &["HKLM"]),
    ("registry_hive(x)", &[r"\REGISTRY\MACHINE\SOFTWARE\a"], &["HKLM"]),
    ("registry_hive(x)", &[r"C:\a"], &[]),
    ("registry_key(x)", &[r"HKU\S-1-5\a"], &[r"S-1-5\a"]),
    ("registry_data(x)", &["DWORD (0x0000000a)"], &["10"]),
    ("registry_data(x)", &["QWORD (0x00000001-0x00000002)"], &["4294967298"]),
    ("registry_data(x)", &["Binary Data"], &["Binary Data"]),
    ("registry_data(x)", &["%windir%"], &["%windir%"]),
    ("registry_type(x)", &["DWORD (0x1)"], &["SZ_DWORD"]),
    ("registry_type(x)", &["QWORD (0x1-0x1)"], &["SZ_QWORD"]),
    ("registry_type(x)", &["Binary Data"], &["REG_BINARY"]),
    ("registry_type(x)", &["text"], &["REG_SZ"]),
    (
        "dns_ips(x)",
        &["type:  5 a.example.;::ffff:81.2.69.142;2001:db8::1;"],
        &["81.2.69.142", "2001:db8::1"],
    ),
    (
        "dns_answers(x)",
        &["type:  5 a.example.;::ffff:81.2.69.142;"],
        &["a.example.", "81.2.69.142"],
    ),
    ("dns_answers(x)", &["-"], &[]),
];

#[test]
fn functions_do_what_their_pages_say() {
    for (expr, values, expected) in CASES {
        let fields: Vec<(&str, &str)> = values.iter().map(|v| ("x", *v)).collect();
        assert_eq!(run(expr, &fields), *expected, "{expr} of {values:?}");
    }
}

#[test]
fn every_function_has_a_case() {
    for (_, name, ..) in MapFunction::ALL {
        let call = format!("{name}(");
        assert!(CASES.iter().any(|(expr, ..)| expr.starts_with(&call)), "{name}");
    }
}

#[test]
fn concat_joins_fields_of_one_record() {
    assert_eq!(run("concat(a, '/', b)", &[("a", "T"), ("b", "F")]), ["T/F"]);
}

#[test]
fn without_an_asset_table_there_are_no_categories() {
    let expr = MapExpr::parse("asset_category(x)").unwrap();
    assert!(eval(&expr, &MAPPING, &mut |_, f| f("10.0.0.1"), None).is_empty());
}

#[test]
fn finds_expressions_of_one_field() {
    for (expr, expected) in [
        ("x", Some("x")),
        ("lower(basename(x))", Some("x")),
        ("coalesce(kv(x, 'a'), kv(x, 'b'), 'none')", Some("x")),
        ("coalesce(x, y)", None),
        ("'constant'", None),
    ] {
        assert_eq!(single_input(&MapExpr::parse(expr).unwrap()), expected, "{expr}");
    }
}

/// Odd values, at most a few characters long, must not break any function.
#[test]
fn no_function_panics() {
    let values = [
        "",
        "-",
        "\\",
        "/",
        "(",
        ")",
        "0x",
        "QWORD (0x-0x)",
        "DWORD ()",
        "é",
        "=",
        ",=",
        ";",
        "\"",
        "\\\"",
        "1e308",
        "-1",
        "99999999999999999999",
        "{}",
        "{",
        "type:",
        "type: 5",
        "::ffff:",
        "%",
        "ÿ\u{0}",
    ];
    for (_, name, min, max, _) in MapFunction::ALL {
        for args in *min..=(*max).min(4) {
            let expr = format!("{name}({})", vec!["x"; args].join(", "));
            for value in values {
                run(&expr, &[("x", value)]);
            }
        }
    }
}
