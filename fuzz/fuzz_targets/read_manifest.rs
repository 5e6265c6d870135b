//! Bytes are refused, or are a manifest that is the same when it was written and read again.
#![no_main]

use hivebox_archive::testing::bytes::read_manifest;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: &[u8]| read_manifest(input));
