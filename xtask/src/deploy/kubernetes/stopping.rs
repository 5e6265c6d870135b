//! A stopping replica gets the time that its settings need, and its spool gets the space.

use std::time::Duration;

use serde_json::{Value, json};

use super::objects::{Objects, items};

/// For the parts of a stop that no setting limits, such as the last log line.
const MARGIN: Duration = Duration::from_secs(10);
/// Load balancers learn within this time that a pod is stopping; until then they send it requests.
const NOTICE: Duration = Duration::from_secs(5);

/// The violations.
pub(super) fn check(objects: &Objects) -> Vec<String> {
    let check = || {
        let settings = objects.settings("hivebox").ok_or("the Deployment hivebox has no ConfigMap")?;
        let setting =
            |name: &str| settings.get(name).copied().ok_or(format!("{name} is not in the ConfigMap"));
        let deployment = objects.workload("hivebox").ok_or("the Deployment hivebox does not exist")?;
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
            wrong.push(format!("a pod stops listening after {drain:?}, before all load balancers know"));
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
            .map_err(|_| "HIVEBOX_SPOOL_MAX_BYTES is not a number")?;
        if room.is_none_or(|room| room << 20 <= most) {
            wrong.push(format!("the spool {spool} has no emptyDir larger than {most} bytes"));
        }
        let rolling = json!({"maxUnavailable": 0, "maxSurge": 1});
        if deployment.object()["spec"]["strategy"]["rollingUpdate"] != rolling {
            wrong.push("a rolling update may stop a replica before another is ready".to_owned());
        }
        Ok::<_, String>(wrong)
    };
    check().unwrap_or_else(|error| vec![error])
}

/// A duration in the format of settings.
fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.find(|char: char| !char.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let wrong = || format!("{text:?} is not a duration such as 10s");
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
    fn parses_durations_and_sizes() {
        assert_eq!(duration("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(duration("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(duration("500ms"), Ok(Duration::from_millis(500)));
        assert!(duration("5").is_err() && duration("s").is_err());
        assert_eq!((mebibytes("320Mi"), mebibytes("2Gi"), mebibytes("2")), (Some(320), Some(2048), None));
    }
}
