//! A backfill from an API and an archive that have changed, or have damage.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Read as _;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri};
use hivebox_archive::SnapshotStore;
use hivebox_archive::history::{History, read_day};
use serde_json::{Value, json};

use crate::app::eventually;
use crate::commands::{Running, hivebox};
use crate::stopping::signal;

const BOXES: [(&str, &str, &[u8]); 3] = [
    ("5391be52a8341554157792e6", "Am_B__chle_____S__d", &[1, 2]),
    ("53aaffafe79c90a0102abb67", "Tegel", &[3]),
    ("5e0000000000000000000aaa", "bike", &[4]),
];
/// A value an hour.
const VALUES_OF_A_FILE: u64 = 24;

/// A server that answers what a map says, and keeps what it was asked for.
#[derive(Debug, Clone, Default)]
struct Mock {
    answers: Arc<Mutex<BTreeMap<String, (StatusCode, String)>>>,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Mock {
    /// The API's list of boxes, and the days of an archive. `link` writes the link to a folder.
    async fn start(days: &[&str], link: impl Fn(&str) -> String) -> (Self, String) {
        let mock = Self::default();
        mock.put("/boxes", StatusCode::OK, &boxes());
        for day in days {
            let mut page = format!("<!DOCTYPE html><html><title>{day}</title><a href=\"../\">../</a><table>");
            for (id, name, sensors) in BOXES {
                let folder = format!("{id}-{name}");
                let download = format!("https://example.org/download?path=/data/{day}/{folder}");
                let link = link(&folder);
                let _ = write!(page, "<tr><td><a href={link}>{folder}</a><td><a href=\"{download}\">zip</a>");
                for &sensor in sensors {
                    mock.put(&file(day, &folder, sensor), StatusCode::OK, &csv(day, sensor));
                }
            }
            mock.put(&format!("/{day}/"), StatusCode::OK, &format!("{page}</table></html>"));
        }
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let router =
            Router::new().fallback(async |state, uri| Self::answer(state, &uri)).with_state(mock.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        (mock, address)
    }

    fn answer(State(mock): State<Self>, uri: &Uri) -> (StatusCode, String) {
        mock.asked.lock().unwrap().push(uri.path().to_owned());
        let title =
            uri.query().unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("phenomenon="));
        let path = title.map_or_else(|| uri.path().to_owned(), |title| format!("{}/{title}", uri.path()));
        let answer = mock.answers.lock().unwrap().get(&path).cloned();
        answer.unwrap_or((StatusCode::NOT_FOUND, "Not Found".into()))
    }

    fn put(&self, path: &str, status: StatusCode, body: &str) {
        self.answers.lock().unwrap().insert(path.to_owned(), (status, body.to_owned()));
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

fn boxes() -> String {
    let of_box = |(id, name, sensors): (&str, &str, &[u8])| {
        let sensors: Vec<Value> = sensors
            .iter()
            .map(|&number| {
                let (title, unit) =
                    if number == 2 { ("rel. Luftfeuchte", "%") } else { ("Temperatur", "°C") };
                json!({ "_id": sensor_id(number), "title": title, "unit": unit, "sensorType": "BME280" })
            })
            .collect();
        let place = json!({ "type": "Point", "coordinates": [13.4, 52.5] });
        json!({ "_id": id, "name": name, "exposure": "outdoor", "currentLocation": place, "sensors": sensors })
    };
    Value::from_iter(BOXES.map(of_box)).to_string()
}

fn sensor_id(number: u8) -> String {
    format!("5e{number:022}")
}

fn file(day: &str, folder: &str, sensor: u8) -> String {
    format!("/{day}/{folder}/{}-{day}.csv", sensor_id(sensor))
}

/// The file of a sensor. Those of mobile boxes have a place.
fn csv(day: &str, sensor: u8) -> String {
    let place = if sensor == 4 { [",longitude,latitude", ",9.99,48.4"] } else { [""; 2] };
    let header = format!("createdAt,value{}\n", place[0]);
    let row = |hour| format!("{day}T{hour:02}:00:00.000Z,{sensor}0.{hour}{}\n", place[1]);
    header + &(0..24).map(row).collect::<String>()
}

async fn backfill(folder: &Path, address: &str, arguments: &[&str]) -> (Output, Value) {
    let mut command = hivebox(folder);
    command.args(["backfill", "--pause", "0s", "--json", "--upstream", address, "--archive", address]);
    command.args(["--upstream-retries", "0"]).args(arguments);
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let told = serde_json::from_slice(&output.stdout).unwrap_or_default();
    (output, told)
}

fn archive_from_to<'a>(from: &'a str, to: &'a str) -> [&'a str; 6] {
    ["--source", "archive", "--from", from, "--to", to]
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn folders_without_a_final_slash_are_read_and_readings_of_mobile_boxes_have_their_place() {
    let days = ["2021-05-01", "2021-05-02"];
    let (_mock, address) = Mock::start(&days, |folder| format!("\"{folder}\"")).await;
    let folder = tempfile::tempdir().unwrap();
    let (output, told) = backfill(folder.path(), &address, &archive_from_to(days[0], days[1])).await;
    assert_eq!((output.status.code(), &told["values"]), (Some(0), &192.into()), "{}", stderr(&output));
    let store = folder.path().join("hivebox-data");
    let history = History::of(&SnapshotStore::open_folder(&store).unwrap());
    let mut places = BTreeMap::new();
    for day in history.manifest().await.unwrap().days {
        let file = std::fs::read(store.join(&day.readings.path)).unwrap();
        read_day(&file.into(), |row| {
            let place = row.place.map(|place| [place.longitude_degrees(), place.latitude_degrees()]);
            *places.entry((row.sensor_id.to_owned(), format!("{place:?}"))).or_insert(0) += 1;
        })
        .unwrap();
    }
    let at_home = "Some([13.4, 52.5])";
    let places: Vec<_> =
        places.iter().map(|((id, place), count)| (id.as_str(), place.as_str(), *count)).collect();
    let ids = [1, 2, 3, 4].map(sensor_id);
    let expected = [at_home, at_home, at_home, "Some([9.99, 48.4])"];
    let expected: Vec<_> = ids.iter().zip(expected).map(|(id, place)| (id.as_str(), place, 48)).collect();
    assert_eq!(places, expected);
}

#[tokio::test]
async fn a_page_without_a_link_that_is_understood_is_no_empty_day() {
    let (mock, address) = Mock::start(&["2021-05-01"], |folder| format!("\"/box?id={folder}\"")).await;
    let folder = tempfile::tempdir().unwrap();
    let day = archive_from_to("2021-05-01", "2021-05-01");
    let (output, _) = backfill(folder.path(), &address, &day).await;
    assert_eq!(output.status.code(), Some(69));
    assert!(stderr(&output).contains("/box?id=5391be52a8341554157792e6"), "{}", stderr(&output));
    assert!(mock.asked().contains(&"/2021-05-01/".to_owned()));
    backfill(folder.path(), &address, &day).await;
    assert!(mock.asked().contains(&"/2021-05-01/".to_owned()), "the day is not recorded as done");
}

#[tokio::test]
async fn a_damaged_file_is_told_and_asked_for_alone_while_the_others_count() {
    let days = ["2021-05-01", "2021-05-02", "2021-05-03"];
    let tegel = file(days[1], "53aaffafe79c90a0102abb67-Tegel", 3);
    let list = format!("/{}/", days[1]);
    // Contents may be damaged on the way, so they are asked for again. A status is checked against the list.
    let bodies = [
        (StatusCode::OK, &csv(days[1], 3)[..190], vec![&tegel; 3]),
        (StatusCode::OK, "", vec![&tegel; 3]),
        (StatusCode::GONE, "no", vec![&tegel, &list]),
    ];
    for (status, damage, asks) in bodies {
        let (mock, address) = Mock::start(&days, |folder| format!("\"{folder}/\"")).await;
        mock.put(&tegel, status, damage);
        let folder = tempfile::tempdir().unwrap();
        let run = async || backfill(folder.path(), &address, &archive_from_to(days[0], days[2])).await;
        let (output, told) = run().await;
        assert_eq!((output.status.code(), &told["values"]), (Some(75), &264.into()), "{}", stderr(&output));
        let damaged = "2021-05-02/53aaffafe79c90a0102abb67-Tegel/5e0000000000000000000003";
        assert_eq!(told["files_missing"][0]["file"], damaged, "{told}");
        assert!(stderr(&output).contains(damaged), "{}", stderr(&output));
        assert_eq!(told["days"].as_object().unwrap().len(), 2, "{told}");
        let asked = mock.asked();
        let times = |asked: &[String]| asked.iter().filter(|path| **path == tegel).count();
        assert_eq!(times(&asked), asks.iter().filter(|path| **path == &tegel).count(), "{asked:?}");

        let (output, told) = run().await;
        assert_eq!((output.status.code(), &told["values"]), (Some(75), &0.into()), "{}", stderr(&output));
        assert_eq!(mock.asked()[1..].iter().collect::<Vec<_>>(), asks, "what is missing alone");
        assert_eq!(told["boxes_without_values"], json!([]), "nothing is known of the others: {told}");

        mock.put(&tegel, StatusCode::OK, &csv(days[1], 3));
        let (output, told) = run().await;
        assert_eq!((output.status.code(), &told["added"]), (Some(0), &VALUES_OF_A_FILE.into()), "{told}");
        mock.asked();
        let (output, told) = run().await;
        assert_eq!((output.status.code(), &told["done_before"]), (Some(0), &3.into()), "{told}");
        assert_eq!(mock.asked(), Vec::<String>::new(), "nothing is missing");
    }
}

#[tokio::test]
async fn a_failure_of_the_archive_is_no_damage_of_a_file() {
    let day = "2021-05-01";
    let tegel = file(day, "53aaffafe79c90a0102abb67-Tegel", 3);
    let arguments = archive_from_to(day, day);
    let statuses =
        [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN, StatusCode::UNAVAILABLE_FOR_LEGAL_REASONS];
    for status in statuses {
        let (mock, address) = Mock::start(&[day], |folder| format!("\"{folder}/\"")).await;
        mock.put(&tegel, status, "no");
        let folder = tempfile::tempdir().unwrap();
        let (output, _) = backfill(folder.path(), &address, &arguments).await;
        assert_eq!(output.status.code(), Some(69), "{}", stderr(&output));
        let told = stderr(&output);
        assert!(told.contains("the archive refuses") && told.contains(status.as_str()), "{told}");
        mock.put(&tegel, StatusCode::OK, &csv(day, 3));
        let (output, told) = backfill(folder.path(), &address, &arguments).await;
        assert_eq!((output.status.code(), &told["files_missing"]), (Some(0), &json!([])), "{told}");
    }

    // A file was listed a moment ago, but the list is gone, so its status says nothing about the file.
    let (mock, address) = Mock::start(&[day], |folder| format!("\"{folder}/\"")).await;
    mock.put(&tegel, StatusCode::GONE, "no");
    let folder = tempfile::tempdir().unwrap();
    let (output, _) = backfill(folder.path(), &address, &arguments).await;
    assert_eq!(output.status.code(), Some(75), "{}", stderr(&output));
    mock.put(&format!("/{day}/"), StatusCode::NOT_FOUND, "no");
    let (output, _) = backfill(folder.path(), &address, &arguments).await;
    assert_eq!(output.status.code(), Some(69), "{}", stderr(&output));
}

#[tokio::test]
async fn no_such_sensor_means_the_same_in_the_words_of_either_api() {
    let mut rows = String::new();
    for index in 0..288 {
        let (hour, minute) = (index / 12, index % 12 * 5);
        let (sensor, of_box) = (sensor_id(1), BOXES[0].0);
        let _ = writeln!(rows, "{sensor},{of_box},2026-10-23T{hour:02}:{minute:02}:07.000Z,8.0");
    }
    for (words, code) in [
        (r#"{"code":"NotFound","message":"No senseBoxes found"}"#, 0),
        (
            r#"{"code":"Not Found","message":"No matching sensors found","error":"No matching sensors found"}"#,
            0,
        ),
        (r#"{"code":"Not Found","message":"No route found"}"#, 69),
    ] {
        let (mock, address) = Mock::start(&[], str::to_owned).await;
        mock.put(
            "/boxes/data/Temperatur",
            StatusCode::OK,
            &format!("sensorId,boxId,createdAt,value\n{rows}"),
        );
        mock.put("/boxes/data/rel.+Luftfeuchte", StatusCode::NOT_FOUND, words);
        let folder = tempfile::tempdir().unwrap();
        let day = ["--from", "2026-10-23", "--to", "2026-10-23"];
        let (output, told) = backfill(folder.path(), &address, &day).await;
        assert_eq!(output.status.code(), Some(code), "{}", stderr(&output));
        assert!(code != 0 || told["values"] == 288, "{told}");
    }
}

#[tokio::test]
async fn a_signal_ends_a_backfill_with_advice_and_a_failed_start_leaves_no_folder() {
    let (mock, address) = Mock::start(&["2021-05-01"], |folder| format!("\"{folder}/\"")).await;
    let folder = tempfile::tempdir().unwrap();
    let mut command = hivebox(folder.path());
    command.args(["backfill", "--source", "archive", "--from", "2021-05-01", "--to", "2021-05-01"]);
    command.args(["--pause", "1h", "--upstream", &address, "--archive", &address]);
    let running = Running(command.stderr(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap());
    eventually("the list is asked for", async || mock.asked().contains(&"/2021-05-01/".to_owned())).await;
    signal(&running, "-TERM");
    let output = tokio::task::spawn_blocking(move || {
        let Running(child) = &mut { running };
        let mut text = String::new();
        child.stderr.take().unwrap().read_to_string(&mut text).unwrap();
        (child.wait().unwrap().code(), text)
    });
    let (code, text) = output.await.unwrap();
    assert_eq!(code, Some(75), "{text}");
    assert!(text.contains("the same command goes on from there"), "{text}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no empty folder");

    // A box that does not exist is named with the address.
    let unknown = "000000000000000000000000";
    let day = ["--from", "2021-05-01", "--to", "2021-05-01", "--boxes", unknown];
    let (output, _) = backfill(folder.path(), &address, &day).await;
    let told = stderr(&output);
    assert!(told.contains(&format!("/boxes/{unknown}")) && told.contains(&address), "{told}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "no empty folder");
}
