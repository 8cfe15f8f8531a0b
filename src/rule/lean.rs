//! The same pattern for keys, with a fifth of the states. Groups are dropped.
//!
//! Counts cost most: `.{3,200}` is two hundred states, of which a search is in many at once. So a
//! pattern is first tried without its upper bounds, which few keys reach.
//!
//! `build.rs` uses this file, too: lave's own patterns need not be parsed twice.

use regex_syntax::hir::{
    Class, ClassBytes, ClassBytesRange, ClassUnicode, ClassUnicodeRange, Hir, HirKind, Repetition,
};

/// A pattern for keys, as bytes.
pub(crate) struct Forms {
    pub(crate) lean: String,
    /// The same without upper bounds, which matches no less; and up to how many bytes of a key it
    /// matches no more, either. `None` if there are none to speak of.
    pub(crate) loose: Option<(String, usize)>,
}

/// Upper bounds from which on they are worth leaving out.
const BOUND: u32 = 8;

/// The forms of `pattern`; `None` if it cannot be read.
pub(crate) fn forms(pattern: &str) -> Option<Forms> {
    let lean = of(&regex_syntax::parse(pattern).ok()?);
    let mut reach = u32::MAX;
    let loose = loose(&lean, &mut reach);
    let loose = (reach < u32::MAX).then(|| (loose.to_string(), reach as usize));
    Some(Forms { lean: lean.to_string(), loose })
}

/// `hir` without upper bounds, the least of which `reach` becomes: in so few bytes nothing can be
/// repeated more often.
fn loose(hir: &Hir, reach: &mut u32) -> Hir {
    match hir.kind() {
        HirKind::Repetition(r) => {
            let max = r.max.filter(|&max| max < BOUND || max == r.min);
            *reach = r.max.filter(|_| max.is_none()).map_or(*reach, |max| max.min(*reach));
            Hir::repetition(Repetition { max, sub: Box::new(loose(&r.sub, reach)), ..r.clone() })
        }
        HirKind::Concat(all) => Hir::concat(all.iter().map(|h| loose(h, reach)).collect()),
        HirKind::Alternation(all) => Hir::alternation(all.iter().map(|h| loose(h, reach)).collect()),
        _ => hir.clone(),
    }
}

fn of(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Class(Class::Unicode(class)) => of_class(class).unwrap_or_else(|| hir.clone()),
        HirKind::Capture(c) => of(&c.sub),
        HirKind::Repetition(r) => Hir::repetition(Repetition { sub: Box::new(of(&r.sub)), ..r.clone() }),
        HirKind::Concat(all) => Hir::concat(all.iter().map(of).collect()),
        HirKind::Alternation(all) => Hir::alternation(all.iter().map(of).collect()),
        _ => hir.clone(),
    }
}

/// A class as it is in UTF-8 that is known to be sound, if that is simpler: where it holds all
/// characters that a first byte can start, as most do with most (`.`, `[^.!?]`), what follows need
/// not be told apart. Nothing in a pattern starts amid a character, so that none is cut in two.
fn of_class(class: &ClassUnicode) -> Option<Hir> {
    let mut whole = ClassBytes::empty();
    let mut rest = ClassUnicode::empty();
    for lead in 0xC2..=0xF4u8 {
        let (first, count) = match lead {
            ..=0xDF => (u32::from(lead & 0x1F) << 6, 1 << 6),
            0xE0..=0xEF => (u32::from(lead & 0x0F) << 12, 1 << 12),
            _ => (u32::from(lead & 0x07) << 18, 1 << 18),
        };
        // The shortest form is the only one, and not every number is a character.
        let least = if lead < 0xE0 {
            0x80
        } else if lead < 0xF0 {
            0x800
        } else {
            0x1_0000
        };
        let mut all = ClassUnicode::empty();
        for (a, b) in [(0, 0xD7FF), (0xE000, 0x10_FFFF)] {
            let range = first.max(least).max(a)..=(first + count - 1).min(b);
            if let (Some(a), Some(b), false) =
                (char::from_u32(*range.start()), char::from_u32(*range.end()), range.is_empty())
            {
                all.push(ClassUnicodeRange::new(a, b));
            }
        }
        let mut held = all.clone();
        held.intersect(class);
        if held == all {
            whole.push(ClassBytesRange::new(lead, lead));
        } else {
            rest.union(&held);
        }
    }
    if whole.ranges().is_empty() {
        return None;
    }
    let mut ascii = class.clone();
    ascii.intersect(&ClassUnicode::new([ClassUnicodeRange::new('\0', '\x7F')]));
    let follow = Hir::class(Class::Bytes(ClassBytes::new([ClassBytesRange::new(0x80, 0xBF)])));
    let follow = Hir::repetition(Repetition { min: 1, max: None, greedy: true, sub: Box::new(follow) });
    let beyond = Hir::concat(vec![Hir::class(Class::Bytes(whole)), follow]);
    let all = [Hir::class(Class::Unicode(ascii)), Hir::class(Class::Unicode(rest)), beyond];
    // An empty class never matches, and a pattern cannot be written with it.
    Some(Hir::alternation(all.into_iter().filter(|h| *h != Hir::fail()).collect()))
}
