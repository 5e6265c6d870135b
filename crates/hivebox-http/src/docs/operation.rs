//! An operation: what it is for, what it takes, how it is asked and what it answers.

use axum::http::StatusCode;
use serde_json::Value;

use super::markup::{Plain, add, inline, paragraphs, text};
use super::schema::{kind, limits};

/// Where HiveBox listens unless it is told otherwise.
const ADDRESS: &str = "http://127.0.0.1:5000";

/// What most people ask with, though it need not be given.
const PLACE: [&str; 2] = ["lat", "lon"];

/// The operation of `method` at `path`.
pub(super) fn section(method: &str, path: &str, operation: &Value) -> String {
    let id = Plain(text(operation, "operationId"));
    let mut html = format!(
        "<article class=\"operation\" id=\"{id}\">\n<h3><a class=\"self\" href=\"#{id}\"><span class=\"method\">\
         {method}</span> <code>{}</code></a></h3>\n<p class=\"summary\">{}</p>\n{}",
        Plain(path),
        inline(text(operation, "summary")),
        paragraphs(text(operation, "description")),
    );
    if let Some(parameters) = operation["parameters"].as_array() {
        html.push_str(&parameter_table(parameters));
    }
    html.push_str(&body(&operation["requestBody"]));
    let curl = curl(method, path, operation);
    add(
        &mut html,
        format_args!("<h4>Example</h4>\n<pre tabindex=\"0\"><code>{}</code></pre>\n", Plain(curl)),
    );
    html.push_str("<h4>Answers</h4>\n");
    for (status, answer) in operation["responses"].as_object().into_iter().flatten() {
        html.push_str(&answer_details(status, answer));
    }
    html + "</article>\n"
}

fn parameter_table(parameters: &[Value]) -> String {
    let mut html = "<h4>Parameters</h4>\n<div class=\"wide\"><table>\n<thead><tr>\
        <th scope=\"col\">Name</th><th scope=\"col\">Type</th><th scope=\"col\">What it is for</th>\
        </tr></thead>\n<tbody>\n"
        .to_owned();
    for parameter in parameters {
        let required = if parameter["required"] == true { " <em>required</em>" } else { "" };
        add(
            &mut html,
            format_args!(
                "<tr><th scope=\"row\"><code>{}</code> <span class=\"in\">{}{required}</span></th><td>{}</td>\
             <td>{}{}</td></tr>\n",
                Plain(text(parameter, "name")),
                Plain(text(parameter, "in")),
                kind(&parameter["schema"]),
                inline(text(parameter, "description")),
                limits(&parameter["schema"]),
            ),
        );
    }
    html + "</tbody>\n</table></div>\n"
}

/// The body that it takes, if it takes one.
fn body(body: &Value) -> String {
    let mut html = String::new();
    for (media_type, content) in body["content"].as_object().into_iter().flatten() {
        let (media_type, kind) = (Plain(media_type), kind(&content["schema"]));
        add(&mut html, format_args!("<p><code>{media_type}</code>: {kind}</p>\n"));
        html.push_str(&shown(&content["example"]));
    }
    if html.is_empty() { html } else { format!("<h4>Body</h4>\n{html}") }
}

fn answer_details(status: &str, answer: &Value) -> String {
    let reason = status.parse().ok().and_then(|status: StatusCode| status.canonical_reason());
    let class = status.get(..1).unwrap_or_default();
    let mut html = format!(
        "<details class=\"answer\">\n<summary><b class=\"status s{class}\">{status}</b> {} <span class=\"why\">{}\
         </span></summary>\n",
        Plain(reason.unwrap_or_default()),
        inline(text(answer, "description")),
    );
    for (media_type, content) in answer["content"].as_object().into_iter().flatten() {
        let schema = content.get("schema").map_or_else(|| "bytes".to_owned(), kind);
        add(&mut html, format_args!("<p><code>{}</code>: {schema}</p>\n", Plain(media_type)));
        let more = content["examples"].as_object().into_iter().flatten();
        for (_, example) in more {
            add(&mut html, format_args!("<p class=\"limit\">{}</p>\n", inline(text(example, "summary"))));
            html.push_str(&shown(&example["value"]));
        }
        html.push_str(&content.get("example").map_or_else(String::new, shown));
    }
    if let Some(headers) = answer["headers"].as_object() {
        let headers: Vec<String> = headers
            .keys()
            .map(|name| format!("<a href=\"#header-{0}\"><code>{0}</code></a>", Plain(name)))
            .collect();
        add(&mut html, format_args!("<p class=\"headers\">Headers: {}</p>\n", headers.join(" ")));
    }
    html + "</details>\n"
}

fn shown(example: &Value) -> String {
    let text = match example {
        Value::String(text) => text.clone(),
        // What was read as JSON can be written as JSON.
        other => serde_json::to_string_pretty(other).unwrap_or_default(),
    };
    format!("<pre tabindex=\"0\"><code>{}</code></pre>\n", Plain(text.trim_end()))
}

/// A line for a shell that asks so.
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
    // One that need not be given shows best how any is.
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
    let data = match &operation["requestBody"]["content"]["text/plain"]["example"] {
        Value::String(text) => format!(" -H 'Content-Type: text/plain' --data '{text}'"),
        _ => String::new(),
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
