//! Many literals at one edge of a text: what it begins with, or what it ends with.
//!
//! A trie is walked from that edge inwards. It costs a few steps a value, however many literals
//! there are, and nothing of the value's length.

/// Literals at the start, or reversed ones at the end, each with numbers.
#[derive(Default)]
pub(super) struct Edges {
    nodes: Vec<Node>,
    /// Bytes that go on from a node, in ascending order, and where to.
    steps: Vec<(u8, u32)>,
    numbers: Vec<u32>,
}

struct Node {
    steps: (u32, u32),
    /// The numbers of the literal that ends here.
    numbers: (u32, u32),
}

impl Edges {
    /// The literals with their numbers; those for the end of texts are given backwards.
    pub(super) fn new(mut literals: Vec<(Vec<u8>, u32)>) -> Self {
        let mut out = Self::default();
        if literals.is_empty() {
            return out;
        }
        literals.sort_unstable();
        literals.dedup();
        // Nodes to be made, in the order of their positions: literals, and bytes that they share.
        let mut waiting = std::collections::VecDeque::from([(0, literals.len(), 0)]);
        let mut made = 1;
        while let Some((start, end, depth)) = waiting.pop_front() {
            let first_number = out.numbers.len() as u32;
            let mut at = start;
            while at < end && literals[at].0.len() == depth {
                out.numbers.push(literals[at].1);
                at += 1;
            }
            let first_step = out.steps.len() as u32;
            while at < end {
                let byte = literals[at].0[depth];
                let same = literals[at..end].iter().take_while(|l| l.0[depth] == byte).count();
                out.steps.push((byte, made));
                made += 1;
                waiting.push_back((at, at + same, depth + 1));
                at += same;
            }
            out.nodes.push(Node {
                steps: (first_step, out.steps.len() as u32),
                numbers: (first_number, out.numbers.len() as u32),
            });
        }
        out
    }

    /// Calls `f` with the numbers of each literal that the text begins with.
    pub(super) fn find<'a>(&self, text: impl Iterator<Item = &'a u8>, mut f: impl FnMut(u32)) {
        let Some(mut node) = self.nodes.first() else { return };
        for byte in text {
            let steps = &self.steps[node.steps.0 as usize..node.steps.1 as usize];
            let Ok(at) = steps.binary_search_by_key(byte, |step| step.0) else { return };
            node = &self.nodes[steps[at].1 as usize];
            let numbers = node.numbers.0 as usize..node.numbers.1 as usize;
            self.numbers[numbers].iter().for_each(|number| f(*number));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn as_starts_with_says(
            literals in prop::collection::vec("[abß]{1,5}", 0..12),
            text in "[abß]{0,8}",
        ) {
            let given = literals.iter().enumerate();
            let given = given.map(|(at, l)| (l.as_bytes().to_vec(), at as u32)).collect();
            let mut found = Vec::new();
            Edges::new(given).find(text.as_bytes().iter(), |number| found.push(number));
            found.sort_unstable();
            let expected: Vec<u32> = (0..literals.len() as u32)
                .filter(|at| text.starts_with(&literals[*at as usize]))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}
