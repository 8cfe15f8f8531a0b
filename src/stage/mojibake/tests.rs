use std::sync::LazyLock;

use super::tables::{CP1252, TABLES};
use super::*;
use crate::stage::testing::wash;
use proptest::prelude::*;

static RULES: LazyLock<RuleSet> = LazyLock::new(|| RuleSet::builtin().expect("sound rules"));
static STAGE: LazyLock<Mojibake> = LazyLock::new(|| Mojibake::new(&RULES, &Options::default()));

#[test]
fn repairs() {
    for (line, want) in [
        ("CafÃ© crÃ¨me", "Café crème"),
        ("le café et le thÃ©", "le café et le thé"),
        ("donâ€™t", "don’t"),
        ("RÅ«ta", "Rūta"),
        ("РџСЂРёРІРµС‚", "Привет"),
        ("DraÄ¤â\u{80}\u{99}s", "DraĤ’s"),
        ("Ã¢â‚¬Å“SoÃ¢â‚¬\u{9d}", "“So”"),
        ("naÃ¯ve ð\u{9f}\u{98}\u{80}", "naïve 😀"),
        ("okay Ã\u{ad}Â\u{a0}Â½Ã\u{ad}Â¸Â\u{80}", "okay 😀"),
        ("itÂ\u{92}s", "it’s"),
        ("Signs read â€œshutâ€ at Leeâ€™s", "Signs read “shut” at Lee’s"),
        ("â€œlaterâ€, Ann wrote", "“later”, Ann wrote"),
        ("[â€œmapâ€]", "[“map”]"),
        ("Seats:Â 40", "Seats:\u{A0}40"),
        // Between legacy encodings.
        ("ÇáãßÊÈÉ ãÝÊæÍÉ Çáíæã", "المكتبة مفتوحة اليوم"),
        ("¹°ÀÌ ÁÁ¾Æ¿ä", "물이 좋아요"),
        ("Jeg ved ikke, hvad der er p† f‘rde.", "Jeg ved ikke, hvad der er på færde."),
        // UTF-8 that was read as GBK.
        ("Die Br眉cke wird f眉r Fu脽g盲nger gesperrt", "Die Brücke wird für Fußgänger gesperrt"),
        ("She said it\u{92}s \u{93}fine\u{94}", "She said it’s “fine”"),
        ("pÃ gina y capÃ\u{ad}tulo, el niÃ±o crece rÃ¡pido", "pàgina y capítulo, el niño crece rápido"),
        ("voilÃ la rÃ©ponse prÃªte", "voilà la réponse prête"),
        ("PumpOneâ\"¢", "PumpOne™"),
        // Capitals of Greek are small letters of Cyrillic to another encoding.
        ("ÖÉËÁ ÌÅ - ÂÏÓÊÏÐÏÕËÏÓ", "ΦΙΛΑ ΜΕ - ΒΟΣΚΟΠΟΥΛΟΣ"),
        ("veï¿œnderd", "ve\u{FFFD}nderd"),
        ("la mayorÃa dirÃ¡ que sÃ³lo mañana podrÃ¡", "la mayoría dirá que sólo mañana podrá"),
    ] {
        assert_eq!(wash(&*STAGE, &RULES, line).text, want, "{line}");
    }
}

#[test]
fn leaves_alone() {
    for line in [
        "",
        "plain",
        "É à la Â â Ã",
        "JAMÁS… ROSÉ® AVÓ— DÉJÀ»",
        "KÅ™, 7 Å—, Ō¬a, ∆±, √π, 1999—∞",
        "4×£9 (“–” and “×” keys)",
        "( u¬ô ) «¬´ ├┤b┼┐c┼┐d",
        "Він і вона, її Ґанок, В’язень, „3Д“ кино",
        "Љубав ВЉ ГЉ, међу њима",
        "اگر کچھ پیش آیا",
        "ƒãa le mɔ dzi",
        "zvlášť, nášľap",
        "ΆΈΉ Έλα ΒΈ",
        "ภาษาไทย यह है 日本語 한국어",
        "TERÂ\u{a0}LAS HYVÄ\u{a0}PÄIVÄ\u{a0}ANNA",
        "R E L A Ç Ã O",
        "Two Ã’s and three Â’s in a row of letters",
        "„Ä“ und „Ö“ und „BLÄ“",
        "lost \u{FFFD}\u{FFFD} here",
        "Dei gÂ for 5 kr",
        // It may be "vóór" or "væær".
        "v¾¾r",
        // No table knows Friulian.
        "Tornâ a inviâ in modalitât risoluzion problemis?",
        "No tu âs ancjemò blocât nissun argoment.",
        "Ti permet di specificâ un metadât par une jentrade.",
        // Formulas.
        "The trend line has the equation y=a∙ln(x)+b, or y=-b∙x a.",
        "The result is red×65536 + green×256 + blue.",
        "=NUMBERVALUE(\"123·4\"; \"·\")",
        "físeán+íomhá",
        "활동\u{98}§스 버튼을",
    ] {
        assert_eq!(wash(&*STAGE, &RULES, line).text, line);
    }
}

#[test]
fn says_what_it_did() {
    for (line, by) in [
        ("cafÃ© crÃ¨me", "mojibake.utf8"),
        ("CafÃƒÂ© crÃƒÂ¨me", "mojibake.utf8-twice"),
        ("LÄ«vi", "mojibake.utf8-short"),
        ("allÃ©s Ã  la gare, dÃ©jÃ  tÃ´t", "mojibake.nbsp-as-space"),
        ("â€œmapâ€", "mojibake.lost-byte"),
        ("â€œThe vote â€\" he said", "mojibake.straightened"),
    ] {
        assert!(wash(&*STAGE, &RULES, line).by.iter().any(|r| r == by), "{line}: {:?}", wash(&*STAGE, &RULES, line));
    }
}

#[test]
fn hostile_lines_settle() {
    // "с" as Windows-1251 is "ñ", and that is Latin; as Windows-1252 it is "с" again.
    let line = format!("Download the Helmsby Cour{}ier app for iPed in the spring.", "с".repeat(29));
    wash(&*STAGE, &RULES, &line);
    for unit in ["Ã", "Â", "Ãâ€", "Ã ", "Ã‚Ãƒ", "Ã\u{FFFD}", "â\"", "í\u{a0}½", "Ð\u{a0}Ñ", "р\u{FFFD}"]
    {
        wash(&*STAGE, &RULES, &unit.repeat(2000));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn settles(line in "[ÃÂÄÅÐÑâ€™œ“”\u{80}\u{9d}\u{a0}\u{ad}\u{FFFD} \"'©¤±°ăîРСВЃ‚ђ√¬∞├⌐éàa-cZ.?žđğíð½ï¿]{0,40}") {
        let once = wash(&*STAGE, &RULES, &line).text;
        prop_assert!(once.chars().count() <= line.chars().count());
        prop_assert_eq!(&wash(&*STAGE, &RULES, &once).text, &once);
    }

    /// Words with characters in them that many encodings have: readings must not take turns.
    #[test]
    fn legacy_readings_settle(
        words in prop::collection::vec(("[A-Za-z]{2,8}", "[сññåŮůэлÍøðþßřąčΓαωבéèüĺ°ºª´¸¾¼³²±×÷„…‡†•žšŽ‘’ÁÕ├│║мГ√∆æœ]", 0..12_usize, "[a-z]{0,6}"), 1..8),
        joint in "[ ,.-]",
    ) {
        let line: Vec<String> = words.iter().map(|(a, c, n, b)| format!("{a}{}{b}", c.repeat(*n))).collect();
        let line = line.join(&joint);
        let once = wash(&*STAGE, &RULES, &line).text;
        prop_assert_eq!(&wash(&*STAGE, &RULES, &once).text, &once);
    }

    #[test]
    fn one_layer_comes_off(words in prop::collection::vec(prop::sample::select(vec!["город", "вечер", "письмо", "объём", "река", "чай", "щит"]), 2..6)) {
        // Sound words of one script, misread once: back to what they were.
        let word = words.join(" ");
        let broken: String = word.bytes().map(|b| if b.is_ascii() { char::from(b) } else { TABLES.char_of(CP1252, b) }).collect();
        prop_assert_eq!(wash(&*STAGE, &RULES, &broken).text, word.clone());
        prop_assert_eq!(wash(&*STAGE, &RULES, &word).text, word);
    }
}

#[test]
fn what_is_no_reading_is_told() {
    // Single words in another encoding, and what stands for a lost apostrophe or dash.
    for (line, want) in [("PrevŽn", "é"), ("Thιβtre", "éâ"), ("foto¿s", "’"), ("€“Kamille", "–")] {
        let mut settings = crate::Settings::default();
        settings.set("stages", "mojibake", "test").expect("a key");
        settings.set("level", "likely", "test").expect("a key");
        let cleaned = crate::Pipeline::new(&settings).expect("sound settings").clean(line.as_bytes());
        assert_eq!(cleaned.text(), line);
        let (at, c) = line.char_indices().find(|(_, c)| !c.is_ascii()).expect("a place");
        let end = line[at..].find(|c: char| c.is_ascii()).map_or(line.len(), |i| at + i);
        assert_eq!(suggestion(line, at..end).as_deref(), Some(want), "{line} {c}");
    }
}

#[test]
fn letters_that_may_be_meant_take_three_words() {
    // What Hungarians and Romanians write where a letter is missing; letters from next door.
    for (few, many) in [
        ("A gyûlés után az elnök szûkszavú maradt.", "A gyûlés után az idõs elnök szûkszavú maradt."),
        ("Grãdina este plinã de flori frumoase.", "Grãdina are toatã vara flori, dar nu are o fântânã."),
        ("Kdyľ zapadlo slunce, báli se dále chodit i muľi.", "Kdyľ zapadlo slunce, báli se muľi i ľeny dále chodit."),
    ] {
        assert_eq!(wash(&*STAGE, &RULES, few).text, few);
        let (at, c) = few.char_indices().find(|(_, c)| "ûãľ".contains(*c)).expect("a letter");
        assert!(suggestion(few, at..at + c.len_utf8()).is_some_and(|s| "űăž".contains(&s)), "{few}");
        let text = wash(&*STAGE, &RULES, many).text;
        assert!(!text.contains(['û', 'õ', 'ã', 'ľ']), "{text}");
    }
    // With a letter that nobody means, the others are no habit.
    let line = "Noi am bãut o ceaºcã de cafea.";
    assert_eq!(wash(&*STAGE, &RULES, line).text, "Noi am băut o ceaşcă de cafea.");
}

/// What the whole pipeline makes of `text` with nothing but this stage.
fn clean(text: &str, level: &str, batch: usize) -> String {
    let mut settings = crate::Settings::default();
    settings.set("stages", "mojibake", "test").expect("a key");
    settings.set("level", level, "test").expect("a key");
    let cleaned = crate::Pipeline::new(&settings).expect("sound settings").with_batch(batch).clean(text.as_bytes());
    assert_eq!(cleaned.revert(), text.as_bytes());
    cleaned.text().to_owned()
}

#[test]
fn a_document_speaks_for_its_lines() {
    let many = "CafÃ© crÃ¨me et thÃ©, l'Ã©tÃ© dernier.\n".repeat(8);
    for (line, level, want) in
        [("Â£5", "safe", "£5"), ("KÅ™", "likely", "Kř"), ("ROSÉ®", "likely", "ROSÉ®"), ("MAÇÃ…", "likely", "MAÇÃ…")]
    {
        assert_eq!(clean(&format!("{line}\n"), "safe", 1 << 18), format!("{line}\n"));
        // Wherever it stands, however the document is cut, and once and for all.
        for text in [format!("{line}\n{many}"), format!("{many}{line}\n")] {
            let all = clean(&text, level, 1 << 18);
            assert!(all.lines().any(|l| l == want), "{line}: {all}");
            assert_eq!(clean(&text, level, 16), all);
            assert_eq!(clean(&all, level, 1 << 18), all);
        }
    }
}

#[test]
fn lines_go_the_way_of_others_between_legacy_encodings() {
    // Windows-1252 read as MacRoman and the other way round, Windows-1250 read as Windows-1252.
    for (others, line, want, sound) in [
        (
            "Regeringen f\u{2C6}resl\u{C2}r en ny lag om f\u{2C6}rskolan och \u{2030}ldre m\u{2030}nniskor.",
            "Pl\u{2030}ttsj\u{2C6}",
            "Plättsjö",
            "Résumé Ångström",
        ),
        ("Pøíští týden pøijede do mìsta nìkolik umìlcù.", "Dìjiny mìsta", "Dějiny města", "Øresund à la carte"),
    ] {
        let text = format!("{line}\n{sound}\n{}", format!("{others}\n").repeat(4));
        assert_eq!(clean(&format!("{line}\n"), "likely", 1 << 18), format!("{line}\n"), "by itself it is doubtful");
        let all = clean(&text, "likely", 1 << 18);
        assert_eq!(all.lines().take(2).collect::<Vec<_>>(), [want, sound]);
        assert_eq!(clean(&text, "likely", 16), all);
        assert_eq!(clean(&all, "likely", 1 << 18), all);
    }
}

#[test]
fn few_lines_do_not_speak_for_many() {
    // One line in Friulian that looks like Latvian, and others that do not.
    let (odd, even) = ("Cemût salvâ i miei dâts", "Il file nol è stât cjatât te cartele.");
    let text = format!("{odd}\n{}", format!("{even}\n").repeat(20));
    let all = clean(&text, "likely", 1 << 18);
    assert!(all.ends_with(&format!("{even}\n").repeat(20)), "{all}");
}

#[test]
fn sound_lines_speak_against_others() {
    // Doubtful by itself, and like others only where those are not the few.
    let (broken, line) =
        ("A városi könyvtár csütörtökig zárva tart: a fõépület tetõjét esõ verte be.", "A nõk is ott ültek.");
    let sound = "Az erdő szélén ősszel gőzölög a mező, jön az őszi eső.";
    for (n, m) in [(3, 0), (3, 9)] {
        let text = format!("{line}\n{}{}", format!("{broken}\n").repeat(n), format!("{sound}\n").repeat(m));
        let all = clean(&text, "likely", 1 << 18);
        assert_eq!(all.starts_with("A nők"), m == 0, "{all}");
        assert_eq!(clean(&text, "likely", 16), all);
        assert_eq!(clean(&all, "likely", 1 << 18), all);
    }
}

#[test]
fn sound_lines_need_no_closer_look() {
    for line in [
        "“Our members are patient, but not forever,” said Agnès Björklund – a strategist in Málaga…",
        "Die Behörde für Straßenbau prüft die Brücke in Gießen, und müssen heißt müssen.",
        "Příliš žluťoučký kůň úpěl ďábelské ódy.",
        "Il s'est tu ; l'été à Orléans fut très gai, déjà.",
        "Погода изменила планы, а работы в городе завершатся не раньше осени.",
        "Το πανεπιστήμιο ζήτησε νέο σχέδιο.",
        "“这只是一个开始，”王秀兰在兰州对记者说。",
        "naïve 😀 — 12 km from Łódź",
    ] {
        let look = quiet::look(line, &STAGE.memory);
        assert!(look.is_sound && look.seen == 0, "{line}");
        assert!(legacy::read(line, false).is_none(), "{line}");
    }
}

#[test]
fn what_is_kept_of_clusters_changes_nothing() {
    let all = ["Ðóññêèé òåêñò", "foto¿s y a€™ en Öz", "p† f‘rde ’t’", "ÆÐßéÿ", "É", "ЖЖЖЖЖЖЖЖ ж", "“加”n", "ü²"];
    let look = |line: &str| {
        let look = quiet::look(line, &STAGE.memory);
        (look.seen, look.turned, look.is_sound)
    };
    let first = all.map(look);
    for c in '\u{80}'..'\u{3000}' {
        look(&format!("a{c}b {c}"));
    }
    assert_eq!(all.map(look), first);
}

proptest! {
    #[test]
    fn clusters_see_what_the_line_does(line in "[a-zA-Z \"+ÃÂâÅ€™œÐÑ°±ÿРСвЖαΰ…“”’\u{80}\u{9D}\u{A0}\u{FFFD}加😀]{0,24}") {
        let (look, seen) = (quiet::look(&line, &STAGE.memory), TABLES.seen_in(&line));
        prop_assert_eq!(look.seen & seen, seen);
    }
}
