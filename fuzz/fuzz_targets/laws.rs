//! Laws 1 to 5 over raw bytes. The first byte picks the settings; the rest is the document.
#![no_main]

use std::sync::LazyLock;

use lave_fuzz::{Bench, settings::SETTINGS};
use libfuzzer_sys::fuzz_target;

static BENCHES: LazyLock<Vec<Bench>> = LazyLock::new(|| SETTINGS.iter().map(|s| Bench::new(s)).collect());

fuzz_target!(|data: &[u8]| {
    if let Some((&which, document)) = data.split_first() {
        BENCHES[which as usize % BENCHES.len()].check(document);
    }
});
