use super::*;

fn best(text: &str) -> (&'static str, i64) {
    let m = Model::get();
    let mut t = Text::default();
    m.prepare(text.chars(), &mut t);
    let fit = m.best(&t, m.nearest::<6>(&t, Set::MAX)).expect("languages");
    (m.name(fit.language), m.strangeness(fit, &t))
}

#[test]
fn tables_are_read_to_their_end() {
    let m = Model::get();
    assert!(m.len() > 80 && m.len() < LANES);
    assert!(m.languages.iter().all(|l| l.rows.len() == l.size * l.size));
    assert!(DATA.len() < 300 << 10, "the tables grow beyond what lave is to carry along");
}

#[test]
fn languages_are_told_apart() {
    for (text, want) in [
        ("The council will meet on Wednesday to look at the plans for the bridge.", "en"),
        ("Der Stadtrat trifft sich am Mittwoch, um über die Brücke zu beraten.", "de"),
        ("Le conseil se réunit mercredi pour étudier les plans du pont.", "fr"),
        ("A városi tanács szerdán ül össze, hogy megvitassa a híd terveit.", "hu"),
        ("Rada miasta zbierze się w środę, aby omówić plany mostu.", "pl"),
        ("Belediye meclisi köprünün planlarını görüşmek için çarşamba günü toplanacak.", "tr"),
        ("Городской совет соберётся в среду, чтобы обсудить планы моста.", "ru"),
        ("Το δημοτικό συμβούλιο θα συνεδριάσει την Τετάρτη.", "el"),
        ("市議会は水曜日に開かれ、橋の計画について話し合います。", "ja"),
        ("市议会将于星期三召开会议，讨论新桥的计划。", "zh"),
        ("시의회는 수요일에 회의를 열어 다리 계획을 논의한다.", "ko"),
    ] {
        let (name, strange) = best(text);
        assert_eq!(name, want, "{text}");
        assert!(strange < 250, "{text}: {strange}");
    }
}

#[test]
fn damage_is_strange() {
    for text in ["ÇáãßÊÈÉ ÇáÚÇãÉ Ýí ÇáãÏíäÉ", "Õâàëà è ñëàâà íà òîçè ãðàä", "×¢×‘×¨×™×ª ×™×¤×”"]
    {
        assert!(best(text).1 > 600, "{text}: {:?}", best(text));
    }
}

#[test]
fn common_words_are_known() {
    let model = Model::get();
    let known = |text: &str, name: &str| {
        let chars: Vec<char> = text.chars().collect();
        let at = chars.iter().position(|c| !c.is_ascii()).expect("a letter");
        let window = Window::around(chars[..at].iter().rev().copied(), chars[at], chars[at + 1..].iter().copied());
        model.knows(window, model.number(name).expect("a language"))
    };
    for (text, name) in [
        ("på", "nb"),
        ("er på ny", "nn"),
        ("Più", "it"),
        ("değil", "tr"),
        ("Uključen", "bs"),
        ("it’s", "en"),
        ("vóór", "nl"),
    ] {
        assert!(known(text, name), "{text}");
    }
    for (text, name) in [("pĺ", "nb"), ("p†", "da"), ("deðil", "tr"), ("pi∙", "it"), ("på", "tr")] {
        assert!(!known(text, name), "{text}");
    }
}

#[test]
fn romanian_has_its_letters() {
    let model = Model::get();
    let romanian = model.number("ro").expect("a language");
    for c in ['ş', 'ţ', 'ș', 'ț', 'ă', 'î', 'â'] {
        assert!(model.alphabets(c) >> romanian & 1 == 1, "{c}");
    }
}

#[test]
fn blocks_of_signs_have_no_letters() {
    assert!((0..0x3100).filter_map(char::from_u32).all(|c| !symbols::is_sign(c) || !c.is_alphabetic()));
}
