//! A real cluster: a scheduler and two executors, each a process, over the history of a demo. What one machine answers, the
//! cluster answers.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod processes;
#[path = "../../../../crates/hivebox-archive/tests/integration/weed.rs"]
mod weed;

use serde_json::Value;

use processes::{Cluster, HiveBox, free_port, turn, until};
use weed::Weed;

const EVERYWHERE: &str = "-180,-60,180,80";

const QUESTIONS: [&[&str]; 7] = [
    &["--every", "PT1H", "--bbox", EVERYWHERE, "--percentiles", "0,5,50,95,100"],
    &["--every", "P1D", "--timezone", "Europe/Berlin", "--bbox", "5.9,47.3,15,55.1", "--percentiles", "50"],
    &["--every", "PT15M", "--lat", "52.52", "--lon", "13.41", "--radius-km", "300"],
    &["--every", "all", "--phenomenon", "air_temperature,pm10,wind_direction", "--bbox", EVERYWHERE],
    &["--every", "PT6H", "--exposure", "indoor", "--bbox", EVERYWHERE],
    &["--every", "PT2H", "--bbox", "170,-60,-170,80"],
    &["--every", "PT1H", "--percentiles", "50"],
];

const STATEMENTS: [&str; 8] = [
    "select phenomenon, count(*) as readings, min(value) as least from readings group by phenomenon order by 1",
    "select date_trunc('hour', measured_at) as hour, avg(value) as mean from readings \
     where phenomenon = 'air_temperature' and verdict = 'ok' group by 1 order by 1",
    "select b.exposure, count(distinct r.box_id) as boxes from readings r join boxes b on r.box_id = b.box_id \
     group by 1 order by 1",
    "select phenomenon, sum(count) as readings from hourly where cell is null group by 1 order by 1",
    "select title, count(*) as sensors from sensors group by title order by sensors desc, title limit 5",
    "select * from boxes order by box_id limit 3",
    "select * from readings limit 0",
    "select table_name from information_schema.tables order by 1 limit 2",
];

/// Asks both, and fails where the answers differ; tells how many readings they were about.
fn compare(hivebox: &HiveBox, cluster: &Cluster, questions: &[&[&str]], statements: &[&str]) -> u64 {
    let engine = cluster.engine();
    let both = |words: &[&str]| {
        let ask = |engine| hivebox.ask(&[words, &["--engine", engine]].concat()).unwrap();
        let (here, there) = (ask("local"), ask(&engine));
        assert!(is_same(&here, &there), "{words:?}\nhere:  {here}\nthere: {there}");
        here
    };
    // A range that does not move from one question to the next, nor takes in what is measured between them.
    let known = hivebox.ask(&["history", "--from", "2d"]).unwrap();
    let (from, to) = (known["from"].as_str().unwrap(), known["through"].as_str().unwrap());
    let range = ["history", "--from", from, "--to", to];
    let answers: Vec<Value> =
        questions.iter().map(|question| both(&[&range[..], *question].concat())).collect();
    for statement in statements {
        both(&["sql", statement]);
    }
    let rows = answers.iter().flat_map(|answer| answer["rows"].as_array().unwrap());
    rows.filter_map(|row| row["count"].as_u64()).sum()
}

/// Whether two answers are the same, but for the last digits of numbers, which depend on the order in which they were added up.
fn is_same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len() && one.iter().all(|(key, value)| is_same(value, &other[key]))
        }
        (Value::Number(one), Value::Number(other)) => {
            let (one, other) = (one.as_f64().unwrap(), other.as_f64().unwrap());
            (one - other).abs() <= 1e-9 * one.abs().max(1.0)
        }
        _ => one == other,
    }
}

#[test]
fn a_cluster_answers_as_one_machine_does() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let hivebox = HiveBox::over_folder(folder.path()).with_a_past();
    let cluster = Cluster::start(&hivebox.variables);
    let readings = compare(&hivebox, &cluster, &QUESTIONS, &STATEMENTS);
    assert!(readings > 10_000, "the questions are about {readings} readings");
    assert!(cluster.has_worked("one") && cluster.has_worked("two"), "both executors have worked");
}

#[test]
fn a_cluster_reads_a_bucket_with_credentials_of_its_own() {
    let _turn = turn();
    let weed = Weed::start();
    let mut variables = weed.environment().to_vec();
    variables.push(("AWS_ALLOW_HTTP".into(), "true".into()));
    let hivebox = HiveBox { store: "s3://history/of/bees".into(), variables }.with_a_past();
    let cluster = Cluster::start(&hivebox.variables);
    let readings = compare(&hivebox, &cluster, &QUESTIONS[..2], &STATEMENTS[..2]);
    assert!(readings > 1_000, "the questions are about {readings} readings");

    let strangers = Cluster::start(&vec![
        ("AWS_ENDPOINT_URL".into(), weed.endpoint()),
        ("AWS_ALLOW_HTTP".into(), "true".into()),
    ]);
    for command in
        [["history", "--bbox", EVERYWHERE], ["sql", "select count(value) from readings", "--most-rows=5"]]
    {
        let engine = strangers.engine();
        let words = [&command[..], &["--engine", &engine]].concat();
        let error = hivebox.ask(&words).unwrap_err();
        assert!(error.contains("the Ballista cluster could not answer"), "{error}");
    }
}

#[test]
fn a_cluster_that_is_away_is_told_and_bad_sql_is_no_fault_of_it() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let hivebox = HiveBox::over_folder(folder.path());
    let away = format!("ballista://127.0.0.1:{}", free_port());
    // Without any readings nothing needs to be asked of the cluster.
    let none = hivebox.ask(&["history", "--bbox", EVERYWHERE, "--engine", &away]).unwrap();
    assert_eq!(none["rows"], Value::Array(Vec::new()));

    let hivebox = hivebox.with_a_past();
    let error = hivebox.ask(&["history", "--bbox", EVERYWHERE, "--engine", &away]).unwrap_err();
    assert!(error.contains(&away) && error.contains("cannot be reached"), "{error}");
    let wrong = hivebox.ask(&["history", "--engine", "ballista://x/y"]).unwrap_err();
    assert!(wrong.contains("engine") && wrong.contains("ballista://scheduler:50050"), "{wrong}");

    let cluster = Cluster::start(&hivebox.variables);
    for (statement, reason) in [("select nothing from readings", "nothing"), ("delete from readings", "DML")]
    {
        let error = hivebox.ask(&["sql", statement, "--engine", &cluster.engine()]).unwrap_err();
        assert!(error.contains(reason), "{error}");
    }
}

#[test]
fn a_question_that_is_out_of_time_ends_the_work_of_the_cluster() {
    let _turn = turn();
    let folder = tempfile::tempdir().unwrap();
    let hivebox = HiveBox::over_folder(folder.path()).with_a_past();
    let cluster = Cluster::start(&hivebox.variables);
    let demo = hivebox.demo(&["--sql", "on", "--engine", &cluster.engine(), "--query-timeout", "10s"]);
    until("an easy question is answered", || {
        demo.sql("select count(*) as readings from readings where verdict = 'ok'").contains(" 200 OK")
    });
    // Each reading with each other: too many for any machine.
    let endless = "select count(*) from readings a join readings b on a.value < b.value join readings c on b.value < c.value";
    let answer = demo.sql(endless);
    assert!(answer.contains(" 504 "), "{answer}");
    until("the scheduler is told to leave off", || {
        cluster.log("scheduler").contains("Received cancellation request")
    });
}
