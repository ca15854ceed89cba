//! All reasons that there are, by their code.

/// Code and meaning of each reason, for the reference page.
pub const REASONS: &[(&str, &str)] = &[
    ("no_log_source", "No source of the data answers to the log source of a Sigma rule."),
    (
        "no_event_for_step",
        "No event passes a step of the sequence or sample, or none with the key that came furthest.",
    ),
    ("key_missing", "Events lack a join key, a grouping field or a field of the terms."),
    ("complete_keys", "How many keys have events of all steps; what follows is about those."),
    (
        "no_complete_key",
        "No key has events of all steps; which one comes furthest, and what it lacks.",
    ),
    ("key_case", "Two keys differ in case only, and are different keys."),
    ("beyond_maxspan", "All steps occur in order, but further apart than `maxspan`: by how much."),
    ("beyond_look_back", "All steps occur in order, but further apart than the rule looks back."),
    ("until_between", "An `until` event comes between the steps."),
    ("forbidden_event", "The event of a step that must not occur does occur."),
    (
        "several_conditions",
        "All steps occur in order, but more than one condition stands in the way.",
    ),
    (
        "same_instant",
        "Events of two steps have the same time, and their order in the input is the wrong one.",
    ),
    ("order_reversed", "The later step's event comes before the earlier step's."),
    ("used_up", "The earlier step's events are used up by other sequences."),
    ("same_event", "A sequence or sample has events of all steps, but too few different ones."),
    ("seen_before", "The terms of the event were seen before, within the history: by which event."),
    ("new", "The terms of the event are new."),
    ("history_partial", "The terms are new as far as the data goes; the history starts before it."),
    ("terms_seen", "When terms occurred first and last."),
    ("group_too_small", "The largest group, and how many events are needed."),
    ("cardinality_too_small", "The largest group has too few distinct values of a field."),
    (
        "correlation_short",
        "The group that comes nearest to a correlation, and what it lacks: a number, a rule, an order.",
    ),
    ("no_indicators", "No event is an indicator that the rule looks at."),
    ("no_shared_value", "Events and indicators share no value of a pair of fields."),
    ("shared_values", "How many values of a pair of fields events and indicators share."),
    ("empty_result", "Events go into a search, and its commands leave no row of them."),
    ("reads_alerts", "The rule reads alerts of other rules."),
    ("excepted", "An exception takes findings away: which one."),
    ("suppressed", "Findings are folded into alerts that are raised."),
    ("max_signals", "Findings are beyond what a run raises."),
    (
        "outside_windows",
        "Findings are in no window of the rule's schedule, or not together in one.",
    ),
];
