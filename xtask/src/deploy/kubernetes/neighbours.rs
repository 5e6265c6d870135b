//! Network policies: everything is closed by default, and every opening has an existing peer and port.

use serde_json::{Value, json};

use super::objects::{Objects, id, items, matches};

/// Peers outside our namespace: namespace, and a label of their pods.
const OTHERS: [(&str, &str, &str); 3] = [
    ("kube-system", "k8s-app", "kube-dns"),
    ("ingress-nginx", "app.kubernetes.io/name", "ingress-nginx"),
    ("monitoring", "app.kubernetes.io/name", "prometheus"),
];
const NAMESPACE_LABEL: &str = "kubernetes.io/metadata.name";

/// The violations.
pub(super) fn check(objects: &Objects) -> Vec<String> {
    let mut complaints = Vec::new();
    let closes =
        |policy: &&Value| policy["spec"] == json!({"podSelector": {}, "policyTypes": ["Ingress", "Egress"]});
    if objects.of_kind("NetworkPolicy").find(closes).is_none() {
        complaints.push("no NetworkPolicy closes everything by default".to_owned());
    }
    for policy in objects.of_kind("NetworkPolicy").filter(|policy| !closes(policy)) {
        let mut complain = |what: &str| complaints.push(format!("{}: {what}", id(policy)));
        let spec = &policy["spec"];
        let own: Vec<_> = objects.selected(&spec["podSelector"]["matchLabels"]).collect();
        if own.is_empty() {
            complain("its selector matches no pods");
        }
        for (direction, kind, side) in [("ingress", "Ingress", "from"), ("egress", "Egress", "to")] {
            let is_named = items(&spec["policyTypes"]).any(|named| *named == kind);
            if is_named != spec.get(direction).is_some() {
                complain(&format!("policyTypes and {direction} do not match"));
            }
            for rule in items(&spec[direction]) {
                if items(&rule[side]).next().is_none() || items(&rule["ports"]).next().is_none() {
                    complain(&format!("a rule opens {direction} to everybody or to all ports"));
                }
                for peer in items(&rule[side]) {
                    if !is_there(objects, peer) {
                        complain(&format!("no pod matches {peer}"));
                    }
                    // The port belongs to the server: for ingress, to the pods of the policy itself.
                    let servers: Vec<_> = match direction {
                        "ingress" => own.clone(),
                        _ if is_other(peer) => Vec::new(),
                        _ => objects.selected(&peer["podSelector"]["matchLabels"]).collect(),
                    };
                    for port in items(&rule["ports"]).map(|port| &port["port"]) {
                        if let Some(workload) = servers.iter().find(|workload| !workload.has_port(port)) {
                            complain(&format!("{} has no port {port}", workload.id()));
                        }
                    }
                }
            }
        }
    }
    complaints
}

/// Whether a peer is outside our namespace.
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
                && matches(pods, &json!({ *label: value }))
        }),
    }
}
