//! Cutting a page of the archive into pieces must not change how it is read, whatever it contains, and what is read is
//! a folder that can be asked for.
#![no_main]

use libfuzzer_sys::fuzz_target;
use opensensemap::{ArchiveFolder, ListingError, ListingReader};

// The first byte is the length of the pieces, so cuts can fall into any tag.
fuzz_target!(|input: &[u8]| {
    let Some((&length, page)) = input.split_first() else { return };
    let whole = read(std::iter::once(page));
    let pieces = read(page.chunks(usize::from(length).max(1)));
    assert_eq!(whole, pieces);
    for folder in whole.into_iter().flatten() {
        assert_eq!(folder.to_string().parse(), Ok(folder), "what is recorded can be asked for again");
    }
});

fn read<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Result<Vec<ArchiveFolder>, ListingError> {
    let mut reader = ListingReader::new(jiff::civil::date(2021, 5, 1));
    for piece in pieces {
        reader.push(piece)?;
    }
    reader.finish()
}
