//! Exit codes of the process, from sysexits(3), so that scripts can tell failures apart.

use std::process::ExitCode;

use forecast_sources::SetUpError;
use hivebox_archive::ArchiveError;

use crate::service::StartError;
use hivebox_config::{ConfigError, DotEnvError};
use hivebox_question::past::PastError;
use hivebox_refresh::StoreError;
use hivebox_refresh::upstream::PollError;
use hivebox_telemetry::in_words;

/// The failure of a command: one sentence, and an exit code.
#[derive(Debug)]
pub struct Failure {
    code: Code,
    message: String,
}

/// The exit codes of HiveBox, from sysexits(3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// `EX_USAGE`: the command line is wrong.
    Usage = 64,
    /// `EX_DATAERR`: the input is wrong.
    Data = 65,
    /// `EX_NOINPUT`: the input cannot be read.
    NoInput = 66,
    /// `EX_UNAVAILABLE`: something necessary is unavailable, such as an answer or an address to listen on.
    Unavailable = 69,
    /// `EX_SOFTWARE`: a fault of HiveBox itself.
    Software = 70,
    /// `EX_CANTCREAT`: a file or folder cannot be written.
    CannotCreate = 73,
    /// `EX_IOERR`: reading or writing failed.
    Io = 74,
    /// `EX_TEMPFAIL`: the work is done except for a part; the same command tries that part again.
    Incomplete = 75,
    /// `EX_CONFIG`: a setting is wrong.
    Config = 78,
}

impl Failure {
    /// A failure with this code and sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The exit code for a poll that failed.
    pub(crate) fn code_of_poll(error: &PollError) -> Code {
        match error {
            PollError::Fetch(_) => Code::Unavailable,
            PollError::File { .. } => Code::NoInput,
            PollError::Decode { .. } => Code::Data,
        }
    }

    /// The sentence for people.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The exit code for scripts.
    #[must_use]
    pub fn code(&self) -> Code {
        self.code
    }
}

impl From<Code> for ExitCode {
    fn from(code: Code) -> Self {
        Self::from(code as u8)
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Self::new(Code::Config, error.to_string())
    }
}

impl From<DotEnvError> for Failure {
    fn from(error: DotEnvError) -> Self {
        Self::new(Code::Config, error.to_string())
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let code = match &error {
            StartError::Listen { .. } | StartError::Upstream(_) => Code::Unavailable,
            StartError::Store { source: ArchiveError::Setting { .. } } | StartError::Forecast(_) => {
                Code::Config
            }
            StartError::Store { .. } => Code::CannotCreate,
            StartError::Thread(_) | StartError::History(_) => Code::Software,
        };
        Self::new(code, in_words(&error))
    }
}

impl From<PollError> for Failure {
    fn from(error: PollError) -> Self {
        Self::new(Self::code_of_poll(&error), in_words(&error))
    }
}

impl From<SetUpError> for Failure {
    fn from(error: SetUpError) -> Self {
        Self::new(Code::Config, in_words(&error))
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let code = match &error {
            ArchiveError::Folder { .. } | ArchiveError::InUse { .. } => Code::CannotCreate,
            ArchiveError::Setting { .. } => Code::Config,
            ArchiveError::NotFound { .. } => Code::NoInput,
            ArchiveError::Corrupt { .. } | ArchiveError::Newer { .. } => Code::Data,
            _ => Code::Io,
        };
        Self::new(code, in_words(&error))
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Archive(error) => error.into(),
            error => Self::new(Code::Unavailable, error.to_string()),
        }
    }
}

impl From<PastError> for Failure {
    fn from(error: PastError) -> Self {
        use hivebox_archive::query::QueryError;
        let code = match error {
            PastError::Query(QueryError::Store(error)) => return error.into(),
            PastError::Query(QueryError::Question(_) | QueryError::Sql(_) | QueryError::TooComplex(_)) => {
                Code::Usage
            }
            _ => Code::Unavailable,
        };
        Self::new(code, in_words(&error))
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::new(Code::Io, error.to_string())
    }
}
