//! Network policies: closed unless opened, and each opening for somebody who is there.

use serde_json::{Value, json};

use super::objects::{Objects, id, items, picks};

/// Who else is in the cluster: by namespace, and by a label of its pods.
const OTHERS: [(&str, &str, &str); 3] = [
    ("kube-system", "k8s-app", "kube-dns"),
    ("ingress-nginx", "app.kubernetes.io/name", "ingress-nginx"),
    ("monitoring", "app.kubernetes.io/name", "prometheus"),
];
const NAMESPACE_LABEL: &str = "kubernetes.io/metadata.name";

/// What is wrong, a line each.
pub(super) fn check(objects: &Objects) -> Vec<String> {
    let mut complaints = Vec::new();
    let closes =
        |policy: &&Value| policy["spec"] == json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
    if objects.of_kind("NetworkPolicy").find(closes).is_none() {
        complaints.push("no NetworkPolicy closes everything that no other opens".to_owned());
    }
    for policy in objects.of_kind("NetworkPolicy").filter(|policy| !closes(policy)) {
        let mut complain = |what: &str| complaints.push(format!("{}: {what}", id(policy)));
        let spec = &policy["spec"];
        let own: Vec<_> = objects.selected(&spec["podSelector"]["matchLabels"]).collect();
        if own.is_empty() {
            complain("its selector picks no pods");
        }
        for (direction, kind, side) in [("ingress", "Ingress", "from"), ("egress", "Egress", "to")] {
            let is_named = items(&spec["policyTypes"]).any(|named| *named == kind);
            if is_named != spec.get(direction).is_some() {
                complain(&format!("policyTypes and {direction} do not go together"));
            }
            for rule in items(&spec[direction]) {
                if items(&rule[side]).next().is_none() || items(&rule["ports"]).next().is_none() {
                    complain(&format!("a rule opens {direction} for all, or all ports"));
                }
                for peer in items(&rule[side]) {
                    if !is_there(objects, peer) {
                        complain(&format!("nobody is {peer}"));
                    }
                    // Ports are of who is asked: for what comes in, the pods of the policy itself.
                    let asked: Vec<_> = match direction {
                        "ingress" => own.clone(),
                        _ if is_other(peer) => Vec::new(),
                        _ => objects.selected(&peer["podSelector"]["matchLabels"]).collect(),
                    };
                    for port in items(&rule["ports"]).map(|port| &port["port"]) {
                        if let Some(workload) = asked.iter().find(|workload| !workload.has_port(port)) {
                            complain(&format!("{} has no port {port}", workload.id()));
                        }
                    }
                }
            }
        }
    }
    complaints
}

/// Whether a peer is outside of our namespace.
fn is_other(peer: &Value) -> bool {
    peer.get("namespaceSelector").is_some() || peer.get("ipBlock").is_some()
}

fn is_there(objects: &Objects, peer: &Value) -> bool {
    if peer.get("ipBlock").is_some() {
        return true;
    }
    let pods = &peer["podSelector"]["matchLabels"];
    match peer.get("namespaceSelector") {
        None => objects.selected(pods).next().is_some(),
        Some(namespace) => OTHERS.iter().any(|(name, label, value)| {
            namespace["matchLabels"] == json!({ NAMESPACE_LABEL: name })
                && picks(pods, &json!({ *label: value }))
        }),
    }
}
