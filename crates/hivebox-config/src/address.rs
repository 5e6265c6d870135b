//! Forms of addresses that several settings share.

use std::path::PathBuf;

/// Whether this is an http(s) address with a host.
pub(super) fn is_http(text: &str) -> bool {
    let is_http = text.starts_with("http://") || text.starts_with("https://");
    is_http && text.split("://").nth(1).is_some_and(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// The path in `file:PATH` or `file:///PATH`; `None` if the text is neither.
pub(super) fn file_path(text: &str) -> Option<Result<PathBuf, String>> {
    let path = text.strip_prefix("file:")?;
    let path = path.strip_prefix("//").unwrap_or(path);
    Some(if path.is_empty() { Err("has no path".into()) } else { Ok(path.into()) })
}
