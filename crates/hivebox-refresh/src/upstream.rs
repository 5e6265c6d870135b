//! The source of senseBoxes: all boxes of the API, some of them, or a recorded answer.

use std::cell::Cell;
use std::fs::File;
use std::io::{BufReader, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::bufread::MultiGzDecoder;
use futures_util::{StreamExt, stream};
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_config::{UpstreamAddress, UpstreamConfig};
use hivebox_present::Clock;
use opensensemap::{
    BoxId, Client, ClientOptions, DecodeError, Decoded, Decoder, FetchError, FetchedBox, Limits, Observer,
    SenseBox, SkipCounts, SkipReason, SkippedElement, WallClock,
};

use crate::bridge::add_box;

/// The number of boxes fetched by id at the same time.
const PARALLEL_BOXES: usize = 8;

/// The number of boxes read before yielding to requests: about 50 µs of work.
const BOXES_AT_A_TIME: usize = 32;

/// A source of senseBoxes.
#[derive(Debug, Clone)]
pub enum Upstream {
    /// All boxes of the API.
    All(Client),
    /// Some boxes of the API, each by its id.
    Some(Client, Arc<[BoxId]>),
    /// A recorded answer in a file.
    File {
        /// The file.
        path: PathBuf,
        /// The boxes to read; `None` means all.
        boxes: Option<Arc<[BoxId]>>,
        /// The most bytes to read, after decompression.
        max_bytes: u64,
    },
}

/// The result of one poll.
#[derive(Debug)]
pub struct Polled {
    /// The readings.
    pub readings: Arc<Readings>,
    /// The number of requested boxes.
    pub asked: usize,
    /// The number of boxes that could not be fetched.
    pub failed: usize,
    /// The first failure.
    pub first_failure: Option<FetchError>,
    /// The elements of the list that are no readable boxes.
    pub skipped: SkipCounts,
    /// The first of them.
    pub first_skipped: Option<SkippedElement>,
    /// The number of times that the list had a box which it had before. Its first place counts.
    pub listed_again: usize,
}

/// Why a poll failed.
#[derive(Debug, thiserror::Error)]
pub enum PollError {
    /// The API cannot be reached, or its answer cannot be used.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// The file cannot be read.
    #[error("{} cannot be read: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The error of the system.
        source: std::io::Error,
    },
    /// The file is not an answer of the API.
    #[error("{}: {source}", path.display())]
    Decode {
        /// The file.
        path: PathBuf,
        /// Why it cannot be decoded.
        source: DecodeError,
    },
}

/// Why an element of the list is left out, beside the reasons of the decoder: the list had this box before.
pub(crate) const LISTED_AGAIN: &str = "listed_again";

impl PollError {
    /// The error in words that anybody may read: without addresses, paths and what a server has sent.
    #[must_use]
    pub fn in_public(&self) -> String {
        match self {
            Self::Fetch(error) => error.in_public(),
            Self::File { .. } => "the recorded answer cannot be read".into(),
            Self::Decode { source, .. } => source.to_string(),
        }
    }
}

impl Upstream {
    /// The source that the settings name. It reads dates in `Retry-After` by `clock`.
    ///
    /// # Errors
    /// The HTTP client cannot be set up.
    pub fn new(config: &UpstreamConfig, clock: Clock, observer: Observer) -> Result<Self, FetchError> {
        let boxes: Option<Arc<[BoxId]>> = config.boxes.clone().map(Into::into);
        let base_url = match &config.address {
            UpstreamAddress::File(path) => {
                return Ok(Self::File { path: path.clone(), boxes, max_bytes: config.max_bytes });
            }
            UpstreamAddress::Api(base_url) => base_url.clone(),
        };
        let client = client(config, base_url, clock, observer)?;
        Ok(match boxes {
            Some(boxes) => Self::Some(client, boxes),
            None => Self::All(client),
        })
    }

    /// The number of requests of a poll.
    #[must_use]
    pub fn asked(&self) -> usize {
        match self {
            Self::All(_) | Self::File { .. } => 1,
            Self::Some(_, boxes) => boxes.len(),
        }
    }

    /// Reads all boxes into the readings that `start` begins. The `previous` readings, if any, tell since when a
    /// value is unchanged.
    ///
    /// # Errors
    /// No box could be fetched, or the answer cannot be read.
    pub async fn poll(
        &self,
        start: impl Fn() -> ReadingsBuilder<'static>,
        previous: Option<&Readings>,
    ) -> Result<Polled, PollError> {
        match self {
            Self::All(client) => {
                let fetched = client.fold_boxes(start, giving_way(add_box)).await?;
                Ok(Polled::whole(fetched.value, previous, &fetched.decoded))
            }
            Self::Some(client, boxes) => poll_boxes(client, boxes, start(), previous).await,
            Self::File { path, boxes, max_bytes } => {
                let (readings, decoded) = read_file(path, boxes.as_deref(), *max_bytes, start())?;
                let polled = Polled::whole(readings, previous, &decoded);
                Ok(match boxes {
                    None => polled,
                    Some(boxes) => {
                        let (asked, found) = (boxes.len(), polled.readings.box_count());
                        let failed = asked.saturating_sub(found);
                        Polled { asked, failed, skipped: SkipCounts::default(), ..polled }
                    }
                })
            }
        }
    }
}

/// An API client for `base_url`, with the settings for upstream. It reads dates in `Retry-After` by `clock`.
///
/// # Errors
/// The HTTP client cannot be set up.
pub fn client(
    config: &UpstreamConfig,
    base_url: String,
    clock: Clock,
    observer: Observer,
) -> Result<Client, FetchError> {
    Client::new(ClientOptions {
        base_url,
        user_agent: concat!("hivebox/", env!("CARGO_PKG_VERSION")).into(),
        attempt_timeout: config.timeout,
        idle_timeout: config.idle_timeout,
        max_body_bytes: config.max_bytes,
        max_retries: config.retries,
        observer,
        clock: WallClock::new(move || clock.now()),
        ..ClientOptions::default()
    })
}

impl Polled {
    fn whole(readings: ReadingsBuilder<'static>, previous: Option<&Readings>, decoded: &Decoded) -> Self {
        let listed_again = readings.boxes_added_again();
        let readings = readings.finish_after(previous);
        Self {
            asked: readings.box_count() + decoded.skipped.total(),
            readings,
            failed: 0,
            first_failure: None,
            skipped: decoded.skipped,
            first_skipped: decoded.first_skipped,
            listed_again,
        }
    }

    /// The number of boxes that could not be fetched or read.
    #[must_use]
    pub fn lost(&self) -> usize {
        self.failed + self.skipped.total()
    }

    /// How many elements of the list were left out for each reason, zeros included.
    pub fn left_out(&self) -> impl Iterator<Item = (&'static str, usize)> + '_ {
        let skipped = SkipReason::ALL.iter().map(|&reason| (reason.slug(), self.skipped.of(reason)));
        skipped.chain([(LISTED_AGAIN, self.listed_again)])
    }
}

/// Yields to requests at intervals: whatever its priority, a busy thread may keep its core for some milliseconds,
/// many times as long as a request takes.
fn giving_way(
    add: impl Fn(&mut ReadingsBuilder, SenseBox<'_>),
) -> impl Fn(&mut ReadingsBuilder, SenseBox<'_>) {
    let added = Cell::new(0_usize);
    move |readings, sense_box| {
        add(readings, sense_box);
        added.set(added.get() + 1);
        if added.get().is_multiple_of(BOXES_AT_A_TIME) {
            std::thread::yield_now();
        }
    }
}

/// Fetches boxes by id, some at a time. A failure of one does not affect the others.
async fn poll_boxes(
    client: &Client,
    boxes: &[BoxId],
    mut readings: ReadingsBuilder<'static>,
    previous: Option<&Readings>,
) -> Result<Polled, PollError> {
    // The order of the ids makes equal answers give equal presents, whichever box answers first.
    let answers: Vec<Result<FetchedBox, FetchError>> =
        stream::iter(boxes).map(|id| client.fetch_box(id)).buffered(PARALLEL_BOXES).collect().await;
    let (mut failed, mut first_failure) = (0, None);
    for answer in answers {
        let read = answer.and_then(|answer| answer.read(|sense_box| add_box(&mut readings, sense_box)));
        if let Err(error) = read {
            failed += 1;
            first_failure.get_or_insert(error);
        }
    }
    match first_failure {
        Some(error) if failed == boxes.len() => Err(error.into()),
        first_failure => {
            let polled = Polled::whole(readings, previous, &Decoded::default());
            Ok(Polled { asked: boxes.len(), failed, first_failure, ..polled })
        }
    }
}

fn read_file(
    path: &Path,
    boxes: Option<&[BoxId]>,
    max_bytes: u64,
    mut readings: ReadingsBuilder<'static>,
) -> Result<(ReadingsBuilder<'static>, Decoded), PollError> {
    let io_failed = |source| PollError::File { path: path.into(), source };
    let decode_failed = |source| PollError::Decode { path: path.into(), source };
    let file = BufReader::new(File::open(path).map_err(io_failed)?);
    let mut bytes: Box<dyn Read> = match path.extension() {
        Some(extension) if extension == "gz" => Box::new(MultiGzDecoder::new(file)),
        _ => Box::new(file),
    };
    let add_box = giving_way(add_box);
    let mut sink = |sense_box: SenseBox<'_>| {
        if boxes.is_none_or(|boxes| boxes.iter().any(|id| id.as_str() == sense_box.id())) {
            add_box(&mut readings, sense_box);
        }
    };
    let mut decoder = Decoder::new(Limits::default());
    let mut piece = vec![0; 64 << 10];
    let mut total = 0;
    loop {
        let length = match bytes.read(&mut piece) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(io_failed(error)),
        };
        total += length as u64;
        if total > max_bytes {
            return Err(FetchError::BodyTooLarge { limit: max_bytes }.into());
        }
        decoder.push(&piece[..length], &mut sink).map_err(decode_failed)?;
    }
    let tally = decoder.finish(&mut sink).map_err(decode_failed)?;
    Ok((readings, tally))
}
