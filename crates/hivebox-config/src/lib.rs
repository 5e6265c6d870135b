//! The settings of HiveBox, read once at the start into types that need no further checking.
//!
//! Each setting is a constant of type [`Setting`](setting::Setting), beside the struct that it goes into. A struct
//! says by [`FromSettings`] which settings it reads, and a command heeds those of the structs that it uses.

mod address;
mod answer;
mod cache;
mod config;
mod definition;
mod dot_env;
mod durations;
mod forecast;
mod http;
mod mask;
mod query;
mod quota;
mod reader;
mod readiness;
mod redis;
pub mod setting;
mod shutdown;
mod source;
mod spelling;
mod store;
mod telemetry;
mod tiles;
mod upstream;

pub use answer::AnswerConfig;
pub use cache::{CacheAddress, CacheConfig};
pub use config::Config;
pub use dot_env::DotEnvError;
pub use forecast::{ForecastAddress, ForecastBudget, ForecastConfig};
pub use http::{HEARTBEAT, HttpConfig, WRITE_TIMEOUT};
pub use mask::{mask_address, mask_secrets};
pub use query::{BallistaAddress, BallistaAddressError, EngineAddress, QueryConfig};
pub use quota::Quota;
pub use reader::{ConfigError, FromSettings, SettingReader, WrongSetting, read};
pub use readiness::ReadinessRule;
pub use redis::{RedisAddress, RedisNode, RedisTopology};
pub use shutdown::ShutdownConfig;
pub use source::{Origin, Source};
pub use spelling::Unknown;
pub use store::{StoreAccess, StoreAddress, StoreConfig, TIME_TO_KEEP};
pub use telemetry::{LogConfig, LogFormat, TracesConfig};
pub use tiles::{TileAddress, Tiles, TilesConfig};
pub use upstream::{BOX_ID_KIND, UpstreamAddress, UpstreamConfig};
