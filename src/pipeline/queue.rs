//! Batches that wait between phase 1 and phase 2, because what becomes of their lines hangs on lines
//! that come later: whether the document bears a mark that a rule needs, and whether the guard lets
//! lines go at all. Most wait for nothing.

use std::io::{self, Read, Seek};

use super::characters::Batch;
use super::emit::Emitter;
use super::guard::{MOST, Scales};
use super::lines::Decider;
use super::{Pipeline, Plan, Reached, Sink, Whole};
use crate::decode::Facts;
use crate::rule::Zone;

/// Most bytes of memory that waiting batches take. Where that is not enough, the rest of the document
/// is read once more beforehand.
pub(super) const HELD_MEMORY: usize = 80 << 20;

/// The batches that wait, and what for.
struct Queue<'p, 'e, S: Sink> {
    plan: &'p Plan,
    decider: Decider<'p>,
    emitter: &'e mut Emitter<'p, S>,
    whole: &'e mut Whole,
    held: Vec<Batch>,
    /// Memory that they take.
    size: usize,
    /// The marks of all lines so far.
    marks: u64,
    wanted: Wanted,
    /// Bytes after phase 1 of all batches so far.
    len: u64,
    /// Whether the guard may still have something to say.
    guarded: bool,
}

/// The marks that rules need which matched a waiting line, as far as its zone is right for them.
#[derive(Default)]
struct Wanted {
    settled: u64,
    /// Of the run that is not over yet: if it turns out to be the head, or the tail.
    head: u64,
    tail: u64,
    /// Whether a body line came by.
    walled: bool,
}

impl Wanted {
    fn all(&self) -> u64 {
        self.settled | self.head | self.tail
    }

    fn add(&mut self, batch: &Batch, plan: &Plan) {
        let mut hits = batch.hits.iter().filter(|(_, id)| plan.wants(*id) != 0).peekable();
        let mut until = |piece: u32, wanted: &mut Wanted| {
            while let Some((_, id)) = hits.next_if(|(n, _)| *n < piece) {
                let zone = plan.rules.rule(*id).when.zone;
                let head = matches!(zone, Some(Zone::Head | Zone::Edge)) && !wanted.walled;
                let tail = matches!(zone, Some(Zone::Tail | Zone::Edge));
                wanted.head |= if head { plan.wants(*id) } else { 0 };
                wanted.tail |= if tail { plan.wants(*id) } else { 0 };
                wanted.settled |= if matches!(zone, None | Some(Zone::Inside)) { plan.wants(*id) } else { 0 };
            }
        };
        if let Some((first, last)) = batch.walls {
            until(first, self);
            // What came before was the head, if anything.
            self.settled |= self.head;
            (self.head, self.tail, self.walled) = (0, 0, true);
            until(last, self);
            self.tail = 0;
        }
        until(u32::MAX, self);
    }
}

impl<S: Sink> Queue<'_, '_, S> {
    fn push(&mut self, batch: Batch) {
        self.len += batch.new_len as u64;
        self.size += batch.size();
        self.marks |= batch.marks(self.plan);
        self.wanted.add(&batch, self.plan);
        self.held.push(batch);
    }

    fn is_ripe(&self) -> bool {
        !self.guarded && self.wanted.all() & !self.marks == 0
    }

    /// What waits goes on.
    fn flush(&mut self) -> io::Result<()> {
        self.decider.set_marks(self.marks);
        self.held.drain(..).try_for_each(|batch| self.whole.take(batch, &mut self.decider, self.emitter))?;
        self.size = 0;
        self.wanted.settled = 0;
        Ok(())
    }

    /// Asks the guard once it can answer. With `all`, everything is here.
    fn guard(&mut self, all: bool) {
        if self.guarded && (all || self.len > MOST) {
            self.guarded = false;
            if self.len <= MOST && Scales::say_too_much(self.plan, self.marks, &self.held) {
                self.decider.withdraw();
            }
        }
    }
}

impl Pipeline {
    /// Takes the document through both phases, batch by batch, on to the emitter. Its hash; `None` if
    /// the facts, which are not `sure`, do not hold, or more would wait than there is room for.
    pub(super) fn run_batches<'p, R: Read + Seek, S: Sink>(
        &'p self,
        input: &mut R,
        facts: &Facts,
        sure: bool,
        emitter: &mut Emitter<'p, S>,
        whole: &mut Whole,
    ) -> io::Result<Option<u128>> {
        let spare = emitter.spare.clone();
        let mut queue = Queue {
            plan: &self.plan,
            decider: Decider::new(&self.plan),
            emitter,
            whole,
            held: Vec::new(),
            size: 0,
            marks: 0,
            wanted: Wanted::default(),
            len: 0,
            guarded: self.plan.guards,
        };
        // How many batches came by, and whether too much waits.
        let (mut count, mut full) = (0, false);
        let reached = self.each_batch(input, facts, sure, 0, &spare, |batch| {
            count += 1;
            queue.push(batch);
            queue.guard(false);
            if queue.is_ripe() {
                queue.flush()?;
            }
            full = queue.size > self.held;
            Ok(!full)
        })?;
        let hash = match reached {
            Reached::All(hash) => hash,
            _ if sure => facts.hash,
            _ => return Ok(None),
        };
        if full {
            self.each_batch(input, facts, true, count, &spare, |batch| {
                queue.len += batch.new_len as u64;
                queue.marks |= batch.marks(&self.plan);
                spare.give(batch.text.into_bytes());
                let known = queue.marks & self.plan.needed == self.plan.needed;
                Ok(!known || queue.guarded && queue.len <= MOST)
            })?;
            if queue.guarded && queue.len <= MOST {
                let mut scales = Scales::new(&self.plan, queue.marks);
                self.each_batch(input, facts, true, 0, &spare, |batch| {
                    scales.weigh(&batch);
                    spare.give(batch.text.into_bytes());
                    Ok(true)
                })?;
                if scales.lose_too_much() {
                    queue.decider.withdraw();
                }
            }
            queue.guarded = false;
            queue.flush()?;
            self.each_batch(input, facts, true, count, &spare, |batch| {
                queue.push(batch);
                queue.flush().map(|()| true)
            })?;
        }
        queue.guard(true);
        queue.flush()?;
        queue.whole.end(queue.decider, queue.emitter)?;
        Ok(Some(hash))
    }
}
