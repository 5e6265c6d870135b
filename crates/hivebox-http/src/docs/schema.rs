//! Schemas: as a type name in a few words, and as lists of fields.

use maud::{Markup, html};
use serde_json::Value;

use crate::docs::markup::{fields, inline, join, text};

/// The type of a schema in a few words, with links to named schemas.
pub(super) fn type_name(schema: &Value) -> Markup {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return html! { a href={ "#schema-" (name) } { (name) } };
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        return join(choices.iter().map(type_name), " or ");
    }
    if let Some([part]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return type_name(part);
    }
    match &schema["type"] {
        Value::String(name) => of_type(schema, name),
        Value::Array(names) => {
            join(names.iter().filter_map(Value::as_str).map(|name| of_type(schema, name)), " or ")
        }
        _ => html! { "anything" },
    }
}

fn of_type(schema: &Value, name: &str) -> Markup {
    match name {
        "array" if schema["prefixItems"].is_array() => html! { "list of numbers" },
        "array" => html! { "list of " (type_name(&schema["items"])) },
        "object" if schema["additionalProperties"].is_object() => {
            html! { "object whose fields are each " (type_name(&schema["additionalProperties"])) }
        }
        "object" if schema["properties"].is_object() => {
            let fields = fields(&schema["properties"])
                .map(|(name, field)| html! { code { (name) } " " (type_name(field)) });
            html! { "object with " (join(fields, "; ")) }
        }
        "string" if schema["format"] == "date-time" => html! { "timestamp" },
        "string" if schema["contentSchema"].is_object() => {
            html! { "string containing " (type_name(&schema["contentSchema"])) " as JSON" }
        }
        "integer" => html! { "integer" (range(schema)) },
        "number" => html! { "number" (range(schema)) },
        other => html! { (other) },
    }
}

fn range(schema: &Value) -> String {
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(minimum), Value::Number(maximum)) => format!(", {minimum} to {maximum}"),
        // It goes without saying that counts are not negative.
        (Value::Number(minimum), _) if minimum.as_f64() != Some(0.0) => format!(", at least {minimum}"),
        (_, Value::Number(maximum)) => format!(", at most {maximum}"),
        _ => String::new(),
    }
}

/// The allowed words, the pattern and the default value.
pub(super) fn limits(schema: &Value) -> Markup {
    let items = if schema["type"] == "array" { &schema["items"] } else { schema };
    let default = &schema["default"];
    html! {
        @if let Some(words) = items["enum"].as_array() {
            p class="limit" {
                "One of "
                (join(words.iter().filter_map(Value::as_str).map(|word| html! { code { (word) } }), " "))
            }
        }
        @if let Some(pattern) = items["pattern"].as_str() {
            p class="limit" { "Matches " code { (pattern) } }
        }
        @if !default.is_null() {
            p class="limit" {
                "Default " code { (default.as_str().map_or_else(|| default.to_string(), str::to_owned)) }
            }
        }
    }
}

/// The section of a named schema, collapsed.
pub(super) fn section(name: &str, schema: &Value) -> Markup {
    html! {
        article class="schema" id={ "schema-" (name) } {
            details {
                summary { h3 { (name) } }
                p { (inline(text(schema, "description"))) }
                @if schema["properties"].is_object() {
                    ul class="fields" {
                        @for (name, property) in fields(&schema["properties"]) {
                            li {
                                p class="name" { code { (name) } " " span class="type" { (type_name(property)) } }
                                p { (inline(description(property))) }
                                (limits(property))
                            }
                        }
                    }
                } @else {
                    p { (type_name(schema)) }
                    (limits(schema))
                }
            }
        }
    }
}

/// The description of a field. That of an optional reference stands inside its `oneOf`.
fn description(property: &Value) -> &str {
    let mut choices = property["oneOf"].as_array().into_iter().flatten();
    let own = property["description"].as_str();
    own.or_else(|| choices.find_map(|choice| choice["description"].as_str())).unwrap_or_default()
}
