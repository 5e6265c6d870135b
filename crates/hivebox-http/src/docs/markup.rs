//! Text as HTML.

use std::fmt::{self, Write as _};

use serde_json::Value;

/// Text in which nothing is markup.
pub(super) struct Plain<T>(pub(super) T);

impl<T: AsRef<str>> fmt::Display for Plain<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.as_ref().chars().try_for_each(|character| match character {
            '&' => formatter.write_str("&amp;"),
            '<' => formatter.write_str("&lt;"),
            '>' => formatter.write_str("&gt;"),
            '"' => formatter.write_str("&quot;"),
            '\'' => formatter.write_str("&#39;"),
            other => write!(formatter, "{other}"),
        })
    }
}

/// Adds to a text.
pub(super) fn add(html: &mut String, markup: fmt::Arguments<'_>) {
    // Writing to a text cannot fail.
    let _ = html.write_fmt(markup);
}

/// The text at `key`; empty if there is none.
pub(super) fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// A few words of Markdown: code between backticks, and links.
pub(super) fn inline(markdown: &str) -> String {
    let mut html = String::new();
    for (index, part) in markdown.split('`').enumerate() {
        if index % 2 == 1 {
            add(&mut html, format_args!("<code>{}</code>", Plain(part)));
        } else {
            html.push_str(&links(part));
        }
    }
    html
}

/// The same in paragraphs.
pub(super) fn paragraphs(markdown: &str) -> String {
    let mut html = String::new();
    for paragraph in markdown.split("\n\n").filter(|paragraph| !paragraph.is_empty()) {
        add(&mut html, format_args!("<p>{}</p>\n", inline(paragraph)));
    }
    html
}

fn links(mut markdown: &str) -> String {
    let mut html = String::new();
    while let Some((before, rest)) = markdown.split_once('[')
        && let Some((label, rest)) = rest.split_once("](")
        && let Some((target, rest)) = rest.split_once(')')
    {
        add(&mut html, format_args!("{}<a href=\"{}\">{}</a>", Plain(before), Plain(target), Plain(label)));
        markdown = rest;
    }
    html + &Plain(markdown).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_and_links_are_marked_up_and_nothing_else_is() {
        let html = inline("See `a<b`, [the \"map\"](https://example.org) & <i>.");
        let expected = "See <code>a&lt;b</code>, <a href=\"https://example.org\">the &quot;map&quot;</a> \
            &amp; &lt;i&gt;.";
        assert_eq!(html, expected);
        assert_eq!(paragraphs("[0, 0]\n\nb"), "<p>[0, 0]</p>\n<p>b</p>\n");
    }
}
