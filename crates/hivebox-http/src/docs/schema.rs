//! Schemas: in a few words, and as tables.

use serde_json::Value;

use super::markup::{Plain, add, inline, text};

/// What values a schema is of, in a few words, with links to the schemas that have names.
pub(super) fn kind(schema: &Value) -> String {
    if let Some(reference) = schema["$ref"].as_str() {
        let name = reference.rsplit('/').next().unwrap_or_default();
        return format!("<a href=\"#schema-{0}\">{0}</a>", Plain(name));
    }
    if let Some(choices) = schema["oneOf"].as_array().or_else(|| schema["anyOf"].as_array()) {
        let choices: Vec<String> = choices.iter().map(kind).collect();
        return choices.join(" or ");
    }
    if let Some([part]) = schema["allOf"].as_array().map(Vec::as_slice) {
        return kind(part);
    }
    match &schema["type"] {
        Value::String(name) => of_type(schema, name),
        Value::Array(names) => {
            let names: Vec<String> =
                names.iter().filter_map(Value::as_str).map(|name| of_type(schema, name)).collect();
            names.join(" or ")
        }
        _ => "anything".to_owned(),
    }
}

fn of_type(schema: &Value, name: &str) -> String {
    match name {
        "array" if schema["prefixItems"].is_array() => "list of numbers".to_owned(),
        "array" => format!("list of {}", kind(&schema["items"])),
        "object" if schema["additionalProperties"].is_object() => {
            format!("object, each field {}", kind(&schema["additionalProperties"]))
        }
        "object" if schema["properties"].is_object() => {
            let fields = schema["properties"].as_object().into_iter().flatten();
            let fields: Vec<String> =
                fields.map(|(name, field)| format!("<code>{}</code> {}", Plain(name), kind(field))).collect();
            format!("object with {}", fields.join("; "))
        }
        "string" if schema["format"] == "date-time" => "moment".to_owned(),
        "string" if schema["contentSchema"].is_object() => {
            format!("string, of {} as JSON", kind(&schema["contentSchema"]))
        }
        "integer" => format!("integer{}", range(schema)),
        "number" => format!("number{}", range(schema)),
        other => Plain(other).to_string(),
    }
}

fn range(schema: &Value) -> String {
    match (&schema["minimum"], &schema["maximum"]) {
        (Value::Number(minimum), Value::Number(maximum)) => format!(", {minimum} to {maximum}"),
        // That counts are not negative need not be said.
        (Value::Number(minimum), _) if minimum.as_f64() != Some(0.0) => format!(", at least {minimum}"),
        (_, Value::Number(maximum)) => format!(", at most {maximum}"),
        _ => String::new(),
    }
}

/// What else is to be known: which words, which form, and what holds without one.
pub(super) fn limits(schema: &Value) -> String {
    let mut limits = String::new();
    let items = if schema["type"] == "array" { &schema["items"] } else { schema };
    if let Some(words) = items["enum"].as_array() {
        let words: Vec<String> = words
            .iter()
            .filter_map(Value::as_str)
            .map(|word| format!("<code>{}</code>", Plain(word)))
            .collect();
        add(&mut limits, format_args!("<p class=\"limit\">One of {}</p>", words.join(" ")));
    }
    if let Some(pattern) = items["pattern"].as_str() {
        add(&mut limits, format_args!("<p class=\"limit\">Matches <code>{}</code></p>", Plain(pattern)));
    }
    if !schema["default"].is_null() {
        let default = &schema["default"];
        let default = default.as_str().map_or_else(|| default.to_string(), str::to_owned);
        add(&mut limits, format_args!("<p class=\"limit\">Default <code>{}</code></p>", Plain(default)));
    }
    limits
}

/// A schema that has a name.
pub(super) fn section(name: &str, schema: &Value) -> String {
    let name = Plain(name);
    let mut html = format!(
        "<article class=\"schema\" id=\"schema-{name}\">\n<h3><a class=\"self\" href=\"#schema-{name}\">{name}</a>\
         </h3>\n<p>{}</p>\n",
        inline(text(schema, "description"))
    );
    if let Some(properties) = schema["properties"].as_object() {
        html.push_str("<div class=\"wide\"><table>\n<thead><tr><th scope=\"col\">Field</th>");
        html.push_str("<th scope=\"col\">Type</th><th scope=\"col\">What it is</th></tr></thead>\n<tbody>\n");
        for (name, property) in properties {
            add(
                &mut html,
                format_args!(
                    "<tr><th scope=\"row\"><code>{}</code></th><td>{}</td><td>{}{}</td></tr>\n",
                    Plain(name),
                    kind(property),
                    inline(description(property)),
                    limits(property)
                ),
            );
        }
        html.push_str("</tbody>\n</table></div>\n");
    } else {
        add(&mut html, format_args!("<p>{}</p>\n{}", kind(schema), limits(schema)));
    }
    html + "</article>\n"
}

/// What is said of a field, which stands with the reference if it has one.
fn description(property: &Value) -> &str {
    let mut choices = property["oneOf"].as_array().into_iter().flatten();
    let own = property["description"].as_str();
    own.or_else(|| choices.find_map(|choice| choice["description"].as_str())).unwrap_or_default()
}
