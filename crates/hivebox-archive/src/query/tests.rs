//! Answers are those of the plainest means, and limits hold.

mod limits;
mod past;
mod truth;
