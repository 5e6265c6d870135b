//! Broken answers lose no more than necessary.

use opensensemap::{DecodeError, Decoder, Limits};

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
            assert_eq!((decoded.boxes, decoded.skipped), (2, 1), "{answer}");
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
    assert_eq!((decoded.as_ref().unwrap().boxes, decoded.unwrap().skipped), (3, 0));
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
fn a_list_that_ends_in_an_error_message_is_an_error_with_that_message() {
    let answer = format!("[{GOOD},{GOOD}]");
    let said = "Error: connection 16 to 127.0.0.1:27017 timed out";
    for cut in 1..answer.len() {
        let Some(cut_answer) = answer.get(..cut) else { continue };
        let (_, decoded) = decode(format!("{cut_answer}{said}"));
        match decoded {
            Err(DecodeError::Truncated { message, .. }) => {
                assert_eq!(message.as_deref(), Some(said), "{cut_answer}");
            }
            other => panic!("{cut_answer}: {other:?}"),
        }
    }
}

#[test]
fn what_is_no_list_is_told_with_its_beginning() {
    for (answer, beginning) in [
        ("<html><body>502 Bad Gateway</body></html>", "<html>"),
        (r#"{"code":"InternalServerError","message":"timed out"}"#, r#"{"code""#),
        ("null", "null"),
        ("\"Error\"", "\"Error\""),
    ] {
        match decode(answer).1 {
            Err(DecodeError::NotAList { excerpt }) => assert!(excerpt.starts_with(beginning)),
            other => panic!("{answer}: {other:?}"),
        }
    }
}

#[test]
fn what_is_between_or_after_boxes_is_an_error() {
    assert!(matches!(decode(format!("[{GOOD},5]")).1, Err(DecodeError::NotABox { .. })));
    assert!(matches!(decode(format!("[{GOOD} {GOOD}]")).1, Err(DecodeError::NotABox { .. })));
    assert!(matches!(decode(format!("[{GOOD},]")).1, Err(DecodeError::NotABox { .. })));
    assert!(matches!(decode(format!("[{GOOD}]{GOOD}")).1, Err(DecodeError::TrailingBytes { .. })));
}

#[test]
fn a_box_without_end_is_refused_at_the_limit() {
    let limit = 10_000;
    let mut decoder = Decoder::new(Limits { max_box_bytes: limit });
    decoder.push(br#"[{"_id":"b","name":""#, &mut |_| {}).unwrap();
    let error = (0..).find_map(|_| decoder.push(&[b'x'; 1000], &mut |_| {}).err());
    assert_eq!(error, Some(DecodeError::BoxTooLarge { offset: 1, limit }));
}

#[test]
fn a_whole_box_over_the_limit_is_refused_too() {
    let mut decoder = Decoder::new(Limits { max_box_bytes: 20 });
    let error = decoder.push(format!("[{GOOD}]").as_bytes(), &mut |_| {}).unwrap_err();
    assert!(matches!(error, DecodeError::BoxTooLarge { limit: 20, .. }));
}
