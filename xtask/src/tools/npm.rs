//! Node packages, in folders of the project's own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::step;
use crate::workspace::Workspace;

const MANIFESTS: [&str; 2] = ["package.json", "package-lock.json"];

/// Packages that a `package-lock.json` pins.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Packages {
    /// The folder of that file, from the root of the checkout.
    source: &'static str,
    /// The folder in `target/tools` that they are installed into; beside the file if there is none.
    target: Option<&'static str>,
}

/// Programs that tasks use.
pub(super) const TOOLS: Packages = Packages { source: "xtask/npm", target: Some("npm") };
/// What the dashboard is built and tested with. Node looks for packages from the file that imports them upwards, so
/// they are where an editor finds them too.
pub(super) const WEB: Packages = Packages { source: "web", target: None };

impl Packages {
    /// The file that pins them.
    pub(super) fn lock_file(&self) -> String {
        format!("{}/package-lock.json", self.source)
    }

    /// The program among them, if they are what the file asks for.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub(super) fn program(&self, workspace: &Workspace, name: &str) -> Result<Option<PathBuf>> {
        let is_current = fs::read_to_string(self.stamp(workspace)).ok() == Some(self.lock(workspace)?);
        let program = self.folder(workspace).join("node_modules/.bin").join(name);
        Ok(Some(program).filter(|program| is_current && program.is_file()))
    }

    /// Installs them anew.
    ///
    /// # Errors
    /// Without Node, or when npm cannot fetch the packages.
    pub(super) fn install(&self, workspace: &Workspace) -> Result<()> {
        for program in ["node", "npm"] {
            if !step::succeeds(Command::new(program).arg("--version")) {
                bail!("{program} is not on the PATH: install Node 20 or newer with npm, then try again");
            }
        }
        let folder = self.folder(workspace);
        if self.target.is_some() {
            fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
            for manifest in MANIFESTS {
                fs::copy(self.source(workspace).join(manifest), folder.join(manifest))
                    .with_context(|| format!("cannot copy {manifest}"))?;
            }
        }
        // Packages run nothing of their own while they are installed: a program of ours needs no such step.
        let mut command = Command::new("npm");
        command
            .args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&folder);
        step::quiet(&mut command).with_context(|| {
            format!(
                "npm could not install the packages of {}; the Node registry must be reachable (npm's own \
                 configuration and the proxy variables apply)",
                self.lock_file()
            )
        })?;
        // Written last, so that an installation cut short is made again.
        fs::write(self.stamp(workspace), self.lock(workspace)?)
            .context("cannot write into the folder of Node packages")
    }

    fn folder(&self, workspace: &Workspace) -> PathBuf {
        match self.target {
            Some(target) => workspace.target().join("tools").join(target),
            None => self.source(workspace),
        }
    }

    fn source(&self, workspace: &Workspace) -> PathBuf {
        workspace.root().join(self.source)
    }

    /// npm removes it with all else in the folder when packages are installed by hand.
    fn stamp(&self, workspace: &Workspace) -> PathBuf {
        self.folder(workspace).join("node_modules/.installed-package-lock.json")
    }

    fn lock(&self, workspace: &Workspace) -> Result<String> {
        let path = self.source(workspace).join("package-lock.json");
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))
    }
}
