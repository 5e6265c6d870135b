//! Answers are those of the plainest means, and limits hold.

mod functions;
mod limits;
mod past;
mod rounds;
mod truth;
mod whole_way;
