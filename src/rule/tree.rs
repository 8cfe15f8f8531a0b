//! A tree of literals, in flat arrays: those that a text starts with are found byte by byte.
//!
//! `build.rs` uses this file, too: the trees of the rules that come with lave are grown before the
//! program starts.

/// One literal, and whom it concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Literal {
    /// Its bytes in the tree's text.
    pub(crate) at: u32,
    pub(crate) len: u8,
    /// Whom it concerns.
    pub(crate) who: u16,
}

/// Literals that start alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Fork {
    /// Their numbers.
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// How many of them, the first, end here.
    pub(crate) ended: u32,
    /// Where the next bytes lead.
    pub(crate) first_edge: u32,
    pub(crate) edges: u8,
}

/// Where a byte leads: to a fork, or, if few literals are left, to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    Fork(u32),
    Leaf(u32, u8),
}

/// A tree to look at; the first fork is the root.
#[derive(Clone, Copy)]
pub(crate) struct Tree<'t> {
    pub(crate) text: &'t [u8],
    pub(crate) literals: &'t [Literal],
    pub(crate) forks: &'t [Fork],
    pub(crate) edges: &'t [(u8, Way)],
}

/// Literals so few that each is compared.
const FEW: usize = 3;

impl<'t> Tree<'t> {
    pub(crate) fn bytes(&self, l: Literal) -> &'t [u8] {
        &self.text[l.at as usize..][..usize::from(l.len)]
    }

    pub(crate) fn next(&self, fork: &Fork, b: u8) -> Option<Way> {
        let edges = &self.edges[fork.first_edge as usize..][..usize::from(fork.edges)];
        edges.iter().find(|e| e.0 == b).map(|e| e.1)
    }
}

/// A tree that owns what it is made of.
#[derive(Default)]
pub(crate) struct Grown {
    pub(crate) text: Vec<u8>,
    pub(crate) literals: Vec<Literal>,
    pub(crate) forks: Vec<Fork>,
    pub(crate) edges: Vec<(u8, Way)>,
}

impl Grown {
    /// Adds a literal, at most 255 bytes long.
    pub(crate) fn add(&mut self, literal: impl Iterator<Item = u8>, who: u16) {
        let at = self.text.len();
        self.text.extend(literal);
        self.literals.push(Literal { at: at as u32, len: (self.text.len() - at) as u8, who });
    }

    pub(crate) fn view(&self) -> Tree<'_> {
        Tree { text: &self.text, literals: &self.literals, forks: &self.forks, edges: &self.edges }
    }

    /// Readies it for use, when all literals are there.
    pub(crate) fn grow(&mut self) {
        let mut all = std::mem::take(&mut self.literals);
        all.sort_by(|a, b| self.view().bytes(*a).cmp(self.view().bytes(*b)));
        self.literals = all;
        self.fork(0, self.literals.len(), 0);
    }

    /// Adds the fork of some literals, which have their first `depth` bytes in common, and what is
    /// below it.
    fn fork(&mut self, start: usize, end: usize, depth: usize) -> u32 {
        let fork = self.forks.len();
        let byte = |e: &Self, n: usize| e.view().bytes(e.literals[n]).get(depth).copied();
        let ended = (start..end).take_while(|&n| byte(self, n).is_none()).count();
        let mut ways = Vec::new();
        let mut from = start + ended;
        while let Some(b) = (from < end).then(|| byte(self, from)).flatten() {
            let same = (from..end).take_while(|&n| byte(self, n) == Some(b)).count();
            ways.push((b, from, same));
            from += same;
        }
        let first_edge = self.edges.len();
        self.forks.push(Fork {
            from: start as u32,
            to: end as u32,
            ended: ended as u32,
            first_edge: first_edge as u32,
            edges: ways.len() as u8,
        });
        self.edges.extend(ways.iter().map(|&(b, from, same)| (b, Way::Leaf(from as u32, same as u8))));
        for (n, (_, from, same)) in ways.into_iter().enumerate() {
            if same > FEW {
                self.edges[first_edge + n].1 = Way::Fork(self.fork(from, from + same, depth + 1));
            }
        }
        fork as u32
    }
}
