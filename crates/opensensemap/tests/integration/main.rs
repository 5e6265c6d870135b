//! Behaviour of the client and the decoder on recorded, broken and hostile answers.

#![expect(clippy::unwrap_used, reason = "the helpers of a test fail as the test does")]

mod answers;
mod bad_elements;
mod broken;
mod pieces;
mod shapes;

use opensensemap::{DecodeError, Decoded, Decoder, LastMeasurement, Limits, SenseBox};

/// Decodes an answer that arrives in pieces of `piece_bytes`, into one line for each box and
/// sensor.
fn decode_in_pieces(answer: &[u8], piece_bytes: usize) -> (Vec<String>, Result<Decoded, DecodeError>) {
    let mut lines = Vec::new();
    let mut decoder = Decoder::new(Limits::default());
    let mut sink = |sense_box: SenseBox<'_>| lines.extend(describe(sense_box));
    for piece in answer.chunks(piece_bytes) {
        if let Err(error) = decoder.push(piece, &mut sink) {
            return (lines, Err(error));
        }
    }
    let result = decoder.finish(&mut sink);
    (lines, result)
}

fn decode(answer: impl AsRef<[u8]>) -> (Vec<String>, Result<Decoded, DecodeError>) {
    decode_in_pieces(answer.as_ref(), usize::MAX)
}

fn describe(sense_box: SenseBox<'_>) -> Vec<String> {
    let place = sense_box.location().map_or_else(
        || "nowhere".into(),
        |at| format!("{},{},{:?}", at.longitude_degrees, at.latitude_degrees, at.height_metres),
    );
    let (id, name) = (sense_box.id(), sense_box.name());
    let head = format!("{id} {name} [{} {}] at {place}", sense_box.exposure(), sense_box.model());
    let sensors = sense_box.sensors().map(|sensor| {
        let last = match sensor.last_measurement() {
            LastMeasurement::Absent => "absent".into(),
            LastMeasurement::Reference(id) => format!("see {id}"),
            LastMeasurement::Reading { value, created_at } => {
                format!("{value:?} at {}", created_at.map_or("no time".into(), |at| at.to_string()))
            }
        };
        format!("  {} {} [{}] {}: {last}", sensor.id(), sensor.title(), sensor.unit(), sensor.sensor_type())
    });
    std::iter::once(head).chain(sensors).collect()
}
