//! Configuration files: settings, or an error with its place; what is in force can be written down
//! and read back.
#![no_main]

use lave::Settings;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let mut s = Settings::default();
    match s.load("lave.toml", text) {
        Ok(()) => {
            let mut again = Settings::default();
            for (key, value, _) in s.all() {
                if !value.is_empty() {
                    again.set(key.name, value, "fuzz").expect("a value that is in force");
                }
            }
            assert_eq!(again.options(), s.options());
            assert_eq!(again.stages(), s.stages());
            let _ = (s.encoding(), s.jobs(), s.hash(), s.order_warnings());
        }
        Err(e) => assert!(e.to_string().starts_with("lave.toml"), "{e}"),
    }
});
