//! The queries of the first pages, as they stand there.

use tripline_schema::Schema;

/// Of each page, what stands from the first marker up to the second.
const QUERIES: [(&str, &str, &str); 5] = [
    ("000", "event.category:network and event.type:connection", "\nVersion 4"),
    ("000", "event.action:\"Network connection detected", "\nVersion 2"),
    (
        "000",
        "event.action:\"Network connection detected (rule: NetworkConnect)\" and\n    \
         destination.port:445 and not process.pid:4 and not\n    destination.ip:(\"",
        "~",
    ),
    ("001", "event.category:network and host.os.type:windows", "\n\nInstall"),
    ("002", "(event.dataset: network_traffic.flow", "\nFramework"),
];

#[test]
fn queries_of_the_pages_compile() {
    let Some(folder) = crate::shared("../seeds") else { return };
    for (file, start, end) in QUERIES {
        let path = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .find(|path| path.file_name().unwrap().to_string_lossy().starts_with(file))
            .unwrap();
        let page = std::fs::read_to_string(path).unwrap();
        let query = &page[page.find(start).unwrap()..];
        let query = &query[..query.find(end).unwrap_or(query.len())];
        let compiled = tripline_kql::compile(query, Schema::builtin());
        assert!(compiled.plan.is_some(), "{query}: {:?}", compiled.diagnostics);
        assert!(compiled.diagnostics.is_empty(), "{query}: {:?}", compiled.diagnostics);
    }
    println!("seeds: {} queries", QUERIES.len());
}
