//! The commands that answer about a place once: `hivebox chores` and `hivebox forecast`.

use std::process::{Command, Output};

use serde_json::Value;

use crate::commands::{OCTOBER_14, Running, address_in, hivebox};

/// Berlin, among the real stations.
const PLACE: [&str; 4] = ["--lat", "52.52", "--lon", "13.405"];

/// A simulated openSenseMap, which plays the weather services as well.
struct Simulated {
    url: String,
    folder: tempfile::TempDir,
    _running: Running,
}

impl Simulated {
    fn start() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (running, line) =
            Running::start(hivebox(folder.path()).args(["simulate", "--listen", "127.0.0.1:0"]));
        Self { url: format!("http://{}", address_in(&line)), folder, _running: running }
    }

    fn command(&self, command: &str, forecast: &str) -> Command {
        let mut called = hivebox(self.folder.path());
        called.arg(command).args(PLACE).args(["--upstream", &self.url, "--forecast", forecast]);
        called
    }
}

fn text(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap()
}

fn value(output: &Output) -> Value {
    serde_json::from_str(&text(output)).unwrap()
}

#[test]
fn chores_and_forecasts_are_answered_by_both_weather_models() {
    let sim = Simulated::start();
    for (source, attribution, settings) in [
        ("open-meteo", "Weather data by Open-Meteo.com", [].as_slice()),
        ("metno", "Data from MET Norway", ["--contact", "keeper@example.org"].as_slice()),
    ] {
        let forecast = format!("{source}:{}", sim.url);
        let chores = value(&sim.command("chores", &forecast).args(settings).arg("--json").output().unwrap());
        assert_eq!(chores["forecast"]["state"], "known", "{chores}");
        assert_eq!(chores["forecast"]["origin"]["attribution"], attribution);
        let inspection = &chores["chores"][0];
        assert_eq!(inspection["chore"], "full_inspection");
        assert_ne!(inspection["verdict"], "unknown", "{inspection}");

        let hours = value(
            &sim.command("forecast", &forecast)
                .args(settings)
                .args(["--hours", "6", "--json"])
                .output()
                .unwrap(),
        );
        assert_eq!(hours["hours"].as_array().unwrap().len(), 6, "{hours}");
        assert!(hours["hours"][5]["air_temperature"]["low_68"].is_number());

        let printed =
            text(&sim.command("forecast", &forecast).args(settings).args(["--hours", "3"]).output().unwrap());
        assert!(printed.starts_with("52.52° N, 13.405° E, ") && printed.contains(" (UTC)\n"), "{printed}");
        assert!(printed.contains(attribution) && printed.contains("CC BY 4.0"), "{printed}");
        assert_eq!(printed.lines().skip(1).filter(|line| line.contains(":00 ")).count(), 3, "{printed}");
    }
}

#[test]
fn what_can_be_done_comes_first_and_what_is_told_counts() {
    let sim = Simulated::start();
    let forecast = format!("open-meteo:{}", sim.url);
    let told = ["--rain", "yes", "--language", "de"];
    let printed = text(&sim.command("chores", &forecast).args(told).output().unwrap());
    let english =
        [" go ", "caution", "until", "next:", "certain", "Weather data", "corrected", "° E", "Tue", "Follow"];
    assert!(english.iter().all(|word| !printed.contains(word)), "half English: {printed}");
    assert!(printed.contains("Wetterdaten von Open-Meteo (CC BY 4.0), https://open-meteo.com/"), "{printed}");
    assert_eq!(printed.matches("Packungsbeilage").count(), 1, "the label is named once: {printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
    let signs = ["✓", "~", "✗", "?"];
    let order = |line: &str| signs.iter().position(|sign| line.starts_with(sign));
    let verdicts: Vec<usize> = printed.lines().filter_map(order).collect();
    assert_eq!(verdicts.len(), 10, "{printed}");
    assert!(verdicts.is_sorted(), "{printed}");
    let json = value(&sim.command("chores", &forecast).args(told).arg("--json").output().unwrap());
    assert_eq!(json["chores"][0]["verdict"], "no", "no hive is opened in the rain: {json}");
}

#[test]
fn without_a_weather_model_chores_say_so_and_a_forecast_says_what_to_set() {
    let sim = Simulated::start();
    let chores = value(&sim.command("chores", "off").arg("--json").output().unwrap());
    assert_eq!(chores["forecast"]["state"], "off");
    assert_eq!(chores["chores"][0]["windows"].as_array().unwrap().len(), 0);
    let output = sim.command("forecast", "off").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(64), "{said}");
    assert!(said.contains("--forecast open-meteo:https://"), "{said}");
}

#[test]
fn a_weather_model_that_fails_spoils_no_chores() {
    let sim = Simulated::start();
    // Nothing listens on the port of discard.
    let output = sim.command("chores", "open-meteo:http://127.0.0.1:9").arg("--json").output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    let chores = value(&output);
    assert_eq!(chores["forecast"]["state"], "source_failed");
    assert_eq!(chores["chores"].as_array().unwrap().len(), 10);
    assert!(said.contains("Open-Meteo has no forecast"), "{said}");
    let output = sim.command("forecast", "open-meteo:http://127.0.0.1:9").output().unwrap();
    assert_eq!(
        (output.status.code(), &*String::from_utf8_lossy(&output.stderr)),
        (
            Some(69),
            "hivebox: Open-Meteo has no forecast: the source could not be reached, or did not answer in time; check the network \
             and --forecast\n"
        )
    );
    let output = sim.command("chores", "open-meteo:http://127.0.0.1:9").output().unwrap();
    let printed = text(&output);
    assert!(printed.contains("Open-Meteo has no forecast: the source could not be reached"), "{printed}");
    assert!(output.stderr.is_empty(), "the reason is told once");
}

#[test]
fn offline_errors_end_with_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["chores", "forecast"] {
        let mut called = hivebox(folder.path());
        called.arg(command).args(PLACE).args(["--upstream", "http://127.0.0.1:9", "--upstream-retries", "0"]);
        let output = called.args(["--forecast", "open-meteo:http://127.0.0.1:9"]).output().unwrap();
        assert_eq!(
            (output.status.code(), &*String::from_utf8_lossy(&output.stderr)),
            (
                Some(69),
                "hivebox: openSenseMap cannot be read: the API could not be reached; check the network, or name another \
                 source with --upstream\n"
            )
        );
    }
}

#[test]
fn a_recorded_list_of_boxes_is_judged_as_of_its_moment() {
    let folder = tempfile::tempdir().unwrap();
    let recorded = |arguments: &[&str]| {
        let mut command = hivebox(folder.path());
        command.args(["chores", "--lat", "53.08", "--lon", "8.82", "--upstream", OCTOBER_14, "--json"]);
        command.args(arguments);
        command.output().unwrap()
    };
    let output = recorded(&[]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.contains("give a recorded list of them its moment with --at"), "{said}");
    let answer = value(&output);
    let heat =
        answer["chores"].as_array().unwrap().iter().find(|chore| chore["chore"] == "leave_in_heat").unwrap();
    let reason = heat["reason"].as_str().unwrap();
    assert!(reason.contains("no sensor nearby has lately measured the air temperature"), "{reason}");
    let output = recorded(&["--at", "2024-10-14T09:20:00Z"]);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let answer = value(&output);
    let look =
        answer["chores"].as_array().unwrap().iter().find(|chore| chore["chore"] == "quick_look").unwrap();
    assert_eq!(
        (&look["inputs"][0]["origin"], &answer["as_of"]),
        (&"measured".into(), &"2024-10-14T09:20:00Z".into())
    );
    let mut command = hivebox(folder.path());
    command.arg("chores").args(PLACE).args(["--upstream", OCTOBER_14, "--at", "2024-10-14T09:20:00Z"]);
    let printed = text(&command.args(["--forecast", "open-meteo:http://127.0.0.1:9"]).output().unwrap());
    assert!(printed.ends_with("With --at no weather model is asked, so only boxes count.\n"), "{printed}");
    assert!(printed.contains("Mon 14 Oct 09:20 (UTC)"), "{printed}");
}

#[test]
fn without_opensensemap_the_weather_model_answers_alone() {
    let sim = Simulated::start();
    let forecast = format!("open-meteo:{}", sim.url);
    for (command, list, count) in [("chores", "chores", 10), ("forecast", "hours", 48)] {
        let mut called = hivebox(sim.folder.path());
        // Nothing listens on the port of discard.
        called.arg(command).args(PLACE).args(["--upstream", "http://127.0.0.1:9", "--upstream-retries", "0"]);
        let output = called.args(["--forecast", &forecast, "--json"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let answer = value(&output);
        assert_eq!((&answer["boxes_heard"], answer[list].as_array().unwrap().len()), (&0.into(), count));
        assert!(said.contains("the weather model alone answers"), "{said}");
    }
}

#[test]
fn a_place_is_required() {
    let folder = tempfile::tempdir().unwrap();
    for command in ["chores", "forecast"] {
        let output = hivebox(folder.path()).args([command, "--lat", "52.52"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(64), "{said}");
        assert!(said.contains("lon"), "{said}");
    }
}
