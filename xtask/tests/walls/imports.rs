//! A small scanner of imports: which file of a crate uses which other, and which of them form circles.
//!
//! It reads `use` declarations and paths in code, follows re-exports to the file that defines a name, and ignores
//! comments and test modules.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// A module with a file of its own.
#[derive(Debug, Default)]
pub(crate) struct Module {
    /// Names that `use` declarations bind, with the paths that they stand for.
    names: BTreeMap<String, Vec<String>>,
    /// Paths whose targets the module uses.
    paths: Vec<Vec<String>>,
}

/// The modules of a crate by their paths; that of the root is empty.
pub(crate) type Modules = BTreeMap<Vec<String>, Module>;

/// Files that use one another, directly or not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Circle {
    pub(crate) files: Vec<String>,
    pub(crate) folders: BTreeSet<Vec<String>>,
}

/// Reads the files below `src`.
pub(crate) fn read(src: &Path) -> Modules {
    let mut modules = Modules::new();
    // A crate of several programs has neither.
    if let Some(root) = ["lib.rs", "main.rs"].map(|name| src.join(name)).iter().find(|root| root.exists()) {
        modules.insert(Vec::new(), parse(&fs::read_to_string(root).unwrap()));
    }
    let mut folders = vec![(src.to_owned(), Vec::new())];
    while let Some((folder, path)) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = entry.file_stem().unwrap().to_str().unwrap().to_owned();
            let path = [&path[..], &[name]].concat();
            if entry.is_dir() {
                folders.push((entry, path));
            } else if entry.extension().is_some_and(|extension| extension == "rs")
                && !["lib", "main"].contains(&path.join("/").as_str())
            {
                modules.insert(path, parse(&fs::read_to_string(entry).unwrap()));
            }
        }
    }
    modules
}

/// Reads the text of a module.
fn parse(text: &str) -> Module {
    let tokens = tokens(text);
    let mut module = Module::default();
    let (mut exports, mut words) = (Vec::new(), BTreeSet::new());
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].starts_with(&["#", "[", "cfg", "(", "test", ")", "]"].map(str::to_owned)) {
            at = end_of_item(&tokens, at + 7);
        } else if tokens[at] == "use" && tokens[at + 1] != "<" {
            let end = end_of_item(&tokens, at);
            let bound = flatten(&tokens[at + 1..end - 1], &[]);
            let is_export = at > 0 && ["pub", ")"].contains(&tokens[at - 1].as_str());
            let targets = if is_export { &mut exports } else { &mut module.paths };
            targets.extend(bound.iter().map(|(_, path)| path.clone()));
            module.names.extend(bound);
            at = end;
        } else {
            let mut end = at + 1;
            while tokens.get(end).is_some_and(|token| token == "::")
                && tokens.get(end + 1).is_some_and(|token| is_word(token))
            {
                end += 2;
            }
            if end > at + 1 && is_word(&tokens[at]) {
                module.paths.push(tokens[at..end].iter().step_by(2).cloned().collect());
            }
            words.insert(tokens[at].clone());
            at = end;
        }
    }
    // A re-export is a use only if the module itself mentions the name.
    module.paths.extend(exports.into_iter().filter(|path| words.contains(&path[path.len() - 1])));
    module
}

/// Words, `::`, and single characters; without comments and strings.
fn tokens(text: &str) -> Vec<String> {
    let mut tokens = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = rest.find(|char: char| !char.is_alphanumeric() && char != '_').unwrap_or(rest.len());
        let length = if rest.starts_with("//") {
            rest.find('\n').unwrap_or(rest.len())
        } else if first == '"' || rest.starts_with("r#\"") {
            let (open, close) = if first == '"' { (1, "\"") } else { (3, "\"#") };
            let mut ends = rest[open..].match_indices(close).map(|(at, _)| open + at);
            let is_escaped =
                |at: usize| rest[..at].bytes().rev().take_while(|byte| *byte == b'\\').count() % 2 == 1;
            ends.find(|at| open > 1 || !is_escaped(*at)).map_or(rest.len(), |at| at + close.len())
        } else if rest.starts_with("'\"'") {
            3
        } else if word > 0 {
            tokens.push(rest[..word].to_owned());
            word
        } else if rest.starts_with("::") {
            tokens.push("::".to_owned());
            2
        } else {
            if !first.is_whitespace() {
                tokens.push(first.to_string());
            }
            first.len_utf8()
        };
        rest = &rest[length..];
    }
    tokens
}

fn is_word(token: &str) -> bool {
    token.chars().all(|char| char.is_alphanumeric() || char == '_')
}

/// The index behind the item that starts at `at`: behind its semicolon, or its braces unless it is a `use`.
fn end_of_item(tokens: &[String], at: usize) -> usize {
    let is_use = tokens[at..].iter().take(5).any(|token| token == "use");
    let mut depth = 0;
    for (index, token) in tokens.iter().enumerate().skip(at) {
        match token.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ => {}
        }
        if depth == 0 && (token == ";" || (token == "}" && !is_use)) {
            return index + 1;
        }
    }
    tokens.len()
}

/// The names and the paths of a tree such as `a::{b, c as d}`.
fn flatten(tree: &[String], prefix: &[String]) -> Vec<(String, Vec<String>)> {
    let mut path = prefix.to_vec();
    let mut at = 0;
    while at < tree.len() && tree[at] != "{" && tree[at] != "as" {
        if tree[at] != "::" && tree[at] != "self" {
            path.push(tree[at].clone());
        } else if tree[at] == "self" && path.is_empty() {
            path.push("self".to_owned());
        }
        at += 1;
    }
    if tree.get(at).is_some_and(|token| token == "{") {
        let mut depth = 0;
        let parts = tree[at + 1..tree.len() - 1].split(|token| {
            depth += i32::from(token == "{") - i32::from(token == "}");
            depth == 0 && token == ","
        });
        return parts.filter(|part| !part.is_empty()).flat_map(|part| flatten(part, &path)).collect();
    }
    let name = tree.last().filter(|_| at < tree.len()).or(path.last()).cloned();
    name.map(|name| (name, path)).into_iter().collect()
}

/// The module that defines the target of a path in module `from`; `None` for other crates, and for a path that
/// only names a module.
fn resolve(modules: &Modules, from: &[String], path: &[String], depth: u32) -> Option<Vec<String>> {
    let mut at = from.to_vec();
    let mut segments = path.iter();
    for (index, segment) in segments.by_ref().enumerate() {
        match segment.as_str() {
            "crate" => at.clear(),
            "self" => {}
            "super" => at.truncate(at.len().saturating_sub(1)),
            name => {
                let child = [&at[..], &[name.to_owned()]].concat();
                if modules.contains_key(&child) {
                    at = child;
                    continue;
                }
                let bound = modules.get(&at).and_then(|module| module.names.get(name));
                let bound = bound.filter(|bound| depth > 0 && (index > 0 || *bound != path));
                return match bound {
                    Some(bound) => {
                        let whole: Vec<_> = bound.iter().chain(segments).cloned().collect();
                        // What another crate defines is re-exported by this module.
                        resolve(modules, &at, &whole, depth - 1)
                            .or(Some(at).filter(|at| index > 0 && at != from))
                    }
                    None => Some(at).filter(|_| index > 0),
                };
            }
        }
    }
    None
}

/// The circles among the modules of a crate.
pub(crate) fn circles(modules: &Modules) -> Vec<Circle> {
    let used = |(from, module): (&Vec<String>, &Module)| {
        let targets = module.paths.iter().filter_map(|path| resolve(modules, from, path, 8));
        (from.clone(), targets.filter(|target| target != from).collect::<BTreeSet<_>>())
    };
    let graph: BTreeMap<_, _> = modules.iter().map(used).collect();
    let reached = |from: &Vec<String>| {
        let (mut reached, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            next.extend(graph[module].iter().filter(|target| reached.insert((*target).clone())));
        }
        reached
    };
    let reach: BTreeMap<_, _> = graph.keys().map(|from| (from.clone(), reached(from))).collect();
    let circle_of = |from: &Vec<String>| -> BTreeSet<Vec<String>> {
        reach[from].iter().filter(|other| reach[*other].contains(from)).cloned().collect()
    };
    let sets: BTreeSet<_> = graph.keys().map(circle_of).filter(|circle| circle.len() > 1).collect();
    let folder = |module: &Vec<String>| {
        let has_children =
            modules.keys().any(|other| other.len() > module.len() && other.starts_with(module));
        if has_children { module.clone() } else { module[..module.len().saturating_sub(1)].to_vec() }
    };
    let circle = |set: BTreeSet<Vec<String>>| Circle {
        files: set
            .iter()
            .map(|module| if module.is_empty() { "crate".to_owned() } else { module.join("/") })
            .collect(),
        folders: set.iter().map(folder).collect(),
    };
    sets.into_iter().map(circle).collect()
}

#[test]
fn a_circle_through_a_re_export_is_found() {
    let texts = [
        ("", "mod a; mod b; pub use a::A; // use crate::c::C;"),
        ("a", "use crate::b::{self, inner::B as Other}; pub struct A; const T: &str = \"crate::b\";"),
        ("b", "mod inner; pub(crate) use inner::B;"),
        ("b/inner", "use crate::A; pub struct B(A); #[cfg(test)]\nmod tests { use crate::c::C; }"),
        ("c", "use super::b::B;"),
    ];
    let path =
        |name: &str| name.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect::<Vec<_>>();
    let modules: Modules = texts.iter().map(|(name, text)| (path(name), parse(text))).collect();
    let expected =
        Circle { files: vec!["a".into(), "b/inner".into()], folders: [path(""), path("b")].into() };
    assert_eq!(circles(&modules), [expected]);
}
