//! The section of an operation: its purpose, its parameters, an example request and its responses.

use axum::http::StatusCode;
use maud::{Markup, html};
use serde_json::Value;

use crate::docs::field::{parameter, plain};
use crate::docs::markup::{code_block, example, fields, inline, join, paragraphs, text};
use crate::docs::schema::type_name;

/// The default address of HiveBox. The page's script puts the page's own address in its place.
const ADDRESS: &str = "http://127.0.0.1:5000";

/// Optional parameters that the example request includes, because most requests have them.
const PLACE: [&str; 2] = ["lat", "lon"];

/// The operation of `method` at `path`, collapsed. Its form becomes usable by the page's script.
pub(super) fn section(method: &str, path: &str, operation: &Value) -> Markup {
    let id = text(operation, "operationId");
    let parameters = parameters(operation);
    let sent = sent(parameters);
    html! {
        article class="operation" id=(id) {
            details {
                summary {
                    h3 { span class={ "method " (method) } { (method) } " " code { (path) } }
                    " " span class="purpose" { (inline(text(operation, "summary"))) }
                }
                (paragraphs(text(operation, "description")))
                form class="try" data-method=(method) data-path=(path) data-answer=(first_answer(operation)) {
                    @if !parameters.is_empty() {
                        h4 { "Parameters" }
                        ul class="fields" {
                            @for one in parameters { (parameter(id, one, sent.contains(&one))) }
                        }
                    }
                    (request_body(id, &operation["requestBody"]))
                    div class="act scripted" {
                        button class="send" type="submit" { "Send request" }
                        @if method == "GET" { a class="open" target="_blank" rel="noopener" { "Open in a new tab" } }
                        a href={ "#" (id) } { "Link to this operation" }
                    }
                }
                h4 { "Code" }
                (code_block(&curl(method, path, operation)))
                h4 { "Responses" }
                @for (status, response) in fields(&operation["responses"]) { (response_details(status, response)) }
            }
        }
    }
}

fn parameters(operation: &Value) -> &[Value] {
    operation["parameters"].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The parameters of the example request: required ones and the place; if there are none, the first one of the query,
/// to show how to give one.
fn sent(parameters: &[Value]) -> Vec<&Value> {
    let is_sent = |one: &&Value| one["required"] == true || PLACE.contains(&text(one, "name"));
    let sent: Vec<_> = parameters.iter().filter(is_sent).collect();
    if sent.is_empty() {
        parameters.iter().find(|one| one["in"] == "query").into_iter().collect()
    } else {
        sent
    }
}

/// The media type of a successful answer, unless the request asks for another one.
fn first_answer(operation: &Value) -> &str {
    fields(&operation["responses"]["200"]["content"])
        .next()
        .map(|(name, _)| name.as_str())
        .unwrap_or_default()
}

/// The request body in each media type; nothing if the operation takes none.
fn request_body(operation: &str, body: &Value) -> Markup {
    let id = format!("{operation}-body");
    html! {
        @for (media_type, content) in fields(&body["content"]) {
            h4 { label for=(id) { "Body" } }
            p { code { (media_type) } ": " (type_name(&content["schema"])) }
            @let shown = format!("{:#}", content["example"]);
            textarea class="scripted" id=(id) data-in="body" data-type=(media_type) rows="6" spellcheck="false" {
                (shown)
            }
            div class="unscripted" { (code_block(&shown)) }
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

/// A command line that sends an example request, for readers without JavaScript.
fn curl(method: &str, path: &str, operation: &Value) -> String {
    let mut path = path.to_owned();
    let mut query = Vec::new();
    for parameter in sent(parameters(operation)) {
        let (name, example) = (text(parameter, "name"), plain(&parameter["example"]).replace(' ', "%20"));
        match text(parameter, "in") {
            "path" => path = path.replace(&format!("{{{name}}}"), &example),
            "query" => query.push(format!("{name}={example}")),
            _ => {}
        }
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
