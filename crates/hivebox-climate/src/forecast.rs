//! Forecasts: what a weather model says, and what the boxes make of it.

mod cell;
mod model;
mod outlook;

pub use cell::ForecastCell;
pub use model::{ModelHours, ModelHoursBuilder, ModelQuantity};
pub use outlook::{Outlook, OutlookHour, Ranged};
