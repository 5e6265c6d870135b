//! Parts of the page that several sections use: Markdown, examples and table heads.

use maud::{Markup, html};
use serde_json::Value;

/// The text at `key`; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// The fields of an object; none if `value` is not an object.
pub(super) fn fields(value: &Value) -> impl Iterator<Item = (&String, &Value)> {
    value.as_object().into_iter().flatten()
}

/// The little Markdown that descriptions use: code between backticks, and links.
pub(super) fn inline(markdown: &str) -> Markup {
    html! {
        @for (index, part) in markdown.split('`').enumerate() {
            @if index % 2 == 1 { code { (part) } } @else { (links(part)) }
        }
    }
}

/// Markdown in paragraphs.
pub(super) fn paragraphs(markdown: &str) -> Markup {
    html! {
        @for paragraph in markdown.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
            p { (inline(paragraph)) }
        }
    }
}

/// An example as a block of code: text as it is, anything else as indented JSON.
pub(super) fn example(example: &Value) -> Markup {
    let text = example.as_str().map_or_else(|| format!("{example:#}"), str::to_owned);
    code_block(text.trim_end())
}

/// A block of code that can be scrolled with the keyboard, and copied if the page's script runs.
pub(super) fn code_block(code: &str) -> Markup {
    html! {
        div class="code" {
            pre tabindex="0" { code { (code) } }
            button class="copy scripted" type="button" { "Copy" }
        }
    }
}

/// Some markup with text between its parts.
pub(super) fn join(parts: impl IntoIterator<Item = Markup>, separator: &str) -> Markup {
    html! {
        @for (index, part) in parts.into_iter().enumerate() {
            @if index > 0 { (separator) }
            (part)
        }
    }
}

fn links(mut markdown: &str) -> Markup {
    let mut parts = Vec::new();
    while let Some((before, rest)) = markdown.split_once('[')
        && let Some((label, rest)) = rest.split_once("](")
        && let Some((target, rest)) = rest.split_once(')')
    {
        parts.push(html! { (before) a href=(target) { (label) } });
        markdown = rest;
    }
    html! { @for part in parts { (part) } (markdown) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_links_are_marked_up_and_nothing_else_is() {
        let html = inline("See `a<b`, [the \"map\"](https://example.org) & <i>.").into_string();
        let expected = "See <code>a&lt;b</code>, <a href=\"https://example.org\">the &quot;map&quot;</a> \
            &amp; &lt;i&gt;.";
        assert_eq!(html, expected);
        assert_eq!(paragraphs("[0, 0]\n\nb").into_string(), "<p>[0, 0]</p><p>b</p>");
    }

    #[test]
    fn text_in_attributes_cannot_end_them() {
        let html = inline("[a](\"onclick=\"b)").into_string();
        assert_eq!(html, "<a href=\"&quot;onclick=&quot;b\">a</a>");
    }
}
