//! Answers are those of the plainest means, and limits hold.

mod functions;
mod limits;
mod past;
mod truth;
