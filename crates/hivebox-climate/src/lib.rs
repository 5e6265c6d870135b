//! The domain of HiveBox: what sensors measure, which readings can be trusted, and what they come to.
//!
//! Pure: nothing here reads a clock, a file or the network.
//!
//! | question | module |
//! |---|---|
//! | Which phenomena are there, and which titles and units mean them? | [`catalogue`], from `catalogue.toml` |
//! | Can this reading be trusted? | [`verdict`] |
//! | What do all sensors say right now? | [`readings`] |
//! | What does that come to? | [`summary`] |
//! | Is that cold or hot for bees? | [`status`] |
//! | Where is it? | [`place`] |
//! | Does it agree with the boxes around, and with its own past? | [`quality`], by `quality.toml` |
//! | Which boxes are near? | [`nearby`] |
//! | Which boxes and readings are asked for? | [`selection`] |
//! | Which readings are that, and what is left out and why? | [`sample`] |
//! | What do they come to? | [`statistics`]; of directions, [`direction`] |
//! | How are they distributed, in little room and so that parts add up? | [`histogram`] |
//! | What is it like where no sensor stands? | [`estimate`] |
//! | Which chores at a hive does the weather allow? | [`chores`], from `chores.toml` |
//! | How cold and how warm was it on the last days? | [`extremes`] |

pub mod catalogue;
pub mod chores;
pub mod direction;
pub mod estimate;
pub mod extremes;
pub mod histogram;
pub mod nearby;
pub mod phenomenon;
pub mod place;
pub mod quality;
pub mod quantity;
pub mod readings;
pub mod sample;
pub mod selection;
pub mod statistics;
pub mod status;
mod sum;
pub mod summary;
mod text;
pub mod title;
pub mod unit;
pub mod verdict;
