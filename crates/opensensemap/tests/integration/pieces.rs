//! Cutting an answer into pieces does not change the result.

use proptest::prelude::*;

use super::{decode, decode_in_pieces};

#[test]
fn an_answer_reads_the_same_in_pieces_of_any_size() {
    for answer in [
        include_bytes!("../data/boxes_2024-10-14.json").as_slice(),
        include_bytes!("../data/boxes_full_excerpt_2023-06-21.json"),
        b"\xef\xbb\xbf [ ]  ",
        b"[{\"_id\":\"bad\",\"sensors\":[}]},{\"_id\":\"b\",\"sensors\":[]}] \n",
    ] {
        let whole = decode(answer);
        for piece_bytes in (1..40).chain([100, 1000, 4095, 4096, 4097]) {
            assert_eq!(decode_in_pieces(answer, piece_bytes), whole, "in pieces of {piece_bytes}");
        }
    }
}

/// Nearly valid answers: fragments of boxes in any order.
fn nearly_an_answer() -> impl Strategy<Value = Vec<u8>> {
    let bits = [
        b"[".as_slice(),
        b"]",
        b"{",
        b"}",
        b",",
        b":",
        b"\"",
        b"\\",
        b" \n",
        b"{\"_id\":\"b\",\"sensors\":[",
        b"{\"title\":\"T\",\"lastMeasurement\":{\"value\":\"1\",\"createdAt\":\"2024-10-14T09:19:12Z\"}}",
        b"]}",
        b"},{",
        b"null",
        b"-1.5",
        b"\"_id\":",
        b"\xff",
        "°".as_bytes(),
        b"Error: x",
    ];
    proptest::collection::vec(proptest::sample::select(bits.to_vec()), 0..40)
        .prop_map(|bits| [&b"["[..]].into_iter().chain(bits).collect::<Vec<_>>().concat())
}

proptest! {
    #[test]
    fn nothing_that_arrives_panics_and_pieces_do_not_change_what_is_read(
        answer in nearly_an_answer(),
        piece_bytes in 1_usize..9,
    ) {
        let whole = decode(&answer);
        let pieces = decode_in_pieces(&answer, piece_bytes);
        prop_assert_eq!(whole.0, pieces.0);
        prop_assert_eq!(whole.1.is_ok(), pieces.1.is_ok());
    }
}
