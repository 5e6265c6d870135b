//! Measurements of the past: `GET /boxes/data` and the daily archive.

use jiff::Timestamp;
use opensensemap_sim::{Options, SimulatedBox, Simulation, Stations};
use serde_json::Value;

use crate::server::{NOW, TestServer};

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// A box that measures, and has a sensor with that title.
fn a_box<'a>(simulation: &'a Simulation, title: &str) -> SimulatedBox<'a> {
    let measures = |item: &SimulatedBox<'_>| item.last_measurement_at() > Some(time("2026-11-24T11:00:00Z"));
    let sound = |item: &SimulatedBox<'_>| {
        item.sensors().all(|sensor| sensor.defect().is_none()) && item.sensors().any(|s| s.title() == title)
    };
    simulation.boxes_at(time(NOW)).find(|item| measures(item) && sound(item)).unwrap()
}

/// What a sensor measured in a time, as `createdAt,value`; the latest first.
fn truth(
    simulation: &Simulation,
    sense_box: &SimulatedBox<'_>,
    title: &str,
    from: &str,
    to: &str,
) -> Vec<String> {
    let sensor = sense_box.sensors().find(|sensor| sensor.title() == title).unwrap();
    let within = time(from)..time(to);
    let measured = simulation.measurements(sense_box.id(), sensor.id(), within, time(NOW));
    let line = |at: Timestamp| at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
    measured.map(|one| format!("{},{}", line(one.created_at()), one.value)).collect()
}

#[tokio::test]
async fn measurements_are_those_of_the_simulation() {
    let server = TestServer::start().await;
    let simulation = server.sim.simulation();
    let sense_box = a_box(simulation, "Temperatur");
    let (from, to) = ("2026-11-20T06:00:00Z", "2026-11-21T18:00:00Z");
    let path = format!(
        "/boxes/data?boxId={}&phenomenon=Temperatur&from-date={from}&to-date={to}&columns=createdAt,value",
        sense_box.id()
    );
    let response = server.get(&path).await;
    assert_eq!(response.headers()["content-type"], "text/csv");
    assert_eq!(
        response.headers()["content-disposition"],
        "attachment; filename=opensensemap_org-download-Temperatur-createdAt-value-20261124_120000.csv"
    );
    let text = response.text().await.unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next(), Some("createdAt,value"));
    let lines: Vec<_> = lines.collect();
    assert!(lines.len() > 200, "{}", lines.len());
    assert_eq!(lines, truth(simulation, &sense_box, "Temperatur", from, to));
}

#[tokio::test]
async fn both_ends_of_the_time_are_left_out() {
    let server = TestServer::start().await;
    let sense_box = a_box(server.sim.simulation(), "Temperatur");
    let base = format!("/boxes/data?boxId={}&phenomenon=Temperatur&columns=createdAt", sense_box.id());
    let text = server.get(&base).await.text().await.unwrap();
    let all: Vec<&str> = text.lines().skip(1).collect();
    let (last, first) = (all[0], all[20]);
    let text = server.get(&format!("{base}&from-date={first}&to-date={last}")).await.text().await.unwrap();
    assert_eq!(text.lines().skip(1).collect::<Vec<_>>(), all[1..20]);
    assert!(all.iter().all(|at| time(at) > time("2026-11-22T12:00:00Z")), "two days unless told");
}

#[tokio::test]
async fn json_has_the_columns_as_keys_and_values_as_text() {
    let server = TestServer::start().await;
    let path = "/boxes/data?bbox=-180,-90,180,90&phenomenon=Temperatur&exposure=outdoor&format=json\
                &from-date=2026-11-24T11:50:00Z&columns=value,lat,boxId,unit,exposure,boxName,phenomenon";
    let rows = server.boxes(path).await;
    assert!(rows.len() > 40, "{}", rows.len());
    for row in rows {
        assert!(row["value"].is_string() && row["boxId"].as_str().unwrap().len() == 24, "{row}");
        assert_eq!(
            (row["exposure"].as_str(), row["phenomenon"].as_str()),
            (Some("outdoor"), Some("Temperatur"))
        );
        assert!(row.get("lat").is_none_or(Value::is_number) && row.get("createdAt").is_none(), "{row}");
    }
}

#[tokio::test]
async fn more_than_10_000_values_are_cut_and_more_than_31_days_are_nothing() {
    let server = TestServer::start().await;
    let rows = async |from: &str| {
        let path = format!("/boxes/data?bbox=-180,-90,180,90&phenomenon=PM10&from-date={from}");
        let text = server.get(&path).await.text().await.unwrap();
        text.lines().skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    let month = rows("2026-10-24T12:00:00Z").await;
    assert_eq!(month.len(), 10_000);
    let sensors: Vec<_> = month.iter().map(|row| &row[..24]).collect();
    assert!(sensors.is_sorted() && sensors.first() < sensors.last());
    let first: Vec<_> =
        month.iter().filter(|row| row.starts_with(sensors[0])).map(|row| &row[25..]).collect();
    assert!(first.is_sorted_by(|later, earlier| later >= earlier), "of each sensor the latest first");
    assert!(rows("2026-10-24T11:59:59.999Z").await.is_empty());
}

#[tokio::test]
async fn wrong_questions_are_refused_in_the_words_of_the_api() {
    let server = TestServer::start().await;
    let id = "5386026e5f08822009b8b60d";
    for (query, status, message) in [
        (format!("boxId={id}"), 400, "missing required parameter phenomenon"),
        ("phenomenon=PM10".to_owned(), 400, "please specify either boxId or bbox"),
        (format!("phenomenon=PM10&boxId={id}&bbox=1,2,3,4"), 400, "please specify only boxId or bbox"),
        (format!("phenomenon=PM10&boxId={id}"), 404, "No senseBoxes found"),
        ("phenomenon=pm10&bbox=-180,-90,180,90".to_owned(), 404, "No senseBoxes found"),
        (
            format!("phenomenon=PM10&boxId={id}&columns=when"),
            422,
            "Illegal value for parameter columns. allowed values: createdAt, value, lat, lon, height, unit, \
             boxId, sensorId, phenomenon, sensorType, boxName, exposure",
        ),
        (
            format!("phenomenon=PM10&boxId={id}&from-date=2026-01-02T00:00:00Z&to-date=2026-01-01T00:00:00Z"),
            409,
            "Invalid time frame specified: fromDate (2026-01-02T00:00:00.000Z) is after toDate \
             (2026-01-01T00:00:00.000Z)",
        ),
    ] {
        let response = server.get(&format!("/boxes/data?{query}")).await;
        assert_eq!(response.status(), status, "{query}");
        let body: Value = serde_json::from_str(&response.text().await.unwrap()).unwrap();
        assert_eq!(body["message"], message);
    }
}

#[tokio::test]
async fn faults_befall_measurements_too() {
    let server = TestServer::start().await;
    let path = "/boxes/data?bbox=-180,-90,180,90&phenomenon=PM10";
    let whole = server.get(path).await.text().await.unwrap();
    let truncated = server.with_fault("truncated", path).await.text().await.unwrap();
    assert!(truncated.ends_with("Error: connection 16 to 127.0.0.1:27017 timed out"), "{truncated}");
    assert!(whole.starts_with(truncated.split("Error").next().unwrap()));
    assert!(server.with_fault("reset", path).await.bytes().await.is_err());
    let bad = server.with_fault("bad_box=3", path).await.text().await.unwrap();
    let columns: Vec<_> = bad.lines().map(|line| line.split(',').count()).take(6).collect();
    assert_eq!(columns, [5, 5, 5, 5, 4, 5]);
    let broken = server.with_fault("invalid_utf8=0", path).await.bytes().await.unwrap();
    assert!(std::str::from_utf8(&broken).is_err());
}

#[tokio::test]
async fn the_archive_has_a_file_for_each_sensor_and_day_that_is_over() {
    let server = TestServer::start().await;
    let simulation = server.sim.simulation();
    let sense_box = a_box(simulation, "Temperatur");
    let sensor = sense_box.sensors().find(|sensor| sensor.title() == "Temperatur").unwrap().id();
    let folder = sense_box.archive_folder();
    assert!(folder.starts_with(&format!("{}-senseBox_", sense_box.id())), "{folder}");

    let path = format!("/archive/2026-11-20/{folder}/{sensor}-2026-11-20.csv");
    let text = server.get(&path).await.text().await.unwrap();
    let mut expected =
        truth(simulation, &sense_box, "Temperatur", "2026-11-20T00:00:00Z", "2026-11-21T00:00:00Z");
    expected.push("createdAt,value".to_owned());
    expected.reverse();
    assert_eq!(text.lines().collect::<Vec<_>>(), expected);
    assert!(text.ends_with('\n'));

    let facts = server.json(&format!("/archive/2026-11-20/{folder}/{folder}-2026-11-20.json")).await;
    assert_eq!(facts["id"], sense_box.id().to_string());
    assert_eq!(facts["sensors"].as_array().unwrap().len(), sense_box.sensors().count());
    let place = sense_box.place().unwrap();
    assert_eq!(facts["loc"]["geometry"]["coordinates"][0], place.longitude);

    for missing in [
        format!("/archive/2026-11-24/{folder}/{sensor}-2026-11-24.csv"),
        format!("/archive/2026-11-20/{}-other/{sensor}-2026-11-20.csv", sense_box.id()),
        format!("/archive/1999-11-20/{folder}/{sensor}-1999-11-20.csv"),
        format!("/archive/2026-11-20/{folder}/{sensor}-2026-11-19.csv"),
        format!("/archive/yesterday/{folder}/{sensor}-yesterday.csv"),
    ] {
        assert_eq!(server.get(&missing).await.status(), 404, "{missing}");
    }
    assert_eq!(server.with_fault("status=503", &path).await.status(), 503);
}

#[tokio::test]
async fn days_of_the_archive_hold_what_boxes_with_defects_showed_too() {
    let options = Options { seed: 3, stations: Stations::Generated(200), bad_share: 0.5 };
    let server = TestServer::with(options).await;
    let simulation = server.sim.simulation();
    let within = time("2026-11-20T00:00:00Z")..time("2026-11-21T00:00:00Z");
    let mut files = (0, 0);
    for sense_box in simulation.boxes_at(time(NOW)).take(40) {
        for sensor in sense_box.sensors() {
            let count =
                simulation.measurements(sense_box.id(), sensor.id(), within.clone(), time(NOW)).count();
            let (folder, file) = (sense_box.archive_folder(), format!("{}-2026-11-20.csv", sensor.id()));
            let response = server.get(&format!("/archive/2026-11-20/{folder}/{file}")).await;
            if response.status() == 404 {
                assert_eq!(count, 0);
                files.1 += 1;
            } else {
                assert_eq!(response.text().await.unwrap().lines().count(), count + 1);
                files.0 += 1;
            }
        }
    }
    assert!(files.0 > 20 && files.1 > 20, "{files:?}");
}

/// The targets of the links of a page, without the way up.
async fn links(server: &TestServer, path: &str) -> Vec<String> {
    let response = server.get(path).await;
    assert_eq!(response.headers()["content-type"], "text/html; charset=utf-8");
    let page = response.text().await.unwrap();
    page.split("href=\"./").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn folders_of_the_archive_list_what_is_there_and_nothing_else() {
    let server = TestServer::start().await;
    let simulation = server.sim.simulation();
    let days = links(&server, "/archive/").await;
    assert_eq!(days[..2], ["2026-11-23/", "2026-11-22/"]);
    assert!(days.len() > 2000 && days.is_sorted_by(|later, earlier| later > earlier), "{days:?}");

    let within = time("2026-11-20T00:00:00Z")..time("2026-11-21T00:00:00Z");
    let files_of = |item: &SimulatedBox<'_>| {
        let sensors = item.sensors().filter(|sensor| {
            simulation.measurements(item.id(), sensor.id(), within.clone(), time(NOW)).next().is_some()
        });
        sensors.map(|sensor| format!("{}-2026-11-20.csv", sensor.id())).collect::<Vec<_>>()
    };
    let measured: Vec<_> = simulation.boxes_at(time(NOW)).filter(|item| !files_of(item).is_empty()).collect();
    let folders: Vec<_> = measured.iter().map(|item| format!("{}/", item.archive_folder())).collect();
    assert_eq!(links(&server, "/archive/2026-11-20/").await, folders);

    let mut files = links(&server, &format!("/archive/2026-11-20/{}", folders[0])).await;
    assert!(files.remove(0).ends_with("-2026-11-20.json"));
    assert_eq!(files, files_of(&measured[0]));

    let silent = simulation.boxes_at(time(NOW)).find(|item| files_of(item).is_empty()).unwrap();
    for missing in [
        "/archive/2026-11-24/".to_owned(),
        "/archive/2026-11-2/".to_owned(),
        "/archive/2026-11-20".to_owned(),
        format!("/archive/2026-11-20/{}/", silent.archive_folder()),
    ] {
        assert_eq!(server.get(&missing).await.status(), 404, "{missing}");
    }
    for fault in ["reset", "truncated", "status=503"] {
        let answer = server.with_fault(fault, "/archive/2026-11-20/").await;
        let status = answer.status().as_u16();
        let page = answer.text().await;
        assert!(status == 503 || page.is_err() || page.unwrap().contains("timed out"), "{fault}");
    }
}

#[tokio::test]
async fn a_sensor_tells_its_past_the_latest_first() {
    let server = TestServer::start().await;
    let simulation = server.sim.simulation();
    let sense_box = a_box(simulation, "Temperatur");
    let sensor = sense_box.sensors().find(|sensor| sensor.title() == "Temperatur").unwrap();
    let base = format!("/boxes/{}/data/{}", sense_box.id(), sensor.id());
    let all = truth(simulation, &sense_box, "Temperatur", "2026-11-22T12:00:00Z", "2026-11-24T12:00:00.001Z");
    let csv = server.get(&format!("{base}?format=csv")).await;
    assert_eq!(csv.headers()["content-type"], "text/csv");
    assert_eq!(csv.text().await.unwrap().lines().skip(1).collect::<Vec<_>>(), all);

    let (last, first) = (all[0].split(',').next().unwrap(), all[20].split(',').next().unwrap());
    let rows = server.boxes(&format!("{base}?from-date={first}&to-date={last}")).await;
    let line =
        |row: &Value| format!("{},{}", row["createdAt"].as_str().unwrap(), row["value"].as_str().unwrap());
    assert_eq!(rows.iter().map(line).collect::<Vec<_>>(), all[..=20], "both ends are in it");
    assert_eq!(rows[0]["location"][1], sense_box.place().unwrap().latitude);

    let kept = server.get(&format!("{base}?format=csv&download=true&delimiter=semicolon")).await;
    let name = format!("attachment; filename={}.csv", sensor.id());
    assert_eq!(kept.headers()["content-disposition"].to_str().unwrap(), name);
    assert!(kept.text().await.unwrap().starts_with("createdAt;value\n"));
    assert!(server.boxes("/boxes/x/data/00112233445566778899aabc").await.is_empty());
    assert_eq!(server.get("/boxes/x/data/y").await.status(), 422);
    let long = server.get(&format!("{base}?format=csv&from-date=2026-10-01T00:00:00Z")).await;
    assert_eq!(long.text().await.unwrap(), "createdAt,value\n");
}

#[tokio::test]
async fn the_parameters_may_stand_in_a_body_and_have_other_names() {
    let server = TestServer::start().await;
    let id = a_box(server.sim.simulation(), "Temperatur").id();
    let path =
        format!("/boxes/data?boxId={id}&phenomenon=Temperatur&format=json&from-date=2026-11-24T00:00:00Z");
    let expected = server.json(&path).await;
    assert!(expected.as_array().unwrap().len() > 60);
    let body = format!(
        r#"{{"senseboxids":["{id}"],"phenomenon":"nothing","fromDate":"2026-11-24T00:00:00Z","format":"json"}}"#
    );
    let (status, answer) = server.send("POST", "/boxes/data?phenomenon=Temperatur", &body).await;
    assert_eq!((status.as_u16(), answer), (200, expected));
    assert_eq!(server.send("POST", "/boxes/data", "[]").await.0, 400);
}

#[tokio::test]
async fn a_measurement_without_a_place_is_everywhere_and_has_empty_columns() {
    let options = Options { seed: 3, stations: Stations::Generated(300), bad_share: 1.0 };
    let server = TestServer::with(options).await;
    let path = "/boxes/data?phenomenon=PM10&columns=lat,lon,height,createdAt&bbox=-150,-60,-149,-59";
    let text = server.get(path).await.text().await.unwrap();
    let mut rows = text.lines();
    assert_eq!(rows.next(), Some("lat,lon,height,createdAt"));
    let rows: Vec<_> = rows.collect();
    assert!(rows.len() > 100 && rows.iter().all(|row| row.starts_with(",,,2026-11-2")), "{rows:?}");
}
