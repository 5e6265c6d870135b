//! Rendered objects, and queries over them.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::Value;

/// All objects of one rendering.
#[derive(Debug)]
pub(super) struct Objects {
    name: String,
    folder: PathBuf,
    items: Vec<Value>,
}

/// An object that runs pods.
#[derive(Debug, Clone, Copy)]
pub(super) struct Workload<'a> {
    object: &'a Value,
}

const WORKLOADS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

impl Objects {
    /// Objects whose files are in the folder.
    pub(super) fn new(name: &str, folder: PathBuf, objects: Vec<Value>) -> Self {
        Self { name: name.to_owned(), folder, items: objects }
    }

    /// The name of the overlay or of the chart's values.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// The file with all objects as YAML documents.
    pub(super) fn yaml(&self) -> PathBuf {
        self.folder.join(&self.name).with_extension("yaml")
    }

    /// The file with a JSON object of all objects, by kind and name.
    pub(super) fn json(&self) -> PathBuf {
        self.folder.join(&self.name).with_extension("json")
    }

    pub(super) fn len(&self) -> usize {
        self.items.len()
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Value> {
        self.items.iter()
    }

    pub(super) fn of_kind(&self, kind: &str) -> impl Iterator<Item = &Value> {
        self.items.iter().filter(move |object| object["kind"] == kind)
    }

    pub(super) fn find(&self, kind: &str, name: &str) -> Option<&Value> {
        self.of_kind(kind).find(|object| object["metadata"]["name"] == name)
    }

    pub(super) fn workloads(&self) -> impl Iterator<Item = Workload<'_>> {
        let runs_pods = |object: &&Value| WORKLOADS.iter().any(|kind| object["kind"] == *kind);
        self.items.iter().filter(runs_pods).map(|object| Workload { object })
    }

    pub(super) fn workload(&self, name: &str) -> Option<Workload<'_>> {
        self.workloads().find(|workload| workload.name() == name)
    }

    /// The workloads whose pods a selector of labels matches.
    pub(super) fn selected<'a>(&'a self, labels: &'a Value) -> impl Iterator<Item = Workload<'a>> {
        self.workloads().filter(|workload| matches(labels, workload.labels()))
    }

    pub(super) fn images(&self) -> impl Iterator<Item = &str> {
        self.workloads().flat_map(Workload::containers).filter_map(|container| container["image"].as_str())
    }

    /// The plain settings of a workload's first container: the `ConfigMap` in its `envFrom`.
    pub(super) fn settings(&self, workload: &str) -> Option<BTreeMap<&str, &str>> {
        let workload = self.workload(workload)?;
        let from = workload.containers().next()?["envFrom"].as_array()?;
        let name = from.iter().find_map(|from| from["configMapRef"]["name"].as_str())?;
        Some(text_map(&self.find("ConfigMap", name)?["data"]))
    }

    /// All objects by kind and name.
    pub(super) fn by_id(&self) -> BTreeMap<String, &Value> {
        self.items.iter().map(|object| (id(object), object)).collect()
    }
}

impl<'a> Workload<'a> {
    pub(super) fn name(self) -> &'a str {
        self.object["metadata"]["name"].as_str().unwrap_or_default()
    }

    /// Kind and name, for messages.
    pub(super) fn id(self) -> String {
        id(self.object)
    }

    pub(super) fn object(self) -> &'a Value {
        self.object
    }

    pub(super) fn template(self) -> &'a Value {
        &self.object["spec"]["template"]
    }

    pub(super) fn pod(self) -> &'a Value {
        &self.template()["spec"]
    }

    pub(super) fn labels(self) -> &'a Value {
        &self.template()["metadata"]["labels"]
    }

    pub(super) fn containers(self) -> impl Iterator<Item = &'a Value> {
        let pod = self.pod();
        ["initContainers", "containers"].into_iter().flat_map(|key| items(&pod[key]))
    }

    /// Whether a container declares the port, by name or number.
    pub(super) fn has_port(self, port: &Value) -> bool {
        let declared = |container: &'a Value| items(&container["ports"]);
        self.containers()
            .flat_map(declared)
            .any(|declared| declared["name"] == *port || declared["containerPort"] == *port)
    }
}

/// Kind and name, for messages.
pub(super) fn id(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// The items of an array; none if the value is not an array.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// An object whose values are strings.
pub(super) fn text_map(value: &Value) -> BTreeMap<&str, &str> {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
}

/// Whether a selector matches the labels. An empty selector matches nothing.
pub(super) fn matches(selector: &Value, labels: &Value) -> bool {
    let wanted = text_map(selector);
    !wanted.is_empty() && wanted.iter().all(|(key, value)| labels[key] == *value)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_selector_matches_if_all_its_labels_match() {
        let labels = json!({"app": "hivebox", "tier": "web"});
        assert!(matches(&json!({"app": "hivebox"}), &labels));
        assert!(!matches(&json!({"app": "hivebox", "tier": "db"}), &labels));
        assert!(!matches(&json!({}), &labels));
        assert!(!matches(&Value::Null, &labels));
    }
}
