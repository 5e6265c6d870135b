//! What every pod must be: unprivileged, bounded, and watched.

use serde_json::{Value, json};

use super::objects::{Objects, Workload, items};

/// The user that all run as: above the ids of a system's own users, and of none that has a name.
const USER: u64 = 65532;
/// Which path each probe of HiveBox asks.
const PROBES: [(&str, &str); 3] =
    [("startupProbe", "/livez"), ("livenessProbe", "/livez"), ("readinessProbe", "/readyz")];

/// What is wrong, a line each.
pub(super) fn check(objects: &Objects) -> Vec<String> {
    objects.workloads().flat_map(|workload| check_workload(objects, workload)).collect()
}

fn check_workload(objects: &Objects, workload: Workload<'_>) -> Vec<String> {
    let mut rules = Rules { id: workload.id(), complaints: Vec::new() };
    let pod = workload.pod();
    rules.is(pod, "/automountServiceAccountToken", &json!(false));
    rules.is(pod, "/enableServiceLinks", &json!(false));
    rules.is(pod, "/securityContext/runAsNonRoot", &json!(true));
    rules.is(pod, "/securityContext/runAsUser", &json!(USER));
    rules.is(pod, "/securityContext/runAsGroup", &json!(USER));
    rules.is(pod, "/securityContext/seccompProfile/type", &json!("RuntimeDefault"));
    for shared in ["/hostNetwork", "/hostPID", "/hostIPC", "/hostUsers"] {
        rules.is(pod, shared, &Value::Null);
    }
    let account = pod["serviceAccountName"].as_str().unwrap_or_default();
    match objects.find("ServiceAccount", account) {
        Some(account) => rules.is(account, "/automountServiceAccountToken", &json!(false)),
        None => rules.complain(&format!("the ServiceAccount {account:?} is not there")),
    }
    for volume in items(&pod["volumes"]) {
        if volume.get("hostPath").is_some() {
            rules.complain("a volume is of the host");
        }
        if volume.get("emptyDir").is_some() && volume["emptyDir"]["sizeLimit"].is_null() {
            rules.complain(&format!("the emptyDir {} has no sizeLimit", volume["name"]));
        }
    }
    for container in workload.containers() {
        check_container(&mut rules, container);
        for (probe, path) in PROBES.iter().filter(|_| container["name"] == "hivebox") {
            rules.is(container, &format!("/{probe}/httpGet/path"), &json!(path));
        }
        for port in PROBES.iter().map(|(probe, _)| &container[probe]["httpGet"]["port"]) {
            if !port.is_null() && !workload.has_port(port) {
                rules.complain(&format!("a probe asks the port {port}, which is not declared"));
            }
        }
    }
    rules.complaints
}

fn check_container(rules: &mut Rules, container: &Value) {
    rules.is(container, "/securityContext/allowPrivilegeEscalation", &json!(false));
    rules.is(container, "/securityContext/readOnlyRootFilesystem", &json!(true));
    rules.is(container, "/securityContext/capabilities", &json!({"drop": ["ALL"]}));
    // What a container says for itself would win over what the pod says.
    for own in ["privileged", "runAsUser", "runAsGroup", "runAsNonRoot", "seccompProfile"] {
        rules.is(container, &format!("/securityContext/{own}"), &Value::Null);
    }
    for amount in ["requests/cpu", "requests/memory", "limits/cpu", "limits/memory"] {
        rules.there(container, &format!("/resources/{amount}"));
    }
    for (probe, _) in PROBES {
        rules.there(container, &format!("/{probe}"));
    }
    let image = container["image"].as_str().unwrap_or_default();
    let name = image.rsplit('/').next().unwrap_or_default();
    if !name.contains(':') || name.ends_with(":latest") {
        rules.complain(&format!("the image {image:?} has no fixed version"));
    }
}

struct Rules {
    id: String,
    complaints: Vec<String>,
}

impl Rules {
    fn complain(&mut self, what: &str) {
        self.complaints.push(format!("{}: {what}", self.id));
    }

    fn is(&mut self, value: &Value, path: &str, wanted: &Value) {
        let found = value.pointer(path).unwrap_or(&Value::Null);
        if found != wanted {
            self.complain(&format!("{path} is {found}, not {wanted}"));
        }
    }

    fn there(&mut self, value: &Value, path: &str) {
        if value.pointer(path).is_none_or(Value::is_null) {
            self.complain(&format!("{path} is missing"));
        }
    }
}
