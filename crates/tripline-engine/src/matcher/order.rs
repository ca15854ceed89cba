//! In which order conditions are asked, and which leaves one waits for.

use super::bind::{Node, Origin, Scan};
use tripline_ir::Test;
use tripline_schema::{MapExpr, MapFunction};

/// How dear a condition is, for ordering.
pub(super) fn cost(node: &Node, scans: &[Scan]) -> u8 {
    match node {
        Node::Const(_) => 0,
        Node::Leaf(_) => 1,
        Node::Not(inner) => cost(inner, scans).max(2),
        Node::And(parts) | Node::Or(parts) => {
            parts.iter().map(|part| cost(part, scans)).max().unwrap_or(0).max(3)
        }
        Node::Scan(at) if scans[*at as usize].common => 5,
        Node::Scan(_) => 4,
        Node::Row(_) => 6,
    }
}

/// Leaves of which one must hit for the condition to be true, with a weight: how often they are
/// expected to.
pub(super) fn necessary(node: &Node, weights: &[Option<u32>]) -> Option<(u32, Vec<u32>)> {
    match node {
        Node::Leaf(leaf) => Some((weights[*leaf as usize]?, vec![*leaf])),
        Node::And(parts) => parts.iter().filter_map(|p| necessary(p, weights)).min_by_key(|n| n.0),
        Node::Or(parts) => {
            let mut sum = (0u32, Vec::new());
            for part in parts {
                let (weight, leaves) = necessary(part, weights)?;
                sum.0 = sum.0.saturating_add(weight);
                sum.1.extend(leaves);
            }
            sum.1.sort_unstable();
            sum.1.dedup();
            Some(sum)
        }
        // A condition that is never true cannot stand here: it was folded away.
        Node::Const(_) | Node::Not(_) | Node::Scan(_) | Node::Row(_) => None,
    }
}

/// How dear the values of a column are: those cut out of long texts more than others.
pub(super) fn dear(origin: &Origin) -> u32 {
    use MapFunction::{Args, ArgsQuoted, DnsAnswers, DnsIps, Json, Line, ScriptStat, Split};
    fn of(expr: &MapExpr) -> u32 {
        match expr {
            MapExpr::Call(function, args) => {
                let own = match function {
                    Args | ArgsQuoted | DnsAnswers | DnsIps | Json | Line | ScriptStat | Split => {
                        16
                    }
                    _ => 2,
                };
                args.iter().map(of).max().unwrap_or(1).max(own)
            }
            _ => 1,
        }
    }
    match origin {
        Origin::Expr(expr) => of(expr),
        Origin::Event(_) => 16,
    }
}

pub(super) fn weight(test: &Test) -> u32 {
    match test {
        Test::Equals { values, .. } => values.len() as u32,
        Test::Number(values) => values.len() as u32,
        Test::Glob { patterns, .. } => 2 * patterns.len() as u32,
        Test::Regex { patterns, .. } => 4 * patterns.len() as u32,
        Test::Text { .. } => 4,
        Test::Any(tests) => tests.iter().map(weight).fold(0, u32::saturating_add),
        Test::Cidr(_) | Test::Range { .. } | Test::Bool(_) => 500,
        Test::Exists | Test::Not(_) => 1000,
    }
}

pub(super) fn mark(node: &Node, used: &mut [bool]) {
    match node {
        Node::Leaf(leaf) => used[*leaf as usize] = true,
        Node::And(parts) | Node::Or(parts) => parts.iter().for_each(|p| mark(p, used)),
        Node::Not(inner) => mark(inner, used),
        Node::Const(_) | Node::Scan(_) | Node::Row(_) => {}
    }
}
