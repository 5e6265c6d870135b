//! The domain of HiveBox: what sensors measure, which readings can be trusted, and their
//! statistics.
//!
//! Nothing here reads a clock, a file or the network.
//!
//! | question | module |
//! |---|---|
//! | Which phenomena are there, and which titles and units name them? | [`catalogue`], from `catalogue.toml` |
//! | Can this reading be trusted? | [`verdict`] |
//! | What do all sensors report right now? | [`readings`] |
//! | What is the mean over all boxes? | [`summary`] |
//! | Is that cold or hot for bees? | [`status`] |
//! | Where is it? | [`place`] |
//! | Does it agree with the boxes around, and with its own past? | [`quality`], by `quality.toml` |
//! | Which boxes are near? | [`nearby`] |
//! | Which boxes and readings does a question select? | [`selection`] |
//! | Which readings are used, and which are left out and why? | [`sample`] |
//! | What are their mean, spread and percentiles? | [`statistics`]; for directions, [`direction`] |
//! | How are values distributed, compactly and mergeably? | [`histogram`] |
//! | What are conditions where no sensor is? | [`estimate`] |
//! | Which chores at a hive does the weather allow? | [`chores`], from `chores.toml` |
//! | How cold and how warm were the last days? | [`extremes`] |
//! | When is the sun up? | [`sun`] |

pub mod catalogue;
pub mod chores;
pub mod direction;
pub mod estimate;
pub mod extremes;
pub mod forecast;
pub mod histogram;
mod median;
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
pub mod sun;
mod text;
pub mod title;
pub mod unit;
pub mod verdict;
