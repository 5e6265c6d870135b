use proptest::prelude::*;

use super::*;

const COLUMNS: Shape = Shape::InColumns { box_ids: true };

type Owned = (String, String, String, String);

fn decode(shape: &Shape, pieces: &[&[u8]]) -> Result<Vec<Owned>, RowsError> {
    let mut rows = Vec::new();
    let mut decoder = RowDecoder::new(shape.clone());
    let mut sink = |row: MeasurementRow<'_>| {
        let box_id = row.box_id.unwrap_or_default();
        let at = row.created_at.strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string();
        rows.push((row.sensor_id.to_owned(), box_id.to_owned(), at, row.value.to_owned()));
    };
    for piece in pieces {
        decoder.push(piece, &mut sink)?;
    }
    let count = decoder.finish()?;
    assert_eq!(count, rows.len());
    Ok(rows)
}

fn whole(shape: &Shape, text: &str) -> Result<Vec<Owned>, RowsError> {
    decode(shape, &[text.as_bytes()])
}

const HEADER: &str = "sensorId,boxId,createdAt,value\n";
const ROW: &str = "s1,b1,2026-11-20T00:00:01.002Z,16.07\n";

#[test]
fn columns_are_found_by_their_names() {
    let text = "\u{feff}value,\"boxId\",more,createdAt,sensorId\r\n-1.5,b,x,2026-11-20T00:00:00.000Z,s\r\n";
    let row = ["s", "b", "2026-11-20T00:00:00.000Z", "-1.5"].map(str::to_owned);
    assert_eq!(whole(&COLUMNS, text), Ok(vec![row.into()]));
    let text = "createdAt,value\n2026-11-20T00:00:00.000Z,\"1,5\"\n";
    let row = ["s", "", "2026-11-20T00:00:00.000Z", "1,5"].map(str::to_owned);
    assert_eq!(whole(&Shape::Of("s".to_owned()), text), Ok(vec![row.into()]));
    assert_eq!(whole(&COLUMNS, HEADER), Ok(vec![]));
}

#[test]
fn the_file_of_a_mobile_box_has_the_place_of_each_reading() {
    let text = "createdAt,value,longitude,latitude\n\
        2026-11-20T00:00:00.000Z,1,9.99,48.4\n2026-11-20T00:00:01.000Z,2,,\n2026-11-20T00:00:02.000Z,3,200,NaN\n";
    let mut places = Vec::new();
    let mut decoder = RowDecoder::new(Shape::Of("s".to_owned()));
    decoder.push(text.as_bytes(), &mut |row| places.push(row.location)).unwrap();
    let ulm = Location { longitude_degrees: 9.99, latitude_degrees: 48.4, height_metres: None };
    assert_eq!(places, [Some(ulm), None, None], "an empty or wrong place is none, and the value counts");
}

#[test]
fn every_cut_but_one_after_a_row_is_an_error() {
    let text = format!("{HEADER}{ROW}{ROW}");
    for cut in 0..text.len() {
        let after_row = cut > 0 && text.as_bytes()[cut - 1] == b'\n';
        let result = whole(&COLUMNS, &text[..cut]);
        assert_eq!(matches!(result, Err(RowsError::Truncated { told: false, .. })), !after_row, "{cut}");
    }
}

#[test]
fn an_error_message_at_the_end_is_an_error_wherever_it_begins() {
    let text = format!("{HEADER}{ROW}{ROW}");
    let said = "Error: connection 16 to 127.0.0.1:27017 timed out";
    for end in ["", "\n"] {
        for cut in HEADER.len()..=text.len() {
            let result = whole(&COLUMNS, &format!("{}{said}{end}", &text[..cut]));
            let Err(RowsError::Truncated { rows, told }) = result else { panic!("{cut}: {result:?}") };
            assert_eq!((told, rows < 3), (true, true), "{cut}");
        }
    }
}

#[test]
fn what_is_no_measurement_is_told_with_its_row() {
    let bad = |expected| Err(RowsError::BadRow { row: 2, expected });
    for (row, expected) in [
        ("b1,2026-11-20T00:00:01.002Z,16.07\n", "as many columns as the first line"),
        (",b1,2026-11-20T00:00:01.002Z,16.07\n", "the id of a sensor"),
        ("s1,b1,yesterday,16.07\n", "a time by RFC 3339 as createdAt"),
    ] {
        assert_eq!(whole(&COLUMNS, &format!("{HEADER}{ROW}{row}{ROW}")), bad(expected));
    }
    let broken = [HEADER.as_bytes(), ROW.as_bytes(), b"\xffs,b,2026-11-20T00:00:01Z,1\n"];
    assert_eq!(decode(&COLUMNS, &broken), bad("UTF-8"));
    // The two bytes of `é`, one in each field: valid only as a whole.
    let split = [HEADER.as_bytes(), ROW.as_bytes(), b"s1,b1,2026-11-20T00:00:01Z,\xc3\n"];
    assert_eq!(decode(&COLUMNS, &split), bad("UTF-8"));
    let split = [HEADER.as_bytes(), ROW.as_bytes(), b"s\xc3,\xa9b,2026-11-20T00:00:01Z,1\n"];
    assert_eq!(decode(&COLUMNS, &split), bad("UTF-8"));
    for text in ["<html>502</html>\n", "createdAt,value\n"] {
        assert_eq!(whole(&COLUMNS, text), Err(RowsError::Header { missing: "boxId" }));
    }
}

#[test]
fn a_row_without_end_is_refused_at_the_limit() {
    let mut decoder = RowDecoder::new(COLUMNS);
    decoder.push(HEADER.as_bytes(), &mut |_| {}).unwrap();
    let error = (0..10).find_map(|_| decoder.push(&[b'x'; 1000], &mut |_| {}).err());
    assert_eq!(error, Some(RowsError::RowTooLarge { row: 1 }));
    let commas = format!("{HEADER}{}\n", ",".repeat(MAX_COLUMNS));
    assert_eq!(whole(&COLUMNS, &commas), Err(RowsError::RowTooLarge { row: 1 }));
}

fn rows() -> impl Strategy<Value = Vec<Owned>> {
    let at = (0..4_000_000_000_000_i64).prop_map(|millis| {
        Timestamp::from_millisecond(millis).unwrap().strftime("%Y-%m-%dT%H:%M:%S.%3fZ").to_string()
    });
    // Values may be any text except an error message; ids may be strange, but not empty.
    let value = "[^:]{0,12}";
    prop::collection::vec(("[a-f0-9\",]{1,24}", "[a-f0-9\n ]{0,24}", at, value), 0..40)
}

proptest! {
    #[test]
    fn rows_come_back_from_csv_in_whatever_pieces(rows in rows(), cuts in prop::collection::vec(0..4000_usize, 0..30)) {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(["sensorId", "boxId", "createdAt", "value"]).unwrap();
        for (sensor, sense_box, at, value) in &rows {
            writer.write_record([sensor, sense_box, at, value]).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
        cuts.extend([0, bytes.len()]);
        cuts.sort_unstable();
        let pieces: Vec<&[u8]> = cuts.windows(2).map(|ends| &bytes[ends[0]..ends[1]]).collect();
        prop_assert_eq!(decode(&COLUMNS, &pieces), Ok(rows));
    }
}
