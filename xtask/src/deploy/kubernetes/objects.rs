//! Rendered objects, and what the rules ask of them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde_json::Value;

/// All objects of one rendering.
#[derive(Debug)]
pub(super) struct Objects {
    name: String,
    file: PathBuf,
    items: Vec<Value>,
}

/// An object that runs pods.
#[derive(Debug, Clone, Copy)]
pub(super) struct Workload<'a> {
    object: &'a Value,
}

const WORKLOADS: [&str; 5] = ["Deployment", "StatefulSet", "DaemonSet", "Job", "CronJob"];

impl Objects {
    pub(super) fn new(name: &str, file: PathBuf, objects: Vec<Value>) -> Self {
        Self { name: name.to_owned(), file, items: objects }
    }

    /// What they are a rendering of.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
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

    /// The workloads whose pods a selector of labels picks.
    pub(super) fn selected<'a>(&'a self, labels: &'a Value) -> impl Iterator<Item = Workload<'a>> {
        self.workloads().filter(|workload| picks(labels, workload.labels()))
    }

    pub(super) fn images(&self) -> impl Iterator<Item = &str> {
        self.workloads().flat_map(Workload::containers).filter_map(|container| container["image"].as_str())
    }

    /// The plain settings of a workload's first container: the `ConfigMap` that its environment is made from.
    pub(super) fn settings(&self, workload: &str) -> Option<BTreeMap<&str, &str>> {
        let workload = self.workload(workload)?;
        let from = workload.containers().next()?["envFrom"].as_array()?;
        let name = from.iter().find_map(|from| from["configMapRef"]["name"].as_str())?;
        Some(text_map(&self.find("ConfigMap", name)?["data"]))
    }

    /// What one of both has and the other has not, or has otherwise.
    pub(super) fn differences(&self, other: &Self) -> Vec<String> {
        let by_id = |objects: &Self| -> BTreeMap<String, Value> {
            objects.items.iter().map(|object| (id(object), object.clone())).collect()
        };
        let (ours, theirs) = (by_id(self), by_id(other));
        let ids: BTreeSet<_> = ours.keys().chain(theirs.keys()).collect();
        let mut found = Vec::new();
        for id in ids {
            match (ours.get(id), theirs.get(id)) {
                (Some(_), None) => found.push(format!("{id}: only in {}", self.name)),
                (None, Some(_)) => found.push(format!("{id}: only in {}", other.name)),
                (Some(ours), Some(theirs)) => differ(id, ours, theirs, &mut found),
                (None, None) => {}
            }
        }
        if self.len() != ours.len() || other.len() != theirs.len() {
            found.push(format!("an object is twice in {} or {}", self.name, other.name));
        }
        found
    }
}

impl<'a> Workload<'a> {
    pub(super) fn name(self) -> &'a str {
        self.object["metadata"]["name"].as_str().unwrap_or_default()
    }

    /// Kind and name, for complaints.
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

    /// Whether a container declares that port, by name or number.
    pub(super) fn has_port(self, port: &Value) -> bool {
        let declared = |container: &'a Value| items(&container["ports"]);
        self.containers()
            .flat_map(declared)
            .any(|declared| declared["name"] == *port || declared["containerPort"] == *port)
    }
}

/// Kind and name, for people.
pub(super) fn id(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or("?").to_owned();
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// The items of an array, none where there is no array.
pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// An object of texts.
pub(super) fn text_map(value: &Value) -> BTreeMap<&str, &str> {
    let entries = value.as_object().into_iter().flatten();
    entries.filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))).collect()
}

/// Whether a selector of labels, which must not be empty, picks what has these labels.
pub(super) fn picks(selector: &Value, labels: &Value) -> bool {
    let wanted = text_map(selector);
    !wanted.is_empty() && wanted.iter().all(|(key, value)| labels[key] == *value)
}

fn differ(path: &str, ours: &Value, theirs: &Value, found: &mut Vec<String>) {
    match (ours, theirs) {
        (Value::Object(left), Value::Object(right)) => {
            let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
            for key in keys {
                differ(&format!("{path}.{key}"), &ours[key], &theirs[key], found);
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differ(&format!("{path}[{index}]"), left, right, found);
            }
        }
        _ if ours == theirs => {}
        _ => found.push(format!("{path}: {ours} by Kustomize, {theirs} by Helm")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn objects(values: &[&Value]) -> Objects {
        Objects::new("test", PathBuf::new(), values.iter().copied().cloned().collect())
    }

    #[test]
    fn what_differs_is_told_with_its_path() {
        let one = json!({"kind": "Service", "metadata": {"name": "a"}, "spec": {"ports": [{"port": 80}]}});
        let mut other = one.clone();
        assert_eq!(objects(&[&one]).differences(&objects(&[&other])), [""; 0]);
        other["spec"]["ports"][0]["port"] = json!(81);
        other["spec"]["type"] = json!("ClusterIP");
        assert_eq!(
            objects(&[&one]).differences(&objects(&[&other])),
            [
                "Service a.spec.ports[0].port: 80 by Kustomize, 81 by Helm",
                "Service a.spec.type: null by Kustomize, \"ClusterIP\" by Helm"
            ]
        );
        assert_eq!(objects(&[&one]).differences(&objects(&[])), ["Service a: only in test"]);
    }

    #[test]
    fn a_selector_picks_what_has_all_its_labels() {
        let labels = json!({"app": "hivebox", "tier": "web"});
        assert!(picks(&json!({"app": "hivebox"}), &labels));
        assert!(!picks(&json!({"app": "hivebox", "tier": "db"}), &labels));
        assert!(!picks(&json!({}), &labels));
        assert!(!picks(&Value::Null, &labels));
    }
}
