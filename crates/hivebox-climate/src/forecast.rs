//! Forecasts: what a weather model says, and what the boxes make of it.
//!
//! | question | module |
//! |---|---|
//! | Which place is a weather model asked about? | `cell` |
//! | What does it say? | `model` |
//! | What will it be like at the place, and how certain is that? | `outlook`, `rain` |
//! | How do the boxes correct the model? | `correct`, `kalman` |
//! | How wrong may a model be, and for how long? | `error_model` |

mod cell;
mod correct;
mod error_model;
mod kalman;
mod model;
mod outlook;
mod rain;

pub use cell::ForecastCell;
pub use correct::{Local, LocalValue};
pub use model::{ModelHours, ModelHoursBuilder, ModelQuantity};
pub use outlook::{Outlook, OutlookHour, Ranged};
