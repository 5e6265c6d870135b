//! Tables survive every format unchanged.

use arrow_array::cast::AsArray;
use arrow_array::types::{Float64Type, Int64Type, TimestampMillisecondType};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::StreamReader;
use hivebox_archive::{Cell, CellKind, Table, TableColumn, TableError, TableFormat, TableWriter};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

const fn column(name: &'static str, kind: CellKind, nullable: bool) -> TableColumn {
    TableColumn::new(name, kind, nullable, "°C", "What it is")
}

const COLUMNS: [TableColumn; 5] = [
    column("name", CellKind::Text, false),
    column("mean", CellKind::Number, true),
    column("count", CellKind::Integer, true),
    column("fresh", CellKind::Boolean, true),
    column("at", CellKind::Time, true),
];

const ROWS: usize = 10;

fn write(format: TableFormat, blocks: usize) -> Vec<u8> {
    let metadata = [("as_of".to_owned(), "2024-10-14T09:20:00Z".to_owned())];
    let mut writer = TableWriter::new(format, &COLUMNS, &metadata).unwrap();
    let mut bytes = Vec::new();
    for block in 0..blocks {
        let mut table = Table::new(&COLUMNS);
        for row in 0..ROWS {
            let number = (block * ROWS + row) as i64;
            let even = (number % 2 == 0).then_some(number);
            table
                .push([
                    Cell::from("a \"quoted\", ü\nname"),
                    even.map(|number| number as f64 / 4.0).into(),
                    even.into(),
                    even.map(|number| number % 4 == 0).into(),
                    even.and_then(|number| jiff::Timestamp::from_second(number).ok()).into(),
                ])
                .unwrap();
        }
        bytes.extend_from_slice(&writer.write(&mut table).unwrap());
        assert!(table.is_empty());
    }
    bytes.extend_from_slice(&writer.finish().unwrap());
    bytes
}

fn check(batches: &[RecordBatch], blocks: usize) {
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    assert_eq!(rows, blocks * ROWS);
    let mut number = 0;
    for batch in batches {
        let columns = batch.columns();
        let (names, means) = (columns[0].as_string::<i32>(), columns[1].as_primitive::<Float64Type>());
        let (counts, fresh) = (columns[2].as_primitive::<Int64Type>(), columns[3].as_boolean());
        let at = columns[4].as_primitive::<TimestampMillisecondType>();
        for row in 0..batch.num_rows() {
            assert_eq!(names.value(row), "a \"quoted\", ü\nname");
            assert_eq!(means.is_valid(row), number % 2 == 0);
            if number % 2 == 0 {
                assert!((means.value(row) - number as f64 / 4.0).abs() < f64::EPSILON);
                assert_eq!((counts.value(row), at.value(row)), (number, number * 1000));
                assert_eq!(fresh.value(row), number % 4 == 0);
            }
            number += 1;
        }
        assert_eq!(batch.schema().field(1).metadata()["unit"], "°C");
    }
}

#[test]
fn parquet_and_arrow_come_back_whole_in_any_number_of_blocks() {
    for blocks in [0, 1, 3] {
        let parquet = write(TableFormat::Parquet, blocks);
        let reader = ParquetRecordBatchReaderBuilder::try_new(bytes::Bytes::from(parquet)).unwrap();
        let metadata = reader.metadata().file_metadata().key_value_metadata().unwrap();
        assert!(metadata.iter().any(|pair| pair.key == "as_of"));
        check(&reader.build().unwrap().map(Result::unwrap).collect::<Vec<_>>(), blocks);

        let arrow = write(TableFormat::Arrow, blocks);
        let reader = StreamReader::try_new(arrow.as_slice(), None).unwrap();
        assert_eq!(reader.schema().metadata()["as_of"], "2024-10-14T09:20:00Z");
        check(&reader.map(Result::unwrap).collect::<Vec<_>>(), blocks);
    }
}

#[test]
fn csv_names_its_columns_once_and_quotes_what_must_be() {
    assert_eq!(write(TableFormat::Csv, 0), b"name,mean,count,fresh,at\n");
    let text = String::from_utf8(write(TableFormat::Csv, 2)).unwrap();
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(reader.headers().unwrap(), vec!["name", "mean", "count", "fresh", "at"]);
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2 * ROWS);
    assert_eq!(rows[2], vec!["a \"quoted\", ü\nname", "0.5", "2", "false", "1970-01-01T00:00:02Z"]);
    assert_eq!(rows[3], vec!["a \"quoted\", ü\nname", "", "", "", ""]);
}

#[test]
fn a_row_that_does_not_fit_is_refused() {
    let refused = |row: &[Cell<'_>]| {
        let mut table = Table::new(&COLUMNS);
        matches!(table.push(row.iter().copied()), Err(TableError::Row(_)))
    };
    assert!(refused(&[]));
    assert!(refused(&[Cell::None; 5]));
    assert!(refused(&[Cell::from("x"), Cell::from("y"), Cell::None, Cell::None, Cell::None]));
    assert!(refused(&[Cell::from("x"), Cell::None, Cell::None, Cell::None, Cell::None, Cell::None]));
}
