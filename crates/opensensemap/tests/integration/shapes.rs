//! All forms that the API has been seen to send.

use std::borrow::Cow;

use opensensemap::{DecodeError, SenseBox, SkipReason, decode_box};

use super::{decode, describe};

#[test]
fn recorded_answers_are_read_to_their_end() {
    for (answer, boxes, sensors) in [
        (include_str!("../data/boxes_2024-10-14.json"), 8, 56),
        (include_str!("../data/boxes_2024-10-21.json"), 6, 39),
        (include_str!("../data/boxes_full_excerpt_2023-06-21.json"), 5, 13),
        (include_str!("../data/boxes_cologne_excerpt_2024-05-29.json"), 12, 0),
    ] {
        let (lines, decoded) = decode(answer);
        let decoded = decoded.unwrap();
        assert_eq!((decoded.boxes, decoded.skipped.total()), (boxes, 0));
        if sensors > 0 {
            assert_eq!(lines.len() - boxes, sensors);
        }
        assert!(lines.iter().all(|line| !line.contains("no time")));
    }
}

#[test]
fn the_excerpt_of_2023_reads_as_it_was_transcribed() {
    let (lines, _) = decode(include_str!("../data/boxes_full_excerpt_2023-06-21.json"));
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn every_form_of_a_last_measurement_is_told_apart() {
    let (lines, decoded) = decode(
        r#"[{"_id":"b","sensors":[
            {"title":"text","lastMeasurement":{"value":"10.91","createdAt":"2024-10-14T09:19:12.345Z"}},
            {"title":"number","lastMeasurement":{"createdAt":"2024-10-14T09:19:12Z","value":-1.5e1}},
            {"title":"reference","lastMeasurement":"5609cb01b3de1fe005c4fa81"},
            {"title":"null","lastMeasurement":null},
            {"title":"absent"},
            {"title":"null value","lastMeasurement":{"value":null,"createdAt":"2024-10-14T09:19:12Z"}},
            {"title":"no value","lastMeasurement":{"createdAt":"2024-10-14T09:19:12Z"}},
            {"title":"odd value","lastMeasurement":{"value":{"raw":[1]},"createdAt":"2024-10-14T09:19:12Z"}},
            {"title":"odd time","lastMeasurement":{"value":"1","createdAt":"yesterday"}},
            {"title":"number for a time","lastMeasurement":{"value":"1","createdAt":1728897552}},
            {"title":"empty","lastMeasurement":{}},
            {"title":"list","lastMeasurement":[]}
        ]}]"#,
    );
    assert_eq!(decoded.unwrap().skipped.total(), 0);
    insta::assert_snapshot!(lines.join("\n"));
}

#[test]
fn keys_come_in_any_order_and_unknown_ones_do_not_matter() {
    let (lines, decoded) = decode(
        r#"[{"sensors":[{"lastMeasurement":{"createdAt":"2024-10-14T09:19:12Z","value":"1"},"unit":"°C",
             "_id":"s","x":{"y":[{"z":"}]\""}]},"title":"T"}],"loc":[{"geometry":{"coordinates":[1,2]}}],"model":"m",
             "currentLocation":{"type":"Point","coordinates":[7.5,51.25,60],"timestamp":"x"},"grouptag":[""],
             "name":"n","exposure":"outdoor","_id":"b","__v":0}]"#,
    );
    assert_eq!(decoded.unwrap().boxes, 1);
    assert_eq!(lines[0], "b n [outdoor m] at 7.5,51.25,Some(60.0)");
    assert_eq!(lines[1], r#"  s T [°C] : Some("1") at 2024-10-14T09:19:12Z"#);
}

#[test]
fn boxes_of_the_new_api_are_read_too() {
    let (lines, _) = decode(
        r#"[{"id":"b","name":"n","latitude":51.25,"longitude":7.5,"sensors":[{"id":"s","title":"T"}]}]"#,
    );
    assert_eq!(lines, ["b n [ ] at 7.5,51.25,None", "  s T [] : absent"]);
}

#[test]
fn a_box_may_be_nowhere_or_at_zero() {
    for (location, expected) in [
        (r#""currentLocation":{},"#, "nowhere"),
        (r#""currentLocation":null,"#, "nowhere"),
        (r#""currentLocation":{"coordinates":[]},"#, "nowhere"),
        (r#""currentLocation":{"coordinates":"x"},"#, "nowhere"),
        (r#""currentLocation":{"coordinates":[181,1]},"#, "nowhere"),
        (r#""currentLocation":{"coordinates":[0,0]},"#, "0,0,None"),
        ("", "nowhere"),
    ] {
        let (lines, decoded) = decode(format!(r#"[{{"_id":"b",{location}"sensors":[]}}]"#));
        assert_eq!(decoded.unwrap().boxes, 1, "{location}");
        assert!(lines[0].ends_with(&format!("at {expected}")), "{}", lines[0]);
    }
}

#[test]
fn a_place_that_is_sent_twice_has_no_height() {
    for (coordinates, height) in [
        ("[9.35,48.81,60]", "Some(60.0)"),
        ("[9.35,48.81,9.35,48.81]", "None"),
        ("[9.35,48.81,1,2,3]", "None"),
    ] {
        let answer =
            format!(r#"[{{"_id":"b","currentLocation":{{"coordinates":{coordinates}}},"sensors":[]}}]"#);
        assert!(decode(&answer).0[0].ends_with(&format!("at 9.35,48.81,{height}")), "{coordinates}");
    }
}

#[test]
fn grouptags_are_a_list_or_one_or_none() {
    for (grouptag, expected) in [
        ("", &[][..]),
        (r#""grouptag":null,"#, &[]),
        (r#""grouptag":[],"#, &[]),
        (r#""grouptag":[""],"#, &[]),
        (r#""grouptag":"","#, &[]),
        (r#""grouptag":"bees","#, &["bees"]),
        (r#""grouptag":["bees","","caf\u00e9"],"#, &["bees", "café"]),
        (r#""grouptag":["bees",7,["x"],{"y":"z"},"moor"],"#, &["bees", "moor"]),
        (r#""grouptag":["a","b"],"grouptag":["c"],"#, &["c"]),
    ] {
        let answer = format!(r#"{{"_id":"b",{grouptag}"sensors":[]}}"#);
        let tags = |it: SenseBox<'_>| it.grouptags().map(Cow::into_owned).collect::<Vec<_>>();
        assert_eq!(decode_box(answer.as_bytes(), tags).unwrap(), expected, "{grouptag}");
    }
}

#[test]
fn escapes_are_resolved_and_unknown_ones_kept() {
    let (lines, _) = decode(r#"[{"_id":"b","name":"a\"\\\u00e9\n\ud83c\udf21","sensors":[{"title":"\q"}]}]"#);
    assert_eq!(lines[0], "b a\"\\é\n\u{1f321} [ ] at nowhere");
    assert_eq!(lines[1], r"  b \q [] : absent".replace("  b ", "   "));
}

#[test]
fn an_empty_list_and_white_space_are_fine() {
    for answer in ["[]", " [ ] \n", "\u{feff}[]", "[\n]\r\n"] {
        assert_eq!(decode(answer).1.unwrap().boxes, 0, "{answer:?}");
    }
}

#[test]
fn one_box_is_read_from_its_own_answer() {
    let lines = decode_box(br#" {"_id":"b","name":"n","sensors":[{"_id":"s"}]} "#, describe).unwrap();
    assert_eq!(lines.len(), 2);
    let error = |answer: &str| decode_box(answer.as_bytes(), |_| ()).unwrap_err();
    assert!(matches!(error(r#"{"_id":"b","name":"#), DecodeError::Truncated { .. }));
    let not_a_box = |reason| DecodeError::NotABox { reason };
    assert_eq!(error(r#"{"code":"NotFound","message":"Box not found"}"#), not_a_box(SkipReason::NoId));
    assert_eq!(error("null"), not_a_box(SkipReason::NotAnObject));
    assert_eq!(error(r#"{"_id":}"#), not_a_box(SkipReason::NotJson));
    assert_eq!(error("<html>"), DecodeError::NotAList);
    assert_eq!(error(""), DecodeError::NotAList);
}
