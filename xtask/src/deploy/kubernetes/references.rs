//! References between objects. No schema notices a name that leads nowhere.

use serde_json::Value;

use super::objects::{Objects, Workload, id, items, matches, text_map};

const NAMESPACE: &str = "hivebox";
/// On an Ingress with this annotation, cert-manager creates the Secret of the certificate.
const CERT_MANAGER: &str = "cert-manager.io/cluster-issuer";

/// The violations.
pub(super) fn check(objects: &Objects) -> Vec<String> {
    let outsiders = objects.all().filter(|object| outside(object));
    let mut complaints: Vec<_> =
        outsiders.map(|object| format!("{}: is not in the namespace {NAMESPACE}", id(object))).collect();
    for workload in objects.workloads() {
        let wrong = of_workload(objects, workload);
        complaints.extend(wrong.into_iter().map(|what| format!("{}: {what}", workload.id())));
    }
    let kinds: [(&str, Check); 5] = [
        ("Service", of_service),
        ("Ingress", of_ingress),
        ("HorizontalPodAutoscaler", of_autoscaler),
        ("PodDisruptionBudget", of_budget),
        ("ServiceMonitor", of_monitor),
    ];
    for (kind, check) in kinds {
        for object in objects.of_kind(kind) {
            let wrong = check(objects, object);
            complaints.extend(wrong.into_iter().map(|what| format!("{}: {what}", id(object))));
        }
    }
    complaints
}

type Check = fn(&Objects, &Value) -> Vec<String>;

/// Whether the object is outside our namespace.
fn outside(object: &Value) -> bool {
    let metadata = &object["metadata"];
    if object["kind"] == "Namespace" {
        metadata["name"] != NAMESPACE
    } else {
        metadata["namespace"] != NAMESPACE
    }
}

fn of_workload(objects: &Objects, workload: Workload<'_>) -> Vec<String> {
    let mut wrong = Vec::new();
    let selector = &workload.object()["spec"]["selector"]["matchLabels"];
    if !matches(selector, workload.labels()) {
        wrong.push("its selector does not match its own pods".to_owned());
    }
    let account = workload.pod()["serviceAccountName"].as_str().unwrap_or_default();
    if objects.find("ServiceAccount", account).is_none() {
        wrong.push(format!("the ServiceAccount {account} does not exist"));
    }
    for container in workload.containers() {
        for probe in ["startupProbe", "livenessProbe", "readinessProbe"] {
            let port = &container[probe]["httpGet"]["port"];
            if !port.is_null() && !workload.has_port(port) {
                wrong.push(format!("the {probe} uses the port {port}, which is not declared"));
            }
        }
    }
    if let Some(service) = workload.object()["spec"]["serviceName"].as_str()
        && objects.find("Service", service).is_none()
    {
        wrong.push(format!("the Service {service} does not exist"));
    }
    let volumes = items(&workload.pod()["volumes"]).flat_map(|volume| {
        [("ConfigMap", &volume["configMap"]["name"], None), ("Secret", &volume["secret"]["secretName"], None)]
    });
    let from = workload.containers().flat_map(|container| items(&container["envFrom"])).flat_map(|from| {
        [("ConfigMap", &from["configMapRef"]["name"], None), ("Secret", &from["secretRef"]["name"], None)]
    });
    let single = workload.containers().flat_map(|container| items(&container["env"])).flat_map(|variable| {
        let from = &variable["valueFrom"];
        let (map, secret) = (&from["configMapKeyRef"], &from["secretKeyRef"]);
        [
            ("ConfigMap", &map["name"], map["key"].as_str()),
            ("Secret", &secret["name"], secret["key"].as_str()),
        ]
    });
    for (kind, name, key) in volumes.chain(from).chain(single) {
        let Some(name) = name.as_str() else { continue };
        match keys(objects, kind, name) {
            None => wrong.push(format!("the {kind} {name} does not exist")),
            Some(keys) => {
                if let Some(key) = key.filter(|key| !keys.contains(key)) {
                    wrong.push(format!("the {kind} {name} has no {key}"));
                }
            }
        }
    }
    let mounted = workload.containers().flat_map(|container| items(&container["volumeMounts"]));
    let claims = &workload.object()["spec"]["volumeClaimTemplates"];
    for mount in mounted {
        let name = &mount["name"];
        let is_there = items(&workload.pod()["volumes"]).any(|volume| volume["name"] == *name)
            || items(claims).any(|claim| claim["metadata"]["name"] == *name);
        if !is_there {
            wrong.push(format!("the volume {name} does not exist"));
        }
    }
    wrong
}

/// The keys of a `ConfigMap` or Secret, which may come from an `ExternalSecret`.
pub(super) fn keys<'a>(objects: &'a Objects, kind: &str, name: &str) -> Option<Vec<&'a str>> {
    if let Some(object) = objects.find(kind, name) {
        let of = |key: &str| text_map(&object[key]).into_keys().collect::<Vec<_>>();
        return Some([of("data"), of("stringData")].concat());
    }
    let mut external = objects.of_kind("ExternalSecret");
    let made = external.find(|object| kind == "Secret" && object["spec"]["target"]["name"] == name)?;
    Some(text_map(&made["spec"]["target"]["template"]["data"]).into_keys().collect())
}

fn of_service(objects: &Objects, service: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut behind = objects.selected(&service["spec"]["selector"]).peekable();
    if behind.peek().is_none() {
        wrong.push("its selector matches no pods".to_owned());
    }
    for workload in behind {
        for port in items(&service["spec"]["ports"]) {
            let target = if port["targetPort"].is_null() { &port["port"] } else { &port["targetPort"] };
            if !workload.has_port(target) {
                wrong.push(format!("{} has no port {target}", workload.id()));
            }
        }
    }
    wrong
}

fn of_ingress(objects: &Objects, ingress: &Value) -> Vec<String> {
    let mut wrong = Vec::new();
    let paths = items(&ingress["spec"]["rules"]).flat_map(|rule| items(&rule["http"]["paths"]));
    for backend in paths.map(|path| &path["backend"]["service"]) {
        let service = objects.find("Service", backend["name"].as_str().unwrap_or_default());
        if !service.is_some_and(|service| has_named_port(service, &backend["port"]["name"])) {
            wrong.push(format!("no Service has {backend}"));
        }
    }
    for tls in items(&ingress["spec"]["tls"]) {
        let secret = tls["secretName"].as_str().unwrap_or_default();
        let is_made = ingress["metadata"]["annotations"].get(CERT_MANAGER).is_some();
        if !is_made && keys(objects, "Secret", secret).is_none() {
            wrong.push(format!("nothing creates the Secret {secret}"));
        }
        let served: Vec<_> = items(&ingress["spec"]["rules"]).map(|rule| &rule["host"]).collect();
        if items(&tls["hosts"]).any(|host| !served.contains(&host)) {
            wrong.push("a host has a certificate but no rule".to_owned());
        }
    }
    wrong
}

fn of_autoscaler(objects: &Objects, autoscaler: &Value) -> Vec<String> {
    let target = &autoscaler["spec"]["scaleTargetRef"];
    let name = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match objects.find(&name(&target["kind"]), &name(&target["name"])) {
        None => vec![format!("its target does not exist: {target}")],
        Some(scaled) if !scaled["spec"]["replicas"].is_null() => {
            vec![format!("{} sets the number of replicas, which the autoscaler does too", id(scaled))]
        }
        Some(_) if autoscaler["spec"]["minReplicas"].as_u64() < Some(3) => {
            vec!["it allows fewer than three replicas".to_owned()]
        }
        Some(_) => Vec::new(),
    }
}

fn of_budget(objects: &Objects, budget: &Value) -> Vec<String> {
    let selector = &budget["spec"]["selector"]["matchLabels"];
    if objects.selected(selector).next().is_none() {
        return vec!["its selector matches no pods".to_owned()];
    }
    Vec::new()
}

fn of_monitor(objects: &Objects, monitor: &Value) -> Vec<String> {
    let selector = &monitor["spec"]["selector"]["matchLabels"];
    let selected = |service: &&Value| matches(selector, &service["metadata"]["labels"]);
    let services: Vec<_> = objects.of_kind("Service").filter(selected).collect();
    let ports = items(&monitor["spec"]["endpoints"]).map(|endpoint| &endpoint["port"]);
    let missing = |port: &&Value| !services.iter().any(|service| has_named_port(service, port));
    ports.filter(missing).map(|port| format!("no Service that it selects has the port {port}")).collect()
}

fn has_named_port(service: &Value, name: &Value) -> bool {
    items(&service["spec"]["ports"]).any(|port| port["name"] == *name)
}
