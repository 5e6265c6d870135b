//! Answers agree with the simplest means, and limits hold.

mod damage;
mod limits;
mod same;
mod truth;
mod whole_way;
