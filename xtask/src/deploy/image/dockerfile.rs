//! Reads as much of a Dockerfile as is needed to run its last stage on a program that is built already.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// A Dockerfile, without comments and with continued lines put together.
#[derive(Debug)]
pub(super) struct Dockerfile {
    instructions: Vec<Instruction>,
}

/// One instruction, such as `USER` and `65532:65532`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Instruction {
    pub(super) keyword: String,
    pub(super) rest: String,
}

impl Dockerfile {
    pub(super) fn read(file: &Path) -> Result<Self> {
        let text = fs::read_to_string(file).with_context(|| format!("cannot read {}", file.display()))?;
        Self::parse(&text)
    }

    fn parse(text: &str) -> Result<Self> {
        let mut instructions = Vec::new();
        let mut whole = String::new();
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#')) {
            if let Some(begun) = line.strip_suffix('\\') {
                whole.push_str(begun);
                continue;
            }
            whole.push_str(line);
            let (keyword, rest) =
                whole.split_once(' ').with_context(|| format!("no instruction: {whole:?}"))?;
            instructions.push(Instruction { keyword: keyword.to_uppercase(), rest: rest.trim().to_owned() });
            whole.clear();
        }
        if !whole.is_empty() {
            bail!("the last line is continued, by nothing");
        }
        Ok(Self { instructions })
    }

    /// The names of the images that stages begin with, other stages and `scratch` left out.
    pub(super) fn bases(&self) -> Vec<&str> {
        let mut stages = vec!["scratch"];
        let mut bases = Vec::new();
        for from in self.instructions.iter().filter(|instruction| instruction.keyword == "FROM") {
            let (base, name) = from.rest.split_once(" AS ").unwrap_or((&from.rest, ""));
            if !stages.contains(&base) {
                bases.push(base);
            }
            stages.push(name);
        }
        bases
    }

    /// The instructions of the last stage, `FROM` being the first.
    pub(super) fn last_stage(&self) -> &[Instruction] {
        let is_from = |instruction: &Instruction| instruction.keyword == "FROM";
        let start = self.instructions.iter().rposition(is_from).unwrap_or_default();
        &self.instructions[start..]
    }

    /// The last stage, with a folder `image` of the context in the place of all that the stage before it made.
    pub(super) fn last_stage_on_prebuilt(&self) -> String {
        let mut text = "FROM scratch AS build\nCOPY image /image\n".to_owned();
        for Instruction { keyword, rest } in self.last_stage() {
            text.extend([keyword, " ", rest, "\n"]);
        }
        text
    }
}

/// The words of an instruction in JSON form, such as `["hivebox", "serve"]`.
pub(super) fn words(json: &str) -> Result<Vec<String>> {
    serde_json::from_str(json).with_context(|| format!("not in the form that starts no shell: {json}"))
}

/// Every Dockerfile below the folder.
pub(super) fn find(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("cannot list {}", folder.display()))? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found.extend(find(&entry.path())?);
        } else if entry.file_name().to_string_lossy().contains("Dockerfile") {
            found.push(entry.path());
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# comment\nFROM rust:1 AS build\nRUN make \\\n    # inside\n    all\n\n\
                        FROM scratch\nCOPY --from=build /image/root/ /\nUSER 1\n";

    #[test]
    fn continued_lines_are_put_together() {
        let dockerfile = Dockerfile::parse(TEXT).unwrap();
        assert_eq!(dockerfile.instructions[1].rest, "make all");
        assert!(Dockerfile::parse("RUN a \\\n").is_err());
        assert!(Dockerfile::parse("RUN\n").is_err());
    }

    #[test]
    fn stages_are_told_from_bases() {
        let dockerfile = Dockerfile::parse("FROM rust:1 AS a\nFROM a AS b\nFROM scratch\nUSER 1\n").unwrap();
        assert_eq!(dockerfile.bases(), ["rust:1"]);
        assert_eq!(dockerfile.last_stage().len(), 2);
    }

    #[test]
    fn the_last_stage_runs_on_what_is_built_already() {
        let text = Dockerfile::parse(TEXT).unwrap().last_stage_on_prebuilt();
        assert_eq!(
            text,
            "FROM scratch AS build\nCOPY image /image\nFROM scratch\nCOPY --from=build /image/root/ /\nUSER 1\n"
        );
    }

    #[test]
    fn only_the_form_without_a_shell_has_words() {
        assert_eq!(words(r#"["a", "b c"]"#).unwrap(), ["a", "b c"]);
        assert!(words("a b").is_err());
    }
}
