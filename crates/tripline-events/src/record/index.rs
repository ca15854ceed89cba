//! To which index a document says that it belongs.

use super::doc::Doc;
use super::layout::Layout;
use super::probe::{Interest, Probe};
use super::recognise::text_of;
use simd_json::Node;

/// Fields in which a document says to which index it belongs.
pub(super) struct IndexFields {
    pub index: Interest,
    stream_type: Interest,
    dataset: Interest,
    namespace: Interest,
    agent: Interest,
    agent_version: Interest,
    beat: Interest,
    beat_version: Interest,
}

impl IndexFields {
    /// Asks for them.
    pub fn new(probe: &mut Probe) -> Self {
        let mut field = |name: &str| probe.interest(name, false, true);
        Self {
            index: field("_index"),
            stream_type: field("data_stream.type"),
            dataset: field("data_stream.dataset"),
            namespace: field("data_stream.namespace"),
            agent: field("agent.type"),
            agent_version: field("agent.version"),
            beat: field("@metadata.beat"),
            beat_version: field("@metadata.version"),
        }
    }

    /// The name that a document has, or that its collector would have given it. `outer`: where the
    /// envelope of a search hit names it.
    pub fn name(
        &self,
        probe: &Probe,
        doc: &Doc<'_>,
        layout: Layout,
        outer: Option<usize>,
    ) -> Option<String> {
        let mut buffer = String::new();
        let mut get = |interest: Interest| -> Option<String> {
            let at = probe.at(layout, interest)?;
            let text = text_of(doc, at, &mut buffer);
            (!text.is_empty()).then(|| text.to_owned())
        };
        if let Some(Node::String(index)) = outer.map(|at| doc.nodes[at]) {
            return Some(data_stream_of(index).to_owned());
        }
        if let Some(index) = get(self.index) {
            return Some(data_stream_of(&index).to_owned());
        }
        if let Some(dataset) = get(self.dataset) {
            let kind = get(self.stream_type).unwrap_or_else(|| "logs".to_owned());
            let namespace = get(self.namespace).unwrap_or_else(|| "default".to_owned());
            return Some(format!("{kind}-{dataset}-{namespace}"));
        }
        let (agent, version) = match get(self.agent) {
            Some(agent) => (agent, get(self.agent_version)),
            None => (get(self.beat)?, get(self.beat_version)),
        };
        Some(match version {
            Some(version) => format!("{agent}-{version}"),
            // `filebeat-*` also matches this.
            None => format!("{agent}-"),
        })
    }
}

/// The data stream of a backing index: `.ds-NAME-2026.11.21-000001` is `NAME`.
fn data_stream_of(index: &str) -> &str {
    let Some(rest) = index.strip_prefix(".ds-") else { return index };
    let mut parts = rest.rsplitn(3, '-');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(generation), Some(date), Some(name))
            if generation.bytes().all(|b| b.is_ascii_digit())
                && date.bytes().all(|b| b.is_ascii_digit() || b == b'.') =>
        {
            name
        }
        _ => rest,
    }
}

#[cfg(test)]
mod tests {
    use super::data_stream_of;

    #[test]
    fn backing_indices_answer_to_their_data_stream() {
        assert_eq!(
            data_stream_of(".ds-logs-endpoint.events.network-default-2026.11.21-000001"),
            "logs-endpoint.events.network-default"
        );
        assert_eq!(data_stream_of("winlogbeat-8.1.0"), "winlogbeat-8.1.0");
    }
}
