//! A replica that stops has the time that its settings promise, and its spool the room.

use std::time::Duration;

use serde_json::{Value, json};

use super::objects::{Objects, items};

/// For what the settings do not bound: the start of the process's end, and its last log line.
const MARGIN: Duration = Duration::from_secs(10);
/// A load balancer hears within this time that a pod is leaving; until then it sends requests.
const NOTICE: Duration = Duration::from_secs(5);

/// What is wrong, a line each.
pub(super) fn check(objects: &Objects) -> Vec<String> {
    let check = || {
        let settings = objects.settings("hivebox").ok_or("the Deployment hivebox has no ConfigMap")?;
        let setting =
            |name: &str| settings.get(name).copied().ok_or(format!("{name} is not in the ConfigMap"));
        let deployment = objects.workload("hivebox").ok_or("the Deployment hivebox is not there")?;
        let (pod, container) = (deployment.pod(), deployment.containers().next().unwrap_or(&Value::Null));
        let drain = duration(setting("HIVEBOX_DRAIN_DELAY")?)?;
        let finish = duration(setting("HIVEBOX_SHUTDOWN_GRACE")?)?;
        let sleep = container["lifecycle"]["preStop"]["sleep"]["seconds"].as_u64().unwrap_or_default();
        let needed = Duration::from_secs(sleep) + drain + finish + MARGIN;
        let given = Duration::from_secs(pod["terminationGracePeriodSeconds"].as_u64().unwrap_or(30));
        let mut wrong = Vec::new();
        if given < needed {
            wrong.push(format!("a pod has {given:?} to stop and may need {needed:?}"));
        }
        if drain + Duration::from_secs(sleep) < NOTICE {
            wrong.push(format!("a pod stops to listen after {drain:?}, before that is known everywhere"));
        }
        let spool = setting("HIVEBOX_SPOOL")?;
        let mounts = items(&container["volumeMounts"]);
        let within = |path: &str| spool == path || spool.starts_with(&format!("{path}/"));
        let mount = mounts.into_iter().find(|mount| mount["mountPath"].as_str().is_some_and(within));
        let volume =
            items(&pod["volumes"]).find(|volume| mount.is_some_and(|mount| mount["name"] == volume["name"]));
        let room = volume.and_then(|volume| mebibytes(volume["emptyDir"]["sizeLimit"].as_str()?));
        let most: u64 = setting("HIVEBOX_SPOOL_MAX_BYTES")?
            .parse()
            .map_err(|_| "HIVEBOX_SPOOL_MAX_BYTES is no number")?;
        if room.is_none_or(|room| room << 20 <= most) {
            wrong.push(format!("the spool {spool} has no emptyDir with room for more than {most} bytes"));
        }
        let rolling = json!({"maxUnavailable": 0, "maxSurge": 1});
        if deployment.object()["spec"]["strategy"]["rollingUpdate"] != rolling {
            wrong.push("a rolling update may take a replica away before another is ready".to_owned());
        }
        Ok::<_, String>(wrong)
    };
    check().unwrap_or_else(|error| vec![error])
}

/// A duration as settings write it.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("{text:?} is no duration such as 10s");
    let number: u64 = number.parse().map_err(|_| wrong())?;
    match unit {
        "ms" => Ok(Duration::from_millis(number)),
        "s" => Ok(Duration::from_secs(number)),
        "m" => Ok(Duration::from_secs(number * 60)),
        "h" => Ok(Duration::from_secs(number * 3600)),
        _ => Err(wrong()),
    }
}

fn mebibytes(text: &str) -> Option<u64> {
    let gibibytes = || Some(text.strip_suffix("Gi")?.parse::<u64>().ok()? << 10);
    text.strip_suffix("Mi").and_then(|number| number.parse().ok()).or_else(gibibytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_and_sizes_are_read_as_they_are_written() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert!(duration("5").is_err() && duration("s").is_err());
        assert_eq!((mebibytes("320Mi"), mebibytes("2Gi"), mebibytes("2")), (Some(320), Some(2048), None));
    }
}
