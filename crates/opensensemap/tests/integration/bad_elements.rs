//! One bad element in a list never costs another.

use opensensemap::{Decoded, Decoder, Limits, SenseBox, SkipReason};
use proptest::prelude::*;

const LIMIT: usize = 400;

fn good(number: usize) -> String {
    format!(
        r#"{{"_id":"good{number}","name":"a \"b\" {{[","grouptag":["x"],"sensors":[{{"_id":"s","title":"T"}}]}}"#
    )
}

/// The ids of all boxes, and the counts.
fn decode(answer: &[u8], piece_bytes: usize) -> (Vec<String>, Decoded) {
    let mut ids = Vec::new();
    let mut decoder = Decoder::new(Limits { max_box_bytes: LIMIT });
    let mut sink = |sense_box: SenseBox<'_>| ids.push(sense_box.id().into_owned());
    for piece in answer.chunks(piece_bytes) {
        decoder.push(piece, &mut sink).unwrap();
    }
    let tally = decoder.finish(&mut sink).unwrap();
    (ids, tally)
}

fn list(good_before: usize, bad: &[u8], good_after: usize, space: &str) -> Vec<u8> {
    let before = (0..good_before).map(|number| good(number).into_bytes());
    let after = (0..good_after).map(|number| good(good_before + number).into_bytes());
    let elements: Vec<_> = before.chain([bad.to_vec()]).chain(after).collect();
    let comma = format!("{space},{space}");
    [b"[".to_vec(), elements.join(comma.as_bytes()), format!("{space}]").into_bytes()].concat()
}

fn bad_elements() -> impl Strategy<Value = (Vec<u8>, SkipReason)> {
    let text = |text: &str| text.as_bytes().to_vec();
    let not_an_object = proptest::sample::select(
        ["null", "true", "-1.5e3", "\"text \\\" [{\"", "[]", r#"[{"_id":"x","sensors":[]},[1]]"#]
            .map(text)
            .to_vec(),
    );
    let not_json = proptest::sample::select(
        [
            r#"{"_id":"bad","sensors":[}]}"#,
            r#"{"_id":"bad","name":"a "b" c","sensors":[]}"#,
            r#"{"_id":"bad","name":"a,"sensors":[]}"#,
            r#"{"_id":"bad","sensors":[]"#,
            r#"{"_id":"bad","#,
            r#"{"_id":tru}"#,
            "@",
            "<html>",
            "}",
            "",
        ]
        .map(text)
        .to_vec(),
    );
    prop_oneof![
        not_an_object.prop_map(|bad| (bad, SkipReason::NotAnObject)),
        not_json.prop_map(|bad| (bad, SkipReason::NotJson)),
        Just((text(r#"{"name":"x","sensors":[{"_id":"s"}]}"#), SkipReason::NoId)),
        Just((text(r#"{"_id":"","sensors":[]}"#), SkipReason::NoId)),
        (65..300_usize).prop_map(|depth| {
            let bad = format!(r#"{{"_id":"bad","x":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
            (bad.into_bytes(), SkipReason::TooDeep)
        }),
        (LIMIT..5 * LIMIT, "[ \u{e4}{}\\[\\],:]{0,9}").prop_map(|(length, odd)| {
            let bad =
                format!(r#"{{"_id":"bad","x":"{odd}{}","sensors":[{{"_id":"s"}}]}}"#, "x".repeat(length));
            (bad.into_bytes(), SkipReason::TooLarge)
        }),
        (LIMIT / 8..LIMIT).prop_map(|count| {
            let bad = format!(r#"{{"_id":"bad","sensors":[{}{{}}]}}"#, r#"{"_id":"\""},"#.repeat(count));
            (bad.into_bytes(), SkipReason::TooLarge)
        }),
    ]
}

proptest! {
    #[test]
    fn any_list_with_one_bad_element_gives_the_good_ones_in_whatever_pieces(
        (bad, reason) in bad_elements(),
        good_before in 0..4_usize,
        good_after in 0..4_usize,
        space in proptest::sample::select(vec!["", " ", "\n\t "]),
        piece_bytes in prop_oneof![1..9_usize, 100..900_usize, Just(usize::MAX)],
    ) {
        let answer = list(good_before, &bad, good_after, space);
        let (ids, decoded) = decode(&answer, piece_bytes);
        let expected: Vec<_> = (0..good_before + good_after).map(|number| format!("good{number}")).collect();
        // A missing element at the only place is an empty list.
        if !(bad.is_empty() && good_before + good_after == 0) {
            prop_assert_eq!(decoded.skipped.of(reason), 1);
            prop_assert_eq!(decoded.skipped.total(), 1);
            prop_assert_eq!(decoded.first_skipped.unwrap().reason, reason);
        }
        prop_assert_eq!(ids, expected);
    }
}

#[test]
fn a_box_of_gigabytes_takes_no_more_memory_than_the_largest_that_is_read() {
    let mut decoder = Decoder::new(Limits { max_box_bytes: LIMIT });
    let mut ids = Vec::new();
    let mut sink = |sense_box: SenseBox<'_>| ids.push(sense_box.id().into_owned());
    decoder.push(format!(r#"[{},{{"_id":"bad","name":""#, good(0)).as_bytes(), &mut sink).unwrap();
    for _ in 0..1000 {
        decoder.push(&[b'x'; 10_000], &mut sink).unwrap();
        let held = format!("{decoder:?}").len();
        assert!(held < 20 * LIMIT, "{held}");
    }
    decoder.push(format!(r#""}},{}]"#, good(1)).as_bytes(), &mut sink).unwrap();
    let tally = decoder.finish(&mut sink).unwrap();
    assert_eq!((tally.boxes, tally.skipped.of(SkipReason::TooLarge)), (2, 1));
    assert_eq!(ids, ["good0", "good1"]);
}

#[test]
fn the_first_skipped_element_is_told_with_its_place() {
    let answer = list(1, b"null", 1, "");
    let skipped = decode(&answer, usize::MAX).1.first_skipped.unwrap();
    assert_eq!(&answer[usize::try_from(skipped.offset).unwrap()..][..4], b"null");
}
