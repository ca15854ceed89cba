//! What pipelines can say.

use tripline_diag::Code;

macro_rules! codes {
    ($($name:ident $id:literal $title:literal $page:literal)*) => {
        $(#[doc = $title] pub static $name: Code = Code::new($id, $title, $page);)*

        /// All codes of processing pipelines.
        pub static CODES: &[&Code] = &[$(&$name,)*];
    };
}

codes! {
    SHAPE "SIG401" "pipeline that cannot be read"
"A processing pipeline is a YAML map with `name`, `priority`, `vars` and a list of `transformations`; \
each of those is a map with a `type` and what that type needs. Something is missing, or has another \
shape."

    UNKNOWN "SIG402" "unknown name in a pipeline"
"The type of a transformation or of a condition, the name of a condition in an expression, or a key \
is not known. A pipeline with an unknown type is not applied: half of it would be another pipeline."

    UNSUPPORTED "SIG403" "part of a pipeline that has no meaning here"
"Query expressions, templates, post-processing and finalizers are about the text of a query in \
another product. Tripline makes no such text, it evaluates the rule itself."

    FAILURE "SIG404" "rule that a pipeline refuses"
"A pipeline says with `rule_failure` or `detection_item_failure` that rules like this one cannot \
work with the data that it is for."

    EMPTIED "SIG405" "rule of which a pipeline leaves nothing"
"All that the rule looks for was dropped (`drop_detection_item`). What is left would match every \
event."

    VALUE "SIG406" "value that a pipeline cannot change"
"A transformation needs another kind of value: `convert_type` with `num` a text that reads as a \
number, `hashes_fields` a hash with the name of its algorithm."
}
