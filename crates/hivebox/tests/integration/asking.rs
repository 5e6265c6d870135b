//! The commands `hivebox history` and `hivebox sql`.

#[cfg(feature = "sql")]
use std::io::Write as _;
use std::os::unix::fs::{FileTypeExt as _, symlink};
use std::path::Path;
use std::process::Output;

use hivebox_archive::SnapshotStore;
use serde_json::Value;
use tempfile::TempDir;

use crate::app::TestUpstream;
use crate::commands::hivebox;
use crate::history::{half_hours, remember_in};

const DAY: [&str; 4] = ["--from", "2026-03-10", "--to", "2026-03-11"];

/// A folder with a history of the six hours before noon, its number of temperatures, and their mean.
async fn world() -> (TempDir, usize, f64) {
    let folder = tempfile::tempdir().unwrap();
    let upstream = TestUpstream::of(60).await;
    let store = SnapshotStore::open_folder(&folder.path().join("hivebox-data")).unwrap();
    let noon = "2026-03-10T12:00:00Z".parse().unwrap();
    let temperatures = remember_in(&store, &upstream, half_hours(6, noon)).await;
    let count = temperatures.len();
    let mean = temperatures.iter().map(|(.., value)| value).sum::<f64>() / count as f64;
    (folder, count, mean)
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    hivebox(folder).args(arguments).output().unwrap()
}

fn stdout(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// The exit code and standard error. Checks that standard output is empty.
fn refusal(folder: &Path, arguments: &[&str]) -> (i32, String) {
    let output = run(folder, arguments);
    assert!(output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn history_has_the_same_figures_as_table_csv_and_json() {
    let (folder, count, mean) = world().await;
    let ask = |more: &[&str]| stdout(folder.path(), &[&["history"], &DAY[..], more].concat());
    let json: Value = serde_json::from_str(&ask(&["--every", "all", "--json"])).unwrap();
    let row = &json["rows"][0];
    assert_eq!(row["count"], count);
    assert!((row["mean"].as_f64().unwrap() - mean).abs() < 1e-6, "{row} {mean}");

    let csv = ask(&["--every", "all", "--csv"]);
    let lines: Vec<&str> = csv.lines().collect();
    assert_eq!((lines.len(), lines[0]), (2, "from,to,phenomenon,unit,count,mean,min,max"));
    let expected =
        format!("2026-03-10T00:00:00Z,2026-03-11T00:00:00Z,air_temperature,°C,{count},{}", row["mean"]);
    assert!(lines[1].starts_with(&expected), "{csv}");

    let table = ask(&["--every", "all"]);
    assert!(table.starts_with("Air temperature in °C\n"), "{table}");
    assert!(table.contains(&format!("{count}  {mean:.2}")), "{table}");
}

#[tokio::test(flavor = "multi_thread")]
async fn history_has_a_line_for_each_bucket_in_the_time_of_the_zone() {
    let (folder, count, _) = world().await;
    let zone = ["--every", "PT3H", "--timezone", "Europe/Berlin", "--percentiles", "50"];
    let table = stdout(folder.path(), &[&["history"], &DAY[..], &zone].concat());
    insta::assert_snapshot!(table);
    let csv = stdout(folder.path(), &[&["history"], &DAY[..], &zone, &["--csv"]].concat());
    let counts = csv.lines().skip(1).map(|line| line.split(',').nth(4).unwrap().parse::<usize>().unwrap());
    assert_eq!(counts.sum::<usize>(), count);
}

#[cfg(feature = "sql")]
#[tokio::test(flavor = "multi_thread")]
async fn sql_has_the_same_rows_as_table_csv_json_and_parquet() {
    let (folder, count, _) = world().await;
    let sql = "select phenomenon, count(*) as readings from readings \
               where phenomenon = 'air_temperature' and verdict = 'ok' group by phenomenon";
    let ask = |more: &[&str]| stdout(folder.path(), &[&["sql", sql], more].concat());
    assert_eq!(ask(&[]), format!("phenomenon       readings\nair_temperature  {count:>8}\n"));
    assert_eq!(ask(&["--csv"]), format!("phenomenon,readings\nair_temperature,{count}\n"));
    let json: Value = serde_json::from_str(&ask(&["--json"])).unwrap();
    assert_eq!(json["rows"][0]["readings"], count);
    let parquet = run(folder.path(), &["sql", sql, "--format", "parquet"]).stdout;
    assert!(parquet.starts_with(b"PAR1") && parquet.ends_with(b"PAR1"));
}

#[tokio::test(flavor = "multi_thread")]
async fn invalid_questions_are_refused_with_advice() {
    let (folder, ..) = world().await;
    for (arguments, code, part) in [
        (&["history", "--every", "soon"][..], 64, "every is not a duration: \"soon\"; allowed: "),
        (&["history", "--phenomenon", "love"], 64, "allowed: 1 to 16 with commas between"),
        (&["history", "--from", "2026-03-11", "--to", "2026-03-10"], 64, "2026-03-10"),
        (&["history", "--json", "--csv"], 64, "cannot be used with"),
        (&["history", "--colour", "red"], 64, "unexpected argument '--colour'"),
        (&["sql"], 64, "<SQL>"),
    ] {
        let (told, said) = refusal(folder.path(), arguments);
        assert!(told == code && said.contains(part), "{arguments:?} ended with {told}: {said}");
    }
}

#[cfg(feature = "sql")]
#[tokio::test(flavor = "multi_thread")]
async fn sql_that_cannot_be_answered_is_refused_with_what_to_do() {
    let (folder, ..) = world().await;
    for (arguments, code, part) in [
        (&["sql", "selekt"][..], 64, "found: selekt"),
        (&["sql", "drop table readings"], 64, "SQL is read-only here"),
        (&["sql", "delete from readings"], 64, "SQL is read-only here"),
        (&["sql", "select * from elsewhere"], 64, "the tables are readings, hourly, boxes and sensors"),
        (&["sql", "select * from readings", "--most-rows", "3"], 69, "more than 3 rows: ask for fewer"),
    ] {
        let (told, said) = refusal(folder.path(), arguments);
        assert!(told == code && said.contains(part), "{arguments:?} ended with {told}: {said}");
    }
}

#[cfg(feature = "sql")]
#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_whole_or_leaves_no_file() {
    let (folder, ..) = world().await;
    let path = |name: &str| folder.path().join(name);
    let rows = |count: usize| format!("select value from generate_series(1, {count}) as t(value)");
    let parts = || {
        let names = std::fs::read_dir(folder.path()).unwrap();
        let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
        names.filter(|name| name.contains(".part")).collect::<Vec<_>>()
    };
    std::fs::write(path("own.csv.part"), "mine").unwrap();
    for format in ["csv", "json", "parquet", "arrow", "table"] {
        let name = format!("rows.{format}");
        let export = |count| {
            let sql = rows(count);
            run(folder.path(), &["sql", &sql, "--most-rows", "20000", "--format", format, "--output", &name])
        };
        let cut = export(20_001);
        assert_eq!(cut.status.code(), Some(69), "{cut:?}");
        assert!(!path(&name).exists() && parts() == ["own.csv.part"], "{format}");
        let whole = export(20_000);
        assert!(whole.status.success() && whole.stdout.is_empty(), "{whole:?}");
        assert!(path(&name).metadata().unwrap().len() > 1000 && parts() == ["own.csv.part"]);
        let cut = export(20_001);
        assert!(!cut.status.success() && path(&name).exists(), "the earlier file stays");
    }
    // The shell makes this file, so it stays as it was. Another command may write on in it.
    let mut redirected = std::fs::File::create(path("redirected.csv")).unwrap();
    redirected.write_all(b"before\n").unwrap();
    let cut = ["sql", &rows(20_001), "--most-rows", "20000", "--csv"];
    let stdout = redirected.try_clone().unwrap();
    let status = hivebox(folder.path()).args(cut).stdout(stdout).status().unwrap();
    assert_eq!(status.code(), Some(69));
    redirected.write_all(b"after\n").unwrap();
    assert_eq!(std::fs::read_to_string(path("redirected.csv")).unwrap(), "before\nafter\n");
    let history =
        run(folder.path(), &[&["history"], &DAY[..], &["--csv", "--output", "history.csv"]].concat());
    assert!(history.status.success() && history.stdout.is_empty(), "{history:?}");
    assert!(std::fs::read_to_string(path("history.csv")).unwrap().starts_with("from,to,"));
    let whole = run(folder.path(), &["sql", &rows(3), "--csv", "--output", "own.csv"]);
    assert!(whole.status.success(), "{whole:?}");
    assert_eq!(std::fs::read_to_string(path("own.csv.part")).unwrap(), "mine", "a file of the user");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_to_a_device_a_pipe_or_a_link_leaves_it_in_place() {
    let (folder, ..) = world().await;
    let path = |name: &str| folder.path().join(name);
    let export = |to: &str| {
        let arguments = [&["history"], &DAY[..], &["--csv", "--output", to]].concat();
        let output = run(folder.path(), &arguments);
        assert!(output.status.success() && output.stdout.is_empty(), "{to}: {output:?}");
    };
    // A link, so that a fault does not replace the device of the computer.
    symlink("/dev/null", path("null")).unwrap();
    export("null");
    assert_eq!(std::fs::read_link(path("null")).unwrap(), Path::new("/dev/null"));

    std::fs::write(path("target.csv"), "earlier").unwrap();
    symlink("target.csv", path("link.csv")).unwrap();
    export("link.csv");
    assert_eq!(std::fs::read_link(path("link.csv")).unwrap(), Path::new("target.csv"));
    assert!(std::fs::read_to_string(path("target.csv")).unwrap().starts_with("from,to,"));

    let made = std::process::Command::new("mkfifo").arg(path("pipe")).status().unwrap();
    assert!(made.success());
    let reader = std::thread::spawn({
        let pipe = path("pipe");
        move || std::fs::read_to_string(pipe).unwrap()
    });
    export("pipe");
    assert!(reader.join().unwrap().starts_with("from,to,"));
    assert!(std::fs::metadata(path("pipe")).unwrap().file_type().is_fifo());
}

#[cfg(not(feature = "sql"))]
#[test]
fn a_build_without_sql_says_how_to_get_it() {
    let folder = tempfile::tempdir().unwrap();
    let (code, said) = refusal(folder.path(), &["sql", "select 1"]);
    assert!(code == 69 && said.contains("build it with `--features sql`, or use the image"), "{code} {said}");
    let (code, said) = refusal(folder.path(), &["serve", "--sql", "on"]);
    assert!(code == 78 && said.contains("built without SQL"), "{code} {said}");
}

#[test]
fn a_missing_history_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let sql: Option<&[&str]> = cfg!(feature = "sql").then_some(&["sql", "select 1"]);
    for command in [&["history"][..], &["archive", "verify"], &["snapshots", "list"]].into_iter().chain(sql) {
        let (code, said) = refusal(folder.path(), command);
        assert!(code == 66 && said.contains("there is no folder ./hivebox-data"), "{code} {said}");
    }
    std::fs::create_dir(folder.path().join("hivebox-data")).unwrap();
    let said = stdout(folder.path(), &["history"]);
    assert!(
        said.contains("There is no history yet") && said.contains("choose another with --store"),
        "{said}"
    );
    #[cfg(feature = "sql")]
    assert_eq!(stdout(folder.path(), &["sql", "select count(*) as boxes from boxes", "--csv"]), "boxes\n0\n");
}
