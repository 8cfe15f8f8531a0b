//! A set of edits: applied, composed, inverted, and used to carry offsets from one side to the other.

use super::{Edit, RuleId, Rules, Side, Span, add_rules};

/// What turns one text into another: ordered, disjoint replacements that never touch.
#[derive(Clone, Debug, Default)]
pub struct EditSet {
    edits: Vec<Edit>,
    /// New texts; there may be more in it than the edits use.
    arena: String,
    len_before: usize,
    len_after: usize,
    /// Whether some edits became one, of which one may have undone what another did.
    joined: bool,
}

impl EditSet {
    /// The set that leaves a text of `len` bytes as it is.
    pub fn identity(len: usize) -> Self {
        EditSet { len_before: len, len_after: len, ..Default::default() }
    }

    pub(crate) fn clear(&mut self, len: usize) {
        self.edits.clear();
        self.arena.clear();
        self.len_before = len;
        self.len_after = len;
        self.joined = false;
    }

    /// About how many bytes of memory it takes.
    pub(crate) fn size(&self) -> usize {
        size_of_val(&self.edits[..]) + self.arena.len()
    }

    /// How many edits there are, and how many bytes their new texts take.
    pub(crate) fn lens(&self) -> (usize, usize) {
        (self.edits.len(), self.arena.len())
    }

    /// Makes room for so many more of both.
    pub(crate) fn reserve(&mut self, edits: usize, bytes: usize) {
        self.edits.reserve(edits);
        self.arena.reserve(bytes);
    }

    /// Whether it changes nothing.
    pub fn is_identity(&self) -> bool {
        self.edits.is_empty()
    }

    /// The edits, in order.
    pub fn edits(&self) -> &[Edit] {
        &self.edits
    }

    /// The text that `edit`, one of this set's, puts in.
    pub fn new_text(&self, edit: &Edit) -> &str {
        &self.arena[edit.new.range()]
    }

    /// Bytes of the text that it can be applied to.
    pub fn len_before(&self) -> usize {
        self.len_before
    }

    /// Bytes of the text that it makes.
    pub fn len_after(&self) -> usize {
        self.len_after
    }

    /// Appends an edit at or after the end of the last one; joins it to that one when they touch.
    pub(crate) fn push(&mut self, old: Span, new: &str, rules: &[RuleId]) {
        let from = self.arena.len();
        append(&mut self.arena, new);
        self.push_placed(old, Span::new(from, self.arena.len()), Rules::from_slice(rules));
    }

    /// The same, where the new text is in the arena, as are those of all edits to come.
    pub(super) fn push_placed(&mut self, old: Span, new: Span, rules: Rules) {
        let at = (old.start as usize + self.len_after - self.len_before) as u32;
        self.len_after = self.len_after + new.len() - old.len();
        match self.edits.last_mut() {
            Some(last) if last.old.end >= old.start => {
                debug_assert!(last.old.end == old.start);
                last.old.end = old.end;
                join(&mut self.arena, &mut last.new, new);
                add_rules(&mut last.rules, &rules);
                self.joined = true;
            }
            _ => self.edits.push(Edit { old, new, at, rules }),
        }
    }

    /// The arena, for new texts of edits that are about to be pushed.
    pub(super) fn arena(&mut self) -> &mut String {
        &mut self.arena
    }

    /// Appends the edits of a part of the text, which starts at byte `at` and touches no other edit; the
    /// part has none any more.
    pub(crate) fn append(&mut self, at: usize, part: &mut EditSet) {
        let (old, new) = (at as u32, self.arena.len() as u32);
        let after = (at + self.len_after - self.len_before) as u32;
        self.arena.push_str(&part.arena);
        self.edits.extend(part.edits.drain(..).map(|mut e| {
            e.old = e.old.moved(old);
            e.new = e.new.moved(new);
            e.at += after;
            e
        }));
        self.len_after = self.len_after + part.len_after - part.len_before;
        self.joined |= part.joined;
    }

    /// Each edit with the range that its new text takes up in the text after.
    pub fn placed(&self) -> impl Iterator<Item = (&Edit, Span)> {
        self.edits.iter().map(|e| (e, e.after()))
    }

    /// The text after, appended to `out`.
    ///
    /// # Panics
    /// If `text` is not as long as the text that the set was made for.
    pub fn apply_into(&self, text: &str, out: &mut String) {
        assert_eq!(text.len(), self.len_before, "edits of another text");
        let mut at = 0;
        for e in &self.edits {
            out.push_str(&text[at..e.old.start as usize]);
            append(out, self.new_text(e));
            at = e.old.end as usize;
        }
        out.push_str(&text[at..]);
    }

    /// The text after. Panics as [`EditSet::apply_into`] does.
    pub fn apply(&self, text: &str) -> String {
        let mut out = String::with_capacity(self.len_after);
        self.apply_into(text, &mut out);
        out
    }

    /// The set that turns the text after back into `text`.
    pub fn invert(&self, text: &str) -> EditSet {
        let mut out = EditSet::identity(self.len_after);
        for (e, after) in self.placed() {
            out.push(after, &text[e.old.range()], &e.rules);
        }
        out
    }

    /// This set and then `next`, as one.
    ///
    /// # Panics
    /// If `next` is not for a text as long as this set makes.
    pub fn then(&self, next: &EditSet) -> EditSet {
        let mut out = EditSet::default();
        self.then_into(next, &mut out);
        out
    }

    /// The same, in place of what `out` was.
    pub(crate) fn then_into(&self, next: &EditSet, out: &mut EditSet) {
        assert_eq!(self.len_after, next.len_before, "edits of another text");
        out.clear(self.len_before);
        let mut a = self.placed().peekable();
        let mut b = next.edits.iter().peekable();
        // Bytes of the text before minus bytes of the middle text, up to here.
        let mut shift = 0i64;
        loop {
            // A group: edits of both sets whose ranges of the middle text touch.
            let start = match (a.peek(), b.peek()) {
                (Some((_, m)), Some(e)) => m.start.min(e.old.start),
                (Some((_, m)), None) => m.start,
                (None, Some(e)) => e.old.start,
                (None, None) => break,
            };
            let before = i64::from(start) + shift;
            let mut end = start;
            // Middle text that `b` has replaced so far; what `a` put in beyond it survives.
            let mut gone = start;
            let mut rules = Rules::new();
            let mut left: Option<(&str, Span)> = None;
            let new = &mut out.arena;
            let from = new.len();
            loop {
                let next_a = a.peek().map(|(_, m)| m.start).filter(|&s| s <= end);
                let next_b = b.peek().map(|e| e.old.start).filter(|&s| s <= end);
                match (next_a, next_b) {
                    (Some(sa), sb) if sb.is_none_or(|sb| sa <= sb) => {
                        flush(&mut left, &mut gone, u32::MAX, new);
                        let (e, m) = a.next().expect("peeked");
                        shift += e.old.len() as i64 - m.len() as i64;
                        end = end.max(m.end);
                        add_rules(&mut rules, &e.rules);
                        left = Some((self.new_text(e), m));
                    }
                    (_, Some(sb)) => {
                        flush(&mut left, &mut gone, sb, new);
                        let e = b.next().expect("peeked");
                        append(new, next.new_text(e));
                        gone = e.old.end;
                        end = end.max(e.old.end);
                        add_rules(&mut rules, &e.rules);
                    }
                    _ => break,
                }
            }
            flush(&mut left, &mut gone, u32::MAX, new);
            let old = Span { start: before as u32, end: (i64::from(end) + shift) as u32 };
            let new = Span::new(from, new.len());
            out.push_placed(old, new, rules);
        }
        out.joined = true;

        /// Copies what survives of `left` up to `until` (middle text).
        fn flush(left: &mut Option<(&str, Span)>, gone: &mut u32, until: u32, new: &mut String) {
            let Some((text, m)) = *left else { return };
            let from = m.start.max(*gone);
            let to = m.end.min(until);
            if from < to {
                append(new, &text[(from - m.start) as usize..(to - m.start) as usize]);
                *gone = to;
            }
            if until >= m.end {
                *left = None;
            }
        }
    }

    /// Drops edits that put back the very text that they take out, as those may that were made of
    /// several. `text` is the text before.
    pub(crate) fn drop_no_ops(&mut self, text: &str) {
        let arena = &self.arena;
        if self.joined {
            self.edits.retain(|e| text[e.old.range()] != arena[e.new.range()]);
        }
    }

    /// Where byte `at` of the text before comes to lie in the text after: for a byte within an
    /// edit, the start of its new text, or its end with `Side::End`.
    pub fn map(&self, at: usize, side: Side) -> usize {
        carry(at, side, &self.edits, |e| (e.old, e.after()))
    }

    /// The other way round: where byte `at` of the text after came from.
    pub fn map_back(&self, at: usize, side: Side) -> usize {
        carry(at, side, &self.edits, |e| (e.after(), e.old))
    }
}

impl PartialEq for EditSet {
    /// Whether both make the same of a text, by the same edits.
    fn eq(&self, other: &EditSet) -> bool {
        let same = |(a, b): (&Edit, &Edit)| {
            (a.old, a.at, &a.rules) == (b.old, b.at, &b.rules) && self.new_text(a) == other.new_text(b)
        };
        self.len_before == other.len_before
            && self.edits.len() == other.edits.len()
            && self.edits.iter().zip(&other.edits).all(same)
    }
}

impl Eq for EditSet {}

/// Makes `last`, a new text, go on with `more`. Moves it to the end for that, once.
fn join(arena: &mut String, last: &mut Span, more: Span) {
    if last.end != more.start {
        if last.end as usize != arena.len() {
            let from = arena.len();
            arena.extend_from_within(last.range());
            last.start = from as u32;
        }
        arena.extend_from_within(more.range());
        last.end = arena.len() as u32;
    } else {
        last.end = more.end;
    }
}

/// Appends `new`, which mostly is a byte or none: too little to call for a copy.
pub(super) fn append(out: &mut String, new: &str) {
    match *new.as_bytes() {
        [] => {}
        [b] => out.push(char::from(b)),
        _ => out.push_str(new),
    }
}

/// By bisection: a long line may hold a million edits and as many findings.
fn carry(at: usize, side: Side, edits: &[Edit], ends: impl Fn(&Edit) -> (Span, Span)) -> usize {
    let past = |e: &Edit| {
        let from = ends(e).0;
        match side {
            Side::Start => (from.end as usize) <= at && from.start as usize != at,
            Side::End => (from.end as usize) < at,
        }
    };
    let n = edits.partition_point(past);
    if let Some((from, to)) = edits.get(n).map(&ends)
        && ((from.start as usize) < at || (from.start as usize == at && side == Side::End))
    {
        return match side {
            Side::Start => to.start as usize,
            Side::End => to.end as usize,
        };
    }
    let shift = n.checked_sub(1).map_or(0, |last| {
        let (from, to) = ends(&edits[last]);
        i64::from(to.end) - i64::from(from.end)
    });
    (at as i64 + shift) as usize
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::{EditSink, Effect};
    use super::*;
    use proptest::prelude::*;

    fn sink() -> EditSink {
        EditSink::new(Arc::from([Effect::Act, Effect::Act, Effect::Flag, Effect::Off]))
    }

    fn set(text: &str, edits: &[(usize, usize, &str)]) -> EditSet {
        let mut s = sink();
        for (i, &(a, b, new)) in edits.iter().enumerate() {
            s.replace(a..b, new, RuleId((i % 2) as u16));
        }
        let mut out = EditSet::default();
        s.take(text, &mut out);
        out
    }

    #[test]
    fn sink_orders_trims_and_drops() {
        let e = set("héllo wörld", &[(7, 13, "wörlds"), (0, 6, "hèllo"), (1, 3, "x")]);
        assert_eq!(e.apply("héllo wörld"), "hèllo wörlds");
        let spans: Vec<_> = e.edits().iter().map(|e| (e.old.start, e.old.end)).collect();
        assert_eq!(spans, [(1, 3), (13, 13)], "trimmed to what differs, on char boundaries");
        assert!(set("same", &[(0, 4, "same")]).is_identity());
    }

    #[test]
    fn sink_heeds_what_a_rule_may_do() {
        let mut s = sink();
        s.delete(0..1, RuleId(2));
        s.delete(0..1, RuleId(3));
        s.delete(0..1, RuleId::NONE);
        assert!(s.is_empty());
        assert_eq!(s.drain_seen().map(|f| f.rule).collect::<Vec<_>>(), [RuleId(2)]);
    }

    #[test]
    fn touching_edits_are_one() {
        let e = set("abcd", &[(0, 1, "x"), (1, 2, "y")]);
        assert_eq!(e.edits().len(), 1);
        assert_eq!(e.edits()[0].rules.len(), 2);
    }

    #[test]
    fn offsets_carry() {
        let e = set("0123456789", &[(2, 4, ""), (6, 6, "xyz")]);
        assert_eq!(e.apply("0123456789"), "0145xyz6789");
        assert_eq!((e.map(3, Side::Start), e.map(3, Side::End)), (2, 2));
        assert_eq!((e.map(6, Side::Start), e.map(6, Side::End)), (4, 7));
        assert_eq!((e.map_back(5, Side::Start), e.map_back(5, Side::End)), (6, 6));
        assert_eq!(e.map_back(9, Side::Start), 8);
    }

    /// A text and two rounds of edits for it.
    fn rounds() -> impl Strategy<Value = (String, EditSet, EditSet)> {
        let edits = || prop::collection::vec((0usize..40, 0usize..6, "[ab é☃]{0,3}"), 0..8);
        ("[abé☃ ]{0,30}", edits(), edits()).prop_map(|(t, a, b)| {
            let make = |text: &str, raw: &[(usize, usize, String)]| {
                let mut s = sink();
                for (i, (at, len, new)) in raw.iter().enumerate() {
                    let floor = |mut i: usize| {
                        i = i.min(text.len());
                        while !text.is_char_boundary(i) {
                            i -= 1;
                        }
                        i
                    };
                    s.replace(floor(*at)..floor(at + len), new, RuleId((i % 2) as u16));
                }
                let mut out = EditSet::default();
                s.take(text, &mut out);
                out
            };
            let ea = make(&t, &a);
            let eb = make(&ea.apply(&t), &b);
            (t, ea, eb)
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4000))]
        #[test]
        fn law_6_algebra((t, a, b) in rounds()) {
            let mid = a.apply(&t);
            let ab = a.then(&b);
            prop_assert_eq!(ab.apply(&t), b.apply(&mid));
            prop_assert_eq!(ab.len_after(), b.len_after());
            prop_assert_eq!(a.invert(&t).apply(&mid), t.clone());
            prop_assert_eq!(ab.invert(&t).apply(&b.apply(&mid)), t.clone());
            for pair in ab.edits().windows(2) {
                prop_assert!(pair[0].old.end < pair[1].old.start);
            }
            for side in [Side::Start, Side::End] {
                let carried: Vec<_> = (0..=t.len()).map(|i| ab.map(i, side)).collect();
                prop_assert!(carried.is_sorted(), "{carried:?}");
                prop_assert!(carried.last().is_none_or(|&l| l <= ab.len_after()));
                let back: Vec<_> = (0..=ab.len_after()).map(|i| ab.map_back(i, side)).collect();
                prop_assert!(back.is_sorted(), "{back:?}");
            }
        }
    }
}
