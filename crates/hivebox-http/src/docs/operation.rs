//! The section of an operation: its purpose, its parameters, an example request and its responses.

use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use crate::docs::markup::{code_block, example, fields, inline, join, paragraphs, table_head, text};
use crate::docs::schema::{limits, type_name};

/// The default address of HiveBox.
const ADDRESS: &str = "http://127.0.0.1:5000";

/// Optional parameters that the example request includes, because most requests have them.
const PLACE: [&str; 2] = ["lat", "lon"];

/// The operation of `method` at `path`.
pub(super) fn section(method: &str, path: &str, operation: &Value) -> Markup {
    let id = text(operation, "operationId");
    html! {
        article class="operation" id=(id) {
            h3 {
                a class="self" href={ "#" (id) } {
                    span class="method" { (method) } " " code { (path) }
                }
            }
            p class="summary" { (inline(text(operation, "summary"))) }
            (paragraphs(text(operation, "description")))
            @if let Some(parameters) = operation["parameters"].as_array() { (parameter_table(parameters)) }
            (request_body(&operation["requestBody"]))
            h4 { "Example" }
            (code_block(&curl(method, path, operation)))
            h4 { "Responses" }
            @for (status, response) in fields(&operation["responses"]) { (response_details(status, response)) }
        }
    }
}

fn parameter_table(parameters: &[Value]) -> Markup {
    html! {
        h4 { "Parameters" }
        div class="wide" {
            table {
                (table_head(["Name", "Type", "Description"]))
                tbody {
                    @for parameter in parameters {
                        tr {
                            th scope="row" {
                                code { (text(parameter, "name")) } " "
                                span class="in" {
                                    (text(parameter, "in"))
                                    @if parameter["required"] == true { " " em { "required" } }
                                }
                            }
                            td { (type_name(&parameter["schema"])) }
                            td { (inline(text(parameter, "description"))) (limits(&parameter["schema"])) }
                        }
                    }
                }
            }
        }
    }
}

/// The request body in each media type; nothing if the operation takes none.
fn request_body(body: &Value) -> Markup {
    html! {
        @if !body.is_null() { h4 { "Body" } }
        @for (media_type, content) in fields(&body["content"]) {
            p { code { (media_type) } ": " (type_name(&content["schema"])) }
            (example(&content["example"]))
        }
    }
}

fn response_details(status: &str, response: &Value) -> Markup {
    let reason = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
    let class = format!("status s{}", status.get(..1).unwrap_or_default());
    let headers = response["headers"].as_object();
    html! {
        details class="answer" {
            summary {
                b class=(class) { (status) } " " (reason.unwrap_or_default()) " "
                span class="why" { (inline(text(response, "description"))) }
            }
            @for (media_type, content) in fields(&response["content"]) {
                p {
                    code { (media_type) } ": "
                    @if let Some(schema) = content.get("schema") { (type_name(schema)) } @else { "bytes" }
                }
                @for (_, shown) in fields(&content["examples"]) {
                    p class="limit" { (inline(text(shown, "summary"))) }
                    (example(&shown["value"]))
                }
                @if let Some(shown) = content.get("example") { (example(shown)) }
            }
            @if let Some(headers) = headers {
                p class="headers" { "Headers: " (join(headers.keys().map(|name| header_link(name)), " ")) }
            }
        }
    }
}

fn header_link(name: &str) -> Markup {
    html! { a href={ "#header-" (name) } { code { (name) } } }
}

/// A command line that sends an example request.
fn curl(method: &str, path: &str, operation: &Value) -> String {
    let parameters = operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut path = path.to_owned();
    let mut query = Vec::new();
    for parameter in parameters {
        let (name, example) = (text(parameter, "name"), as_query(&parameter["example"]));
        match text(parameter, "in") {
            "path" => path = path.replace(&format!("{{{name}}}"), &example),
            "query" if parameter["required"] == true || PLACE.contains(&name) => {
                query.push(format!("{name}={example}"));
            }
            _ => {}
        }
    }
    // If no parameter is required, the first one shows how to give one.
    let optional = parameters.iter().find(|parameter| parameter["in"] == "query");
    if let Some(parameter) = optional.filter(|_| query.is_empty()) {
        query.push(format!("{}={}", text(parameter, "name"), as_query(&parameter["example"])));
    }
    let mark = if query.is_empty() { "" } else { "?" };
    let flags = match method {
        "GET" if operation.pointer("/responses/200/content/text~1event-stream").is_some() => "-N ".to_owned(),
        "GET" => String::new(),
        other => format!("-X {other} "),
    };
    let data = match &operation["requestBody"]["content"]["application/json"]["example"] {
        Value::Null => String::new(),
        // A quote ends what the shell takes literally, so it stands between two such texts.
        body => format!(" --json '{}'", body.to_string().replace('\'', r"'\''")),
    };
    format!("curl {flags}'{ADDRESS}{path}{mark}{}'{data}", query.join("&"))
}

fn as_query(example: &Value) -> String {
    match example {
        Value::String(text) => text.replace(' ', "%20"),
        Value::Array(items) => items.iter().map(as_query).collect::<Vec<_>>().join(","),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_example_of_a_body_is_sent_as_json_whatever_quotes_it_has() {
        let sql = json!({ "sql": "select * from boxes where name = 'a'" });
        let operation = json!({ "requestBody": { "content": { "application/json": { "example": sql } } } });
        assert_eq!(
            curl("POST", "/api/v1/sql", &operation),
            format!(
                r#"curl -X POST '{ADDRESS}/api/v1/sql' --json '{{"sql":"select * from boxes where name = '\''a'\''"}}'"#
            )
        );
        assert_eq!(curl("POST", "/store", &json!({})), format!("curl -X POST '{ADDRESS}/store'"));
    }
}
