//! The fields of a request: each parameter with its description, and an input to try it.

use maud::{Markup, html};
use serde_json::Value;

use crate::docs::markup::{inline, text};
use crate::docs::schema::{limits, type_name};

/// A parameter. Its input holds the example if the example request `sends` it; else the example only shows how a value
/// looks. Inputs are shown if the page's script runs, because only the script can send a request.
pub(super) fn parameter(operation: &str, parameter: &Value, sends: bool) -> Markup {
    let (name, place, schema) = (text(parameter, "name"), text(parameter, "in"), &parameter["schema"]);
    let id = format!("{operation}-{name}");
    let is_required = parameter["required"] == true;
    let shown = plain(&parameter["example"]);
    html! {
        li {
            div class="what" {
                p class="name" {
                    label for=(id) { code { (name) } } " "
                    span class="type" { (type_name(schema)) }
                    @if is_required { " " em { "required" } }
                    @if place != "query" { " " span class="type" { "in the " (place) } }
                }
                p { (inline(text(parameter, "description"))) }
                (limits(schema))
            }
            (input(&id, parameter, place, if sends { &shown } else { "" }))
        }
    }
}

fn input(id: &str, parameter: &Value, place: &str, value: &str) -> Markup {
    let name = text(parameter, "name");
    let is_required = parameter["required"] == true;
    html! {
        @if let Some(words) = parameter["schema"]["enum"].as_array() {
            select class="scripted" id=(id) name=(name) data-in=(place) required[is_required] {
                option value="" { "not sent" }
                @for word in words.iter().filter_map(Value::as_str) {
                    option value=(word) selected[word == value] { (word) }
                }
            }
        } @else {
            input class="scripted" id=(id) name=(name) data-in=(place) value=(value) required[is_required]
                placeholder=(plain(&parameter["example"])) autocomplete="off" autocapitalize="off" spellcheck="false";
        }
    }
}

/// A value as people type it: a list with commas.
pub(super) fn plain(example: &Value) -> String {
    match example {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_input_holds_what_the_example_sends_and_else_shows_how_a_value_looks() {
        let bbox = json!({
            "name": "bbox", "in": "query", "example": [5.9, 47.3],
            "schema": { "type": "array", "items": { "type": "number" } },
        });
        let sent = parameter("getMap", &bbox, true).into_string();
        assert!(sent.contains("<label for=\"getMap-bbox\"><code>bbox</code></label>"), "{sent}");
        assert!(sent.contains(" value=\"5.9,47.3\" placeholder=\"5.9,47.3\""), "{sent}");
        let left_out = parameter("getMap", &bbox, false).into_string();
        assert!(left_out.contains(" value=\"\" placeholder=\"5.9,47.3\""), "{left_out}");
        assert!(!left_out.contains("required"), "{left_out}");
    }

    #[test]
    fn words_are_chosen_from_a_list_and_required_ones_must_be_chosen() {
        let words = json!({
            "name": "format", "in": "query", "required": true, "example": "csv",
            "schema": { "type": "string", "enum": ["json", "csv"] },
        });
        let chosen = parameter("getMap", &words, true).into_string();
        let expected = "<select class=\"scripted\" id=\"getMap-format\" name=\"format\" data-in=\"query\" required>\
            <option value=\"\">not sent</option><option value=\"json\">json</option>\
            <option value=\"csv\" selected>csv</option></select>";
        assert!(chosen.contains(expected), "{chosen}");
    }
}
