//! Cleans a file into another in bounded memory, and tells every change as it is made:
//! `cargo run --example stream -- examples/ferry.txt clean.txt`

use std::fs::File;
use std::io::{self, BufWriter, Write};

use lave::pipeline::{Change, Finding, Outcome, Sink};
use lave::{Pipeline, Settings};

/// Takes the output into a file, and what there is to tell to standard output.
struct Telling<W> {
    out: W,
}

impl<W: Write> Sink for Telling<W> {
    fn output(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)
    }
    fn change(&mut self, c: &Change<'_>) -> io::Result<()> {
        writeln!(io::stdout(), "{}:{}: {:?} -> {:?}", c.line, c.column, c.old, c.new)
    }
    fn finding(&mut self, f: &Finding<'_>) -> io::Result<()> {
        writeln!(io::stdout(), "{}:{}: suspect: {:?}", f.line, f.column, f.text)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let [from, to] = &paths[..] else { return Err("usage: stream FROM TO".into()) };
    let pipeline = Pipeline::new(&Settings::profile("news")?)?;
    let mut sink = Telling { out: BufWriter::new(File::create(to)?) };
    match pipeline.run(&mut File::open(from)?, &mut sink)? {
        Outcome::Cleaned { summary, .. } => {
            println!("{} changes, {} findings", summary.tally.changes, summary.tally.findings);
        }
        Outcome::LeftAlone { reason, .. } => println!("left alone: {reason}"),
    }
    sink.out.flush()?;
    Ok(())
}
