//! A query string is refused with reasons that clients can use, or asks for what can be answered.
#![no_main]

use std::collections::HashMap;

use hivebox_question::format::{Format, Formats};
use hivebox_question::history::AskHistory;
use hivebox_question::parameters::{Ask, Reader, Refusal, Wrong, filter, page};
use libfuzzer_sys::fuzz_target;

/// The parameters of all routes about the present.
struct AskPresent;

impl Ask for AskPresent {
    fn read(reader: &mut Reader) -> Option<Self> {
        let _ = (filter::position(reader), filter::selection(reader));
        let _ = (reader.query(&filter::PHENOMENON), reader.query(&filter::ONE_PHENOMENON));
        let _ = (reader.query(&filter::PERCENTILES), reader.query(&filter::QUALITY));
        let _ = (
            reader.query(&filter::HEIGHT),
            reader.query(&filter::BROODLESS),
            reader.query(&filter::LANGUAGE),
        );
        let _ = (reader.path(&filter::BOX_ID), reader.path(&filter::FILE));
        let (_, limit) = (reader.query(&page::CURSOR), reader.query(&page::LIMIT));
        let _ = reader.format(Formats(&[Format::Json, Format::Csv, Format::GeoJson]));
        limit.map(|_| Self)
    }
}

// The first byte chooses the route. The rest is a query, a value of a path and the header `Accept`, in lines.
fuzz_target!(|input: &[u8]| {
    let Some((route, text)) = input.split_first() else { return };
    let Ok(text) = std::str::from_utf8(text) else { return };
    let mut lines = text.splitn(3, '\n');
    let query = lines.next().unwrap_or_default();
    let value = lines.next().unwrap_or_default();
    let path = HashMap::from(["id", "file"].map(|name| (name.to_owned(), value.to_owned())));
    let reader = Reader::new(query, path, lines.map(str::to_owned).collect());
    if route % 2 == 0 {
        if let Err(refusal) = reader.ask::<AskPresent>() {
            check(&refusal);
        }
        return;
    }
    match reader.ask::<AskHistory>() {
        Err(refusal) => check(&refusal),
        Ok(asked) => {
            // Any moment will do, but it must be the same each time.
            let now = "2026-11-30T12:34:56Z".parse().expect("a valid moment");
            match asked.question(now, asked.needs_present().then(Vec::new)) {
                Err(refusal) => check(&refusal),
                Ok(question) => assert!(question.buckets().is_ok_and(|buckets| buckets.len() > 0)),
            }
        }
    }
});

fn check(refusal: &Refusal) {
    match refusal {
        Refusal::Wrong(wrong) => assert!(!wrong.is_empty() && wrong.iter().all(is_useful), "{wrong:?}"),
        Refusal::NotAcceptable(_) => {}
        Refusal::Contradiction(reason) => assert!(!reason.is_empty()),
    }
}

/// Whether it says where and what, in a few words.
fn is_useful(wrong: &Wrong) -> bool {
    wrong.pointer.starts_with("#/")
        && wrong.pointer.is_ascii()
        && (1..2000).contains(&wrong.detail.len())
        && (1..4000).contains(&wrong.allowed.len())
}
