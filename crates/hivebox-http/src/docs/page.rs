//! The whole page.

use maud::{DOCTYPE, Markup, html};
use serde_json::Value;

use crate::docs::markup::{fields, inline, paragraphs, text};
use crate::docs::{operation, schema};

/// The page of an OpenAPI document.
pub(super) fn page(document: &Value) -> Markup {
    let info = &document["info"];
    let title = format!("{} API", text(info, "title"));
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) }
                // Relative, so that the page also works behind a proxy that adds a prefix.
                link rel="stylesheet" href="docs/style.css";
                link rel="icon" href="dashboard/icon.svg";
                script src="dashboard/docs.js" defer {}
            }
            body {
                a class="skip" href="#main" { "Skip to the description" }
                nav aria-label="Operations" {
                    details open { summary { "Contents" } (contents(document)) }
                }
                main id="main" {
                    h1 { (title) " " small { (text(info, "version")) } }
                    search class="search scripted" {
                        label for="search" { "Search" }
                        input id="search" type="search" placeholder="path, word, parameter" autocomplete="off"
                            autocapitalize="off" spellcheck="false" aria-keyshortcuts="/";
                        kbd aria-hidden="true" { "/" }
                        p id="found" role="status" {}
                    }
                    div id="about" {
                        (paragraphs(text(info, "description")))
                        p class="ways" {
                            a href="openapi.json" { "openapi.json, the same for programs" } " "
                            a href="dashboard" { "Dashboard" }
                        }
                    }
                    @for tag in tags(document) { (section(document, tag)) }
                    section id="schemas" {
                        h2 { "Schemas" }
                        @for (name, of) in fields(&document["components"]["schemas"]) { (schema::section(name, of)) }
                    }
                    (headers(&document["components"]["headers"]))
                }
            }
        }
    }
}

fn contents(document: &Value) -> Markup {
    html! {
        @for tag in tags(document) {
            h2 { (text(tag, "name")) }
            ul {
                @for (method, path, operation) in operations(document, tag) {
                    li {
                        a href={ "#" (text(operation, "operationId")) } {
                            span class={ "method " (method) } { (method) } " " (path)
                        }
                    }
                }
            }
        }
        h2 { "More" }
        ul {
            li { a href="#schemas" { "Schemas" } }
            li { a href="#headers" { "Headers" } }
        }
    }
}

fn section(document: &Value, tag: &Value) -> Markup {
    let name = text(tag, "name");
    html! {
        section id={ "tag-" (name) } {
            h2 { (name) }
            p { (inline(text(tag, "description"))) }
            @for (method, path, operation) in operations(document, tag) {
                (operation::section(&method, path, operation))
            }
        }
    }
}

fn headers(headers: &Value) -> Markup {
    html! {
        section id="headers" {
            h2 { "Headers" }
            dl {
                @for (name, header) in fields(headers) {
                    @let example = header["example"].as_str().map_or_else(|| header["example"].to_string(), str::to_owned);
                    dt id={ "header-" (name) } { code { (name) ": " (example) } }
                    dd { (inline(text(header, "description"))) }
                }
            }
        }
    }
}

fn tags(document: &Value) -> impl Iterator<Item = &Value> {
    document["tags"].as_array().into_iter().flatten()
}

/// The operations of a tag, each with its method and path.
fn operations<'a>(document: &'a Value, tag: &'a Value) -> impl Iterator<Item = (String, &'a str, &'a Value)> {
    let all = fields(&document["paths"]).flat_map(|(path, item)| {
        fields(item).map(|(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    });
    all.filter(|(_, _, operation)| {
        operation["tags"].as_array().is_some_and(|tags| tags.contains(&tag["name"]))
    })
}
