//! Fetches the forecasts that requests want, at most once for all replicas together.
//!
//! The refresh loop runs a `Fetcher` as one of its tasks. For each batch of wanted cells it looks at what other
//! replicas have shared, claims the rest, asks the source about what it could claim, and shares the answers. A cell
//! that another replica asks about is looked at again soon. Whatever fails, cells rest: the last good forecast serves
//! on, and no request fails.
//!
//! | question | module |
//! |---|---|
//! | Who may ask about a cell, and when again? | `claims`, `spending`, `pause`, and the scripts in `redis/` |
//! | What does an answer become, and when is it no use? | [`convert`] |
//! | How is it sent to other replicas? | `wire/forecast.rs` |
//! | Why is there none for a cell? | `fault` |
//! | What is odd about the answers? | `oddity` |
//! | Which source do the settings name? | [`source`] |
//! | How is one place asked, for a command? | [`ask_once`] |

mod claims;
pub mod convert;
mod fault;
mod fetcher;
mod oddity;
mod once;
mod pause;
mod source;
mod spending;

pub use fetcher::ForecastParts;
pub(crate) use fetcher::{Fetcher, Surroundings};
pub use oddity::observer;
pub use once::{AskError, ask_once};
pub use source::{observed_source, source};
pub(crate) use spending::Spent;
