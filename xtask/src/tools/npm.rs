//! Node packages, in folders of this project.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::Workspace;

/// Packages pinned by a `package-lock.json`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packages {
    /// The folder of that file, from the root of the repository.
    source: &'static str,
    /// The folder in `target/tools` to install into; `None` installs beside the file.
    target: Option<&'static str>,
}

/// Programs that tasks use.
pub(super) const TOOLS: Packages = Packages { source: "xtask/npm", target: Some("npm") };
/// The packages of the dashboard. Node looks for packages in the folders above the importing file, and so do
/// editors.
pub(super) const WEB: Packages = Packages { source: "web", target: None };

impl Packages {
    /// The program, if the packages are those that the file pins.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn program(&self, workspace: &Workspace, name: &str) -> Result<Option<PathBuf>> {
        let is_current = fs::read_to_string(self.stamp(workspace)).ok() == Some(self.lock(workspace)?);
        let program = self.folder(workspace).join("node_modules/.bin").join(name);
        Ok(Some(program).filter(|program| is_current && program.is_file()))
    }

    /// Installs them from scratch.
    ///
    /// # Errors
    /// Without Node, or when npm cannot download the packages.
    pub(super) fn install(&self, workspace: &Workspace) -> Result<()> {
        step::heading(&format!("Install the Node packages of {}/package-lock.json", self.source));
        for program in ["node", "npm"] {
            if !step::succeeds(Command::new(program).arg("--version")) {
                bail!("{program} is not on the PATH: install Node 20 or newer with npm, then try again");
            }
        }
        let folder = self.folder(workspace);
        if self.target.is_some() {
            fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
            for manifest in ["package.json", "package-lock.json"] {
                fs::copy(workspace.root().join(self.source).join(manifest), folder.join(manifest))
                    .with_context(|| format!("cannot copy {manifest}"))?;
            }
        }
        // No package runs code during its installation: none of our programs needs that.
        let mut command = Command::new("npm");
        command
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&folder);
        step::quiet(&mut command).with_context(|| {
            format!(
                "npm cannot install the packages of {}/package-lock.json: make the Node registry reachable (npm's \
                 configuration and the proxy variables apply), then try again",
                self.source
            )
        })?;
        // Written last, so that an interrupted installation starts again.
        fs::write(self.stamp(workspace), self.lock(workspace)?).context("cannot write into node_modules")
    }

    fn folder(&self, workspace: &Workspace) -> PathBuf {
        match self.target {
            Some(target) => workspace.target().join("tools").join(target),
            None => workspace.root().join(self.source),
        }
    }

    /// npm removes this file with everything else in the folder when somebody installs packages by hand.
    fn stamp(&self, workspace: &Workspace) -> PathBuf {
        self.folder(workspace).join("node_modules/.installed-package-lock.json")
    }

    fn lock(&self, workspace: &Workspace) -> Result<String> {
        workspace.read(&format!("{}/package-lock.json", self.source))
    }
}
