//! The `lave` program: a thin face on the library.

fn main() -> std::process::ExitCode {
    lave::cli::main()
}
