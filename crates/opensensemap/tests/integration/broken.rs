//! Broken answers lose no more than necessary.

use opensensemap::DecodeError;

use super::decode;

const GOOD: &str = r#"{"_id":"good","sensors":[{"_id":"s","title":"Temperatur","unit":"°C"}]}"#;

#[test]
fn a_bad_box_is_skipped_and_the_others_are_kept() {
    for bad in [
        r#"{"_id":"bad","sensors":[}]}"#,
        r#"{"_id":"bad","name":"say "hi"","sensors":[]}"#,
        r#"{"_id":"bad","name":"a " b","sensors":[{"title":"x"}]}"#,
        r#"{"_id":"bad" "name":"x","sensors":[{"_id":"s","title":"x"}]}"#,
        r#"{"_id":"bad","currentLocation":{"coordinates":[7.0,,51]},"sensors":[]}"#,
        r#"{"name":"no id","sensors":[]}"#,
        r#"{"_id":"bad","value":NaN-1,"sensors":[]}"#,
    ] {
        for answer in [
            format!("[{bad},{GOOD},{GOOD}]"),
            format!("[{GOOD},{bad},{GOOD}]"),
            format!("[{GOOD},{GOOD},{bad}]"),
            format!("[{GOOD},\n {bad} ,\n {GOOD}]\n"),
        ] {
            let (lines, decoded) = decode(&answer);
            let decoded = decoded.unwrap_or_else(|error| panic!("{answer}: {error}"));
            assert_eq!((decoded.boxes, decoded.skipped.total()), (2, 1), "{answer}");
            assert!(decoded.first_skipped.is_some());
            assert_eq!(lines.iter().filter(|line| line.starts_with("good")).count(), 2);
        }
    }
}

#[test]
fn invalid_utf8_in_a_title_loses_nothing_but_that_byte() {
    let mut answer =
        format!(r#"[{GOOD},{{"_id":"b","sensors":[{{"title":"gefXhlte","unit":"C"}}]}},{GOOD}]"#)
            .into_bytes();
    let at = answer.iter().position(|&byte| byte == b'X').unwrap();
    answer[at] = 0xfc;
    let (lines, decoded) = decode(&answer);
    assert_eq!((decoded.as_ref().unwrap().boxes, decoded.unwrap().skipped.total()), (3, 0));
    assert!(lines.iter().any(|line| line.contains("gef\u{fffd}hlte [C]")), "{lines:?}");
}

#[test]
fn every_cut_of_a_list_is_an_error() {
    let answer = format!("[{GOOD},{GOOD}]");
    for cut in 1..answer.len() {
        let Some(cut_answer) = answer.get(..cut) else { continue };
        let (_, decoded) = decode(cut_answer);
        assert!(matches!(decoded, Err(DecodeError::Truncated { .. })), "{cut_answer}: {decoded:?}");
    }
    assert!(matches!(decode("").1, Err(DecodeError::Truncated { boxes: 0, .. })));
}

#[test]
fn a_list_that_ends_in_an_error_message_is_an_error() {
    let answer = format!("[{GOOD},{GOOD}]");
    let said = "Error: connection 16 to 127.0.0.1:27017 timed out";
    for cut in 1..answer.len() {
        let Some(cut_answer) = answer.get(..cut) else { continue };
        let (_, decoded) = decode(format!("{cut_answer}{said}"));
        assert!(
            matches!(decoded, Err(DecodeError::Truncated { told: true, .. })),
            "{cut_answer}: {decoded:?}"
        );
    }
}

#[test]
fn what_is_no_list_is_an_error_that_quotes_nothing() {
    for answer in [
        "<html><body>502 Bad Gateway</body></html>",
        r#"{"code":"InternalServerError","message":"timed out"}"#,
        "null",
        "\"Error\"",
    ] {
        assert_eq!(decode(answer).1, Err(DecodeError::NotAList));
    }
}

#[test]
fn what_is_after_the_list_is_an_error() {
    assert!(matches!(decode(format!("[{GOOD}]{GOOD}")).1, Err(DecodeError::TrailingBytes { .. })));
    assert!(matches!(decode(format!("[null]{GOOD}")).1, Err(DecodeError::TrailingBytes { .. })));
}
