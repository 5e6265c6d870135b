//! One poll of upstream, apart from the loop that repeats it.

use hivebox_climate::catalogue::Catalogue;
use hivebox_climate::readings::{Readings, ReadingsBuilder};
use hivebox_config::AnswerConfig;
use hivebox_present::Present;
use jiff::Timestamp;

use crate::upstream::{PollError, Polled, Upstream};

/// Fetches senseBoxes and computes a present from them.
#[derive(Debug, Clone)]
pub struct Poller {
    /// The source of senseBoxes.
    pub upstream: Upstream,
    /// The rules and bands of the average temperature.
    pub answer: AnswerConfig,
}

impl Poller {
    /// Polls once and judges the readings as of `as_of`. The `previous` readings, if any, tell since when a value
    /// is unchanged.
    ///
    /// # Errors
    /// Upstream cannot be reached, or its answer cannot be read at all.
    pub async fn poll(
        &self,
        as_of: Timestamp,
        previous: Option<&Readings>,
    ) -> Result<(Present, Polled), PollError> {
        let start = || {
            let builder = ReadingsBuilder::new(Catalogue::builtin(), self.answer.rules, as_of);
            match previous {
                Some(previous) => builder.with_room_for(previous),
                None => builder,
            }
        };
        let polled = self.upstream.poll(start, previous).await?;
        let present = Present::of(polled.readings.clone(), polled.lost(), &self.answer);
        Ok((present, polled))
    }
}
