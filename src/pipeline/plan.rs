//! Settings, resolved: what the pipeline needs, immutable and shared by all threads.

use std::ops::Range;
use std::sync::Arc;

use super::Tally;
use crate::config::Settings;
use crate::decode::{Encoding, Envelope, NewlineKind};
use crate::edit::{Effect, RuleId, Span};
use crate::error::{Error, Result, nearest};
use crate::features::Features;
use crate::judge::Judge;
use crate::options::Options;
use crate::rule::{Action, FURNITURE, Level, LineRules, Rule, RuleSet, Zone};
use crate::stage::{self, Hows, ORDER, Patterns, Stage};

/// Rules that the pipeline itself speaks for.
pub(crate) struct Ids {
    pub(crate) transcode: RuleId,
    pub(crate) bom: RuleId,
    pub(crate) newline: RuleId,
    pub(crate) island: RuleId,
    pub(crate) undecodable: RuleId,
    pub(crate) unsettled: RuleId,
    pub(crate) guard: RuleId,
    pub(crate) leading_blank: RuleId,
    pub(crate) trailing_blank: RuleId,
    pub(crate) blank_run: RuleId,
    pub(crate) final_newline: RuleId,
    pub(crate) unwrap: RuleId,
    pub(crate) unhyphen: RuleId,
    pub(crate) judged: RuleId,
    pub(crate) html: RuleId,
    pub(crate) too_long: RuleId,
    pub(crate) legacy: RuleId,
}

/// The marks that a rule asks for, as bits; all of them where it asks for none.
#[derive(Clone, Copy)]
pub(crate) struct Asks {
    /// Of some line of the document.
    pub(crate) needs: u64,
    /// Of the dropped lines right above, and right below.
    pub(crate) after: u64,
    pub(crate) before: u64,
}

/// How far around a finding its line is looked for, in bytes.
const NEAR: usize = 2048;

/// The bit of the mark that every dropped line bears.
pub(crate) const DROPPED: u64 = 1 << 63;

/// What a run does.
pub(crate) struct Plan {
    pub(crate) rules: Arc<RuleSet>,
    pub(crate) effects: Arc<[Effect]>,
    pub(crate) stages: Vec<Box<dyn Stage>>,
    /// The features that wake each of them.
    pub(crate) needs: Vec<Features>,
    /// Features without which no stage wakes.
    pub(crate) wakes: Features,
    /// Features of lines of which nearly all change, so that they need not be searched as they came.
    pub(crate) changes: Features,
    /// Whether some stage has to see every line.
    pub(crate) wakes_all: bool,
    /// Rules with a pattern, for every line.
    pub(crate) line_rules: LineRules,
    /// The same for lines before the first body line or after the last.
    pub(crate) edge_rules: LineRules,
    /// The same for lines beside such as may go.
    pub(crate) beside_rules: LineRules,
    /// Those of them that change a part of a line.
    pub(crate) patterns: Patterns,
    /// Whether some line rule depends on other lines.
    pub(crate) looks_around: bool,
    /// The marks that each rule gives to lines, as bits.
    pub(crate) bears: Vec<u64>,
    /// The marks that each rule asks for.
    pub(crate) asks: Vec<Asks>,
    /// Whether what each rule does is explained: those of mojibake.
    pub(crate) explained: Vec<bool>,
    /// The marks that rules in force need.
    pub(crate) needed: u64,
    /// Whether lines may go, and not too many at once.
    pub(crate) guards: bool,
    pub(crate) options: Options,
    pub(crate) ids: Ids,
    /// The judge of whole pages, if it has a say.
    pub(crate) judge: Option<Judge>,
    pub(crate) gates_open: bool,
}

impl Plan {
    /// Whether it is told of changes by these rules how they came to be needed.
    pub(crate) fn explains(&self, rules: &[RuleId]) -> bool {
        rules.iter().any(|r| self.explained[usize::from(r.0)])
    }

    /// Which encodings were mistaken for which, if that is what rules repaired that made `new` of `old`,
    /// and the evidence for it.
    pub(crate) fn how(
        &self,
        known: &mut Hows,
        rules: &[RuleId],
        old: &str,
        new: &str,
        evidence: Option<String>,
    ) -> Option<String> {
        let how = if self.explains(rules) { known.how(old, new) } else { None };
        match (how, evidence) {
            (Some(how), Some(evidence)) => Some(format!("{how}; {evidence}")),
            (how, evidence) => how.or(evidence),
        }
    }

    /// What may have stood at `place` of `text`, which `rule` found suspect.
    pub(crate) fn suggestion(&self, rule: RuleId, text: &str, place: Span) -> Option<String> {
        if !self.explained[usize::from(rule.0)] {
            return None;
        }
        // Of a long line only the place itself is looked at.
        let range = place.range();
        let (line, at) = match line_around(text, range.clone()) {
            Some(line) => (&text[line.clone()], range.start - line.start),
            None => (&text[range.clone()], 0),
        };
        stage::suggestion(line, at..at + range.len())
    }

    /// What speaks for a change of these rules at `place` of `text`, as it came, if it is the line.
    pub(crate) fn evidence(
        &self,
        known: &mut Hows,
        rules: &[RuleId],
        text: &str,
        place: Range<usize>,
    ) -> Option<String> {
        if !rules.contains(&self.ids.legacy) {
            return None;
        }
        known.evidence(&text[line_around(text, place)?])
    }

    pub(crate) fn new(settings: &Settings) -> Result<Plan> {
        let mut rules = RuleSet::builtin()?;
        for (name, text) in settings.rule_files() {
            rules.add(name, text, false)?;
        }
        let effects = effects(settings, &rules)?;
        let options = settings.options();
        let effect = |id: RuleId| effects.get(id.0 as usize).copied().unwrap_or(Effect::Off);
        let stages: Vec<Box<dyn Stage>> =
            settings.stages().iter().filter_map(|name| stage::build(name, &rules, &options)).collect();
        let Sorted { every: line_rules, edge: edge_rules, beside: beside_rules, patterns } =
            Sorted::new(&rules, &effects, false);
        let needs: Vec<Features> = stages.iter().map(|s| s.needs()).collect();
        let changes = stages.iter().fold(Features::NONE, |a, s| a | s.changes());
        let wakes = needs.iter().fold(Features::NONE, |a, s| a | *s);
        let in_force = |need: fn(&Rule) -> bool, level: Effect| {
            rules.rules().iter().enumerate().any(|(i, r)| need(r) && effect(RuleId(i as u16)) >= level)
        };
        let looks = |r: &Rule| {
            r.pattern.is_some() && (r.when.looks_around() || r.action == Action::DeleteLine { and_next: true })
        };
        let (bears, asks) = marks(&rules)?;
        let ids = Ids {
            transcode: rules.id("decode.transcode"),
            bom: rules.id("decode.bom"),
            newline: rules.id("decode.newline"),
            island: rules.id("decode.island"),
            undecodable: rules.id("decode.undecodable"),
            unsettled: rules.id("pipeline.unsettled"),
            guard: rules.id("pipeline.guard"),
            leading_blank: rules.id("whitespace.leading-blank"),
            trailing_blank: rules.id("whitespace.trailing-blank"),
            blank_run: rules.id("whitespace.blank-run"),
            final_newline: rules.id("whitespace.final-newline"),
            unwrap: rules.id("whitespace.unwrap"),
            unhyphen: rules.id("whitespace.unhyphen"),
            judged: rules.id("boilerplate.judged"),
            html: rules.id("boilerplate.html"),
            too_long: rules.id("pipeline.too-long"),
            legacy: rules.id("mojibake.legacy"),
        };
        let needed = rules.rules().iter().zip(&asks).enumerate().fold(0, |all, (n, (r, asks))| {
            let wanted = r.when.needs.is_some() && effect(RuleId(n as u16)) != Effect::Off;
            all | if wanted { asks.needs } else { 0 }
        });
        let judge = (options.boilerplate_judge && effect(ids.judged) != Effect::Off).then(Judge::own);
        let drops = |r: &Rule| r.pattern.is_some() && matches!(r.action, Action::DeleteLine { .. });
        Ok(Plan {
            judge,
            guards: (1..100).contains(&options.guard_max_loss) && in_force(drops, Effect::Act),
            looks_around: in_force(looks, Effect::Flag),
            explained: rules.rules().iter().map(|r| r.stage() == "mojibake").collect(),
            rules: Arc::new(rules),
            effects,
            stages,
            needs,
            wakes,
            changes,
            wakes_all: wakes == Features::ALL,
            line_rules,
            edge_rules,
            beside_rules,
            patterns,
            bears,
            needed,
            asks,
            options,
            ids,
            gates_open: false,
        })
    }

    /// Every rule with a pattern that is in force is tried on every line that it may mean anything to.
    pub(crate) fn open_gates(&mut self) {
        self.gates_open = true;
        let Sorted { every, edge, beside, patterns } = Sorted::new(&self.rules, &self.effects, true);
        (self.line_rules, self.edge_rules, self.beside_rules, self.patterns) = (every, edge, beside, patterns);
        self.wakes_all = true;
    }

    /// How many lines below one that rule `id` matches may stand right below one that goes by it; and
    /// past a line that only would go beside another, those below see what goes above it.
    pub(crate) fn reach(&self, id: RuleId) -> u8 {
        let rule = self.rules.rule(id);
        match rule.action {
            Action::DeleteLine { and_next } if self.acts(id) => 1 + u8::from(and_next),
            _ => u8::from(rule.when.is_beside()),
        }
    }

    pub(crate) fn effect(&self, id: RuleId) -> Effect {
        self.effects.get(id.0 as usize).copied().unwrap_or(Effect::Off)
    }

    /// Whether some stage wants to know how a document starts.
    pub(crate) fn surveys(&self) -> bool {
        self.stages.iter().any(|s| s.surveys())
    }

    pub(crate) fn acts(&self, id: RuleId) -> bool {
        self.effect(id) == Effect::Act
    }

    /// Whether it is one of lave's own that drop lines which are only likely to be furniture.
    pub(crate) fn is_bold(&self, id: RuleId) -> bool {
        let rule = self.rules.rule(id);
        rule.level == Level::Likely && ORDER.contains(&rule.stage())
    }

    /// Whether wrapped lines are joined.
    pub(crate) fn unwraps(&self) -> bool {
        self.options.whitespace_unwrap && self.acts(self.ids.unwrap)
    }

    /// The marks that a line which these rules match bears.
    pub(crate) fn bears(&self, hits: &[RuleId]) -> u64 {
        hits.iter().fold(0, |all, id| all | self.bears[id.0 as usize])
    }

    /// The mark that rule `id` needs, if it needs one.
    pub(crate) fn wants(&self, id: RuleId) -> u64 {
        let needs = self.asks(id).needs;
        if needs == u64::MAX { 0 } else { needs & self.needed }
    }

    /// What rule `id` asks for.
    pub(crate) fn asks(&self, id: RuleId) -> Asks {
        self.asks[id.0 as usize]
    }

    /// Counts what became of the document as a whole, which is no edit.
    pub(crate) fn tally_envelope(&self, env: &Envelope, newlines: u64, tally: &mut Tally) {
        if !matches!(env.encoding, Encoding::Utf8 { .. }) {
            tally.count(self.ids.transcode, 1, 0);
        }
        if env.bom && !env.out_bom {
            tally.count(self.ids.bom, 1, 0);
        }
        let other: u64 = NewlineKind::ALL
            .into_iter()
            .filter(|&k| k != env.out_newline)
            .map(|k| {
                if k == env.newline { newlines - env.exceptions.len() } else { env.exceptions.deltas(k).count() as u64 }
            })
            .sum();
        if other > 0 {
            tally.count(self.ids.newline, other, 0);
        }
    }
}

/// The rules with a pattern that are in force, by the lines that they are for.
struct Sorted {
    /// Any.
    every: LineRules,
    /// Those at either end of the document.
    edge: LineRules,
    /// Those beside lines that may go.
    beside: LineRules,
    /// Those that they change a part of.
    patterns: Patterns,
}

impl Sorted {
    fn new(rules: &RuleSet, effects: &[Effect], forced: bool) -> Sorted {
        let on = |id: RuleId| effects.get(id.0 as usize).is_some_and(|&e| e != Effect::Off);
        // A mark counts wherever the line stands.
        let edge =
            |rule: &Rule| matches!(rule.when.zone, Some(Zone::Head | Zone::Tail | Zone::Edge)) && rule.marks.is_none();
        // Where a rule that looks around takes the next line along, that may stand far below: then lines
        // beside those that go are not told apart.
        let far = |(n, rule): (usize, &Rule)| {
            on(RuleId(n as u16)) && rule.when.looks_around() && rule.action == Action::DeleteLine { and_next: true }
        };
        let near = !forced && !rules.rules().iter().enumerate().any(far);
        let beside = |rule: &Rule| near && rule.when.is_beside() && rule.marks.is_none() && !edge(rule);
        let pick = |want: &dyn Fn(&Rule) -> bool| LineRules::new(rules, forced, |id, rule| on(id) && want(rule));
        Sorted {
            every: pick(&|r| !edge(r) && !beside(r)),
            edge: pick(&edge),
            beside: pick(&beside),
            patterns: Patterns::new(pick(&Rule::is_partial)),
        }
    }
}

/// The line that `place` of `text` stands in, unless it is long.
fn line_around(text: &str, place: Range<usize>) -> Option<Range<usize>> {
    let (bytes, Range { start, end }) = (text.as_bytes(), place);
    let left = memchr::memrchr(b'\n', &bytes[start.saturating_sub(NEAR)..start]);
    let right = memchr::memchr(b'\n', &bytes[end..bytes.len().min(end + NEAR)]);
    let from = match left {
        Some(i) => start.saturating_sub(NEAR) + i + 1,
        None if start <= NEAR => 0,
        None => return None,
    };
    let to = match right {
        Some(i) => end + i,
        None if bytes.len() <= end + NEAR => bytes.len(),
        None => return None,
    };
    Some(from..to)
}

/// The marks that each rule gives, and those that it asks for.
fn marks(rules: &RuleSet) -> Result<(Vec<u64>, Vec<Asks>)> {
    let mut names: Vec<&str> = Vec::new();
    for r in rules.rules() {
        let asked = [&r.when.needs, &r.when.after, &r.when.before];
        for name in asked.into_iter().flatten().filter(|m| *m != FURNITURE) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    if names.len() > 63 {
        let e = Error::new("rules", "rules ask for more than 63 different marks");
        return Err(e.remedy("let some of them share one"));
    }
    let bit = |mark: &Option<String>| {
        let mark = mark.as_deref()?;
        if mark == FURNITURE { Some(DROPPED) } else { names.iter().position(|n| *n == mark).map(|i| 1 << i) }
    };
    let asks = |r: &Rule| Asks {
        needs: bit(&r.when.needs).unwrap_or(u64::MAX),
        after: bit(&r.when.after).unwrap_or(u64::MAX),
        before: bit(&r.when.before).unwrap_or(u64::MAX),
    };
    let bears = rules.rules().iter().map(|r| bit(&r.marks).unwrap_or(0)).collect();
    Ok((bears, rules.rules().iter().map(asks).collect()))
}

/// What each rule may do.
fn effects(settings: &Settings, rules: &RuleSet) -> Result<Arc<[Effect]>> {
    let stages = settings.stages();
    let enable = named(settings, rules, "rules.enable")?;
    let disable = named(settings, rules, "rules.disable")?;
    let effect = |id: RuleId, rule: &Rule| {
        let on = rule.enabled || enable.contains(&id);
        // A user's own stages run with any of lave's; `none` only decodes.
        let own = !ORDER.contains(&rule.stage()) && !stages.is_empty();
        let stage_runs = own || stages.contains(&rule.stage()) || matches!(rule.stage(), "decode" | "pipeline");
        if !on || !stage_runs || disable.contains(&id) {
            Effect::Off
        } else if rule.level == Level::Show {
            Effect::Flag
        } else if rule.level <= settings.level(rule.stage()) || enable.contains(&id) {
            Effect::Act
        } else {
            Effect::Flag
        }
    };
    Ok(rules.rules().iter().enumerate().map(|(i, r)| effect(RuleId(i as u16), r)).collect())
}

/// The rules that a list of the settings names; `stage.*` names all of a stage.
fn named(settings: &Settings, rules: &RuleSet, key: &str) -> Result<Vec<RuleId>> {
    let mut all = Vec::new();
    for name in settings.list(key) {
        if let Some(stage) = name.strip_suffix(".*") {
            let of_stage = rules.rules().iter().enumerate().filter(|(_, r)| r.stage() == stage);
            all.extend(of_stage.map(|(i, _)| RuleId(i as u16)));
        } else if rules.id(name) != RuleId::NONE {
            all.push(rules.id(name));
        } else {
            let e = Error::new(key, format_args!("no rule `{name}`"));
            let ids = rules.rules().iter().map(|r| r.id.as_str());
            return Err(match nearest(name, ids) {
                Some(k) => e.remedy(format_args!("did you mean `{k}`?")),
                None => e.remedy("`lave rules list` shows them all"),
            });
        }
    }
    Ok(all)
}
