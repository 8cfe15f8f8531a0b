//! What lines have to do with others, as far as phase 1 can tell: which of them stand at either end of
//! a document or beside lines that may go, and which matter to phase 2 at all.

use super::{Batch, Kind, Piece, Washer, file, look_for};
use crate::edit::Span;
use crate::features::{Features, Lined};
use crate::rule::{is_body, is_title};

/// What is known of a line and those beside it.
#[derive(Clone, Copy, Default)]
pub(super) struct Near {
    /// How many lines below it may stand right below one that goes, as it may go itself and take the
    /// next along; 0 if it stays.
    goes: u8,
    /// Whether the rules for what stands beside were looked up for it.
    asked: bool,
}

impl Washer<'_> {
    /// Finds the rules for either end of a document that lines match which may stand there: those
    /// before the first wall of the batch and after the last.
    pub(super) fn look_at_edges(&mut self, batch: &mut Batch) {
        let rules = &self.plan.edge_rules;
        let all = batch.pieces.len();
        let top = (0..all).find(|&i| self.is_wall(batch, i));
        let bottom = top.and_then(|top| (top..all).rev().find(|&i| self.is_wall(batch, i)));
        batch.walls = top.zip(bottom).map(|(a, b)| (a as u32, b as u32));
        if rules.is_empty() {
            return;
        }
        let lines = (0..top.unwrap_or(all)).chain(bottom.map_or(all, |n| n + 1)..all);
        let lines = lines.filter(|&i| batch.pieces[i].kind != Kind::Blank);
        let mut text = std::mem::take(&mut self.edges);
        text.clear();
        let lines: Vec<(u32, Span)> = lines
            .map(|i| {
                let start = text.len();
                text.push_str(self.line(batch, i));
                text.push('\n');
                (i as u32, Span::new(start, text.len() - 1))
            })
            .collect();
        Lined::all(&text, &mut self.lines);
        rules.scan(&text, &self.lines, Features::NONE, &mut self.scratch);
        let before = batch.hits.len();
        for ((piece, span), lined) in lines.into_iter().zip(&self.lines) {
            let place = Some((span.start as usize, lined.features));
            look_for(rules, &text[span.range()], place, &mut self.scratch, &mut self.hits);
            file(batch, piece, &self.hits);
        }
        if batch.hits.len() > before {
            batch.hits.sort_unstable();
        }
        self.edges = text;
    }

    /// Finds the rules on what stands beside lines that go, for lines that may: those above and below one
    /// that a rule may drop, and on from there as long as they match, too. To all others, most of the
    /// text, such rules mean nothing.
    pub(super) fn look_beside(&mut self, batch: &mut Batch) {
        if self.plan.beside_rules.is_empty() {
            return;
        }
        let all = batch.pieces.len();
        let mut near = std::mem::take(&mut self.near);
        near.clear();
        near.resize(all, Near::default());
        for &(piece, id) in &batch.hits {
            let goes = &mut near[piece as usize].goes;
            *goes = self.plan.reach(id).max(*goes);
        }
        let before = batch.hits.len();
        // The batches above and below may end in lines that go.
        let mut reach = 2;
        for (i, near) in near.iter_mut().enumerate() {
            reach = self.ask_beside(batch, i, near, reach);
        }
        reach = 1;
        for (i, near) in near.iter_mut().enumerate().rev() {
            reach = self.ask_beside(batch, i, near, reach).min(1);
        }
        if batch.hits.len() > before {
            batch.hits.sort_unstable();
        }
        self.near = near;
    }

    /// Looks up line `i`, if it is one of the next `reach` that may stand beside one that goes; how many
    /// may from there on.
    fn ask_beside(&mut self, batch: &mut Batch, i: usize, near: &mut Near, reach: u8) -> u8 {
        if batch.pieces[i].kind == Kind::Blank {
            return reach;
        }
        if reach > 0 && !near.asked {
            near.asked = true;
            let mut hits = std::mem::take(&mut self.hits);
            let mut scratch = std::mem::take(&mut self.scratch);
            look_for(&self.plan.beside_rules, self.line(batch, i), None, &mut scratch, &mut hits);
            file(batch, i as u32, &hits);
            near.goes = near.goes.max(u8::from(!hits.is_empty()));
            (self.hits, self.scratch) = (hits, scratch);
        }
        near.goes.max(reach.saturating_sub(1))
    }

    /// Whether line `i` is a wall to phase 2, whatever is around it.
    fn is_wall(&self, batch: &mut Batch, i: usize) -> bool {
        let Piece { kind, hit, .. } = batch.pieces[i];
        if kind == Kind::Unread && !hit && is_body(self.line(batch, i)) {
            batch.pieces[i].kind = Kind::Body;
        }
        batch.pieces[i].kind == Kind::Body && !hit
    }

    /// Line `i` of the text after phase 1.
    fn line<'b>(&'b self, batch: &'b Batch, i: usize) -> &'b str {
        match self.fresh_pieces.binary_search_by_key(&(i as u32), |p| p.0) {
            Ok(n) => &self.fresh[self.fresh_pieces[n].1.range()],
            Err(_) => &batch.text[batch.old_of(batch.pieces[i].span.range()).range()],
        }
    }

    /// Finds out what the lines are that matter to phase 2: from either end and from every line
    /// that a rule matched, up and down to the nearest body line that none matched: one that goes is no
    /// wall.
    pub(super) fn read_kinds(&self, batch: &mut Batch) {
        let all = batch.pieces.len();
        // Where hits are; from there on, and from either end.
        let (mut i, mut n) = (0, 0);
        while i < all {
            if self.read_kind(batch, i) {
                i += 1;
            } else {
                n += batch.hits[n..].iter().take_while(|h| h.0 as usize <= i).count();
                i = batch.hits.get(n).map_or(all, |h| h.0 as usize);
            }
        }
        let (mut end, mut n) = (all, batch.hits.len());
        while end > 0 {
            let i = end - 1;
            if self.read_kind(batch, i) {
                end = i;
            } else {
                n -= batch.hits[..n].iter().rev().take_while(|h| h.0 as usize >= i).count();
                end = batch.hits[..n].last().map_or(0, |h| h.0 as usize + 1);
            }
        }
    }

    /// Finds out what line `i` is, which matters; whether the line beyond it does, too.
    fn read_kind(&self, batch: &mut Batch, i: usize) -> bool {
        if batch.pieces[i].kind == Kind::Unread {
            let line = self.line(batch, i);
            let kind = if is_body(line) {
                Kind::Body
            } else if is_title(line) {
                Kind::Title
            } else {
                Kind::Short
            };
            batch.pieces[i].kind = kind;
        }
        batch.pieces[i].kind != Kind::Body || batch.pieces[i].hit
    }
}
