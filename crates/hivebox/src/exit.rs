//! How the process ends: by the codes of sysexits(3), so that scripts can tell why.

use std::process::ExitCode;

use hivebox_archive::ArchiveError;

use crate::config::ConfigError;
use crate::history::PastError;
use crate::refresh::StoreError;
use crate::service::StartError;
use crate::upstream::PollError;
use crate::words::in_words;

/// A command that failed: one sentence, and the code that goes with it.
#[derive(Debug)]
pub struct Failure {
    code: Code,
    message: String,
}

/// The codes of sysexits(3) that HiveBox ends with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Code {
    /// `EX_USAGE`: the command line is wrong.
    Usage = 64,
    /// `EX_DATAERR`: the input is wrong.
    Data = 65,
    /// `EX_NOINPUT`: the input cannot be read.
    NoInput = 66,
    /// `EX_UNAVAILABLE`: something needed cannot be had, such as an answer, or an address to listen on.
    Unavailable = 69,
    /// `EX_SOFTWARE`: a fault of HiveBox.
    Software = 70,
    /// `EX_CANTCREAT`: a file or folder cannot be written.
    CannotCreate = 73,
    /// `EX_IOERR`: reading or writing failed.
    Io = 74,
    /// `EX_CONFIG`: a setting is wrong.
    Config = 78,
}

impl Failure {
    /// A failure with a code and one sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The sentence.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }

    /// The code.
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

impl From<dotenvy::Error> for Failure {
    fn from(error: dotenvy::Error) -> Self {
        Self::new(Code::Config, format!("the file .env cannot be read: {error}"))
    }
}

impl From<StartError> for Failure {
    fn from(error: StartError) -> Self {
        let code = match &error {
            StartError::Listen { .. } | StartError::Upstream(_) => Code::Unavailable,
            StartError::Store { source: ArchiveError::Setting { .. } } => Code::Config,
            StartError::Store { .. } => Code::CannotCreate,
            StartError::Thread(_) | StartError::History(_) => Code::Software,
        };
        Self::new(code, in_words(&error))
    }
}

impl From<PollError> for Failure {
    fn from(error: PollError) -> Self {
        let code = match &error {
            PollError::Fetch(_) => Code::Unavailable,
            PollError::File { .. } => Code::NoInput,
            PollError::Decode { .. } => Code::Data,
        };
        Self::new(code, in_words(&error))
    }
}

impl From<ArchiveError> for Failure {
    fn from(error: ArchiveError) -> Self {
        let code = match &error {
            ArchiveError::Folder { .. } | ArchiveError::InUse { .. } => Code::CannotCreate,
            ArchiveError::Setting { .. } => Code::Config,
            ArchiveError::NotFound { .. } => Code::NoInput,
            ArchiveError::Corrupt { .. } => Code::Data,
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
            PastError::Query(QueryError::Question(_) | QueryError::Sql(_)) => Code::Usage,
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
