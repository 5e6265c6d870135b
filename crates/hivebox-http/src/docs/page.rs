//! The page as a whole.

use serde_json::Value;

use super::markup::{Plain, add, inline, paragraphs, text};
use super::{operation, schema};

/// The page of an OpenAPI document.
pub(super) fn page(document: &Value) -> String {
    let info = &document["info"];
    let tags = document["tags"].as_array().map(Vec::as_slice).unwrap_or_default();
    let (mut contents, mut body) = (String::new(), String::new());
    for tag in tags {
        let name = Plain(text(tag, "name"));
        add(&mut contents, format_args!("<h2>{name}</h2>\n<ul>\n"));
        let about = inline(text(tag, "description"));
        add(&mut body, format_args!("<section id=\"tag-{name}\">\n<h2>{name}</h2>\n<p>{about}</p>\n"));
        for (method, path, operation) in operations(document).filter(|(_, _, operation)| has(operation, tag))
        {
            add(
                &mut contents,
                format_args!(
                    "<li><a href=\"#{}\"><span class=\"method\">{method}</span> {}</a></li>\n",
                    Plain(text(operation, "operationId")),
                    Plain(path)
                ),
            );
            body.push_str(&operation::section(&method, path, operation));
        }
        contents.push_str("</ul>\n");
        body.push_str("</section>\n");
    }
    contents.push_str("<h2>More</h2>\n<ul><li><a href=\"#schemas\">Schemas</a></li>");
    contents.push_str("<li><a href=\"#headers\">Headers</a></li></ul>\n");
    let title = format!("{} API", Plain(text(info, "title")));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n<title>{title}</title>\n\
         <link rel=\"stylesheet\" href=\"/docs/style.css\">\n</head>\n<body>\n\
         <a class=\"skip\" href=\"#main\">Skip to the description</a>\n\
         <nav aria-label=\"Operations\">\n<details open>\n<summary>Contents</summary>\n{contents}</details>\n</nav>\n\
         <main id=\"main\">\n<header>\n<h1>{title} <small>{}</small></h1>\n{}\
         <p><a href=\"/openapi.json\">openapi.json</a> says the same to programs.</p>\n</header>\n\
         {body}{}{}</main>\n</body>\n</html>\n",
        Plain(text(info, "version")),
        paragraphs(text(info, "description")),
        schemas(document),
        headers(document),
    )
}

fn has(operation: &Value, tag: &Value) -> bool {
    operation["tags"].as_array().is_some_and(|tags| tags.contains(&tag["name"]))
}

/// All operations, each with its method and its path.
fn operations(document: &Value) -> impl Iterator<Item = (String, &str, &Value)> {
    document["paths"].as_object().into_iter().flatten().flat_map(|(path, item)| {
        let operations = item.as_object().into_iter().flatten();
        operations.map(|(method, operation)| (method.to_uppercase(), path.as_str(), operation))
    })
}

fn schemas(document: &Value) -> String {
    let schemas = document["components"]["schemas"].as_object().into_iter().flatten();
    let sections: String = schemas.map(|(name, schema)| schema::section(name, schema)).collect();
    format!("<section id=\"schemas\">\n<h2>Schemas</h2>\n{sections}</section>\n")
}

fn headers(document: &Value) -> String {
    let mut html = "<section id=\"headers\">\n<h2>Headers</h2>\n<dl>\n".to_owned();
    for (name, header) in document["components"]["headers"].as_object().into_iter().flatten() {
        let example = &header["example"];
        let example = example.as_str().map_or_else(|| example.to_string(), str::to_owned);
        add(
            &mut html,
            format_args!(
                "<dt id=\"header-{0}\"><code>{0}: {1}</code></dt><dd>{2}</dd>\n",
                Plain(name),
                Plain(example),
                inline(text(header, "description"))
            ),
        );
    }
    html + "</dl>\n</section>\n"
}
