use super::Manifest;

const EXAMPLE: &str = include_str!("../../../lessons/06-lock/lesson.toml");

fn complaint(text: &str) -> String {
    Manifest::parse("lesson.toml", text)
        .unwrap_err()
        .to_string()
}

/// The example with one text replaced.
fn broken(from: &str, to: &str) -> String {
    assert!(EXAMPLE.contains(from), "{from}");
    complaint(&EXAMPLE.replacen(from, to, 1))
}

/// `line:column` of the first place of `text` in the example, `skip` characters further on.
fn at(text: &str, skip: usize) -> String {
    let offset = EXAMPLE.find(text).unwrap() + skip;
    let line = EXAMPLE[..offset].matches('\n').count() + 1;
    let start = EXAMPLE[..offset].rfind('\n').map_or(0, |n| n + 1);
    format!(
        "lesson.toml:{line}:{}",
        EXAMPLE[start..offset].chars().count() + 1
    )
}

#[test]
fn the_example_is_read_whole() {
    let manifest = Manifest::parse("lesson.toml", EXAMPLE).unwrap();
    assert_eq!((manifest.slug.as_str(), manifest.order), ("lock", Some(6)));
    assert_eq!(manifest.parameters.len(), 4);
    assert_eq!(manifest.listings[0].lines.len(), 40);
    assert!(manifest.checks.len() >= 8 && manifest.predictions.len() >= 3);
    assert_eq!(manifest.claims[0].probe, "seen_while_alive.py");
}

#[test]
fn an_error_names_line_column_what_was_found_and_what_is_expected() {
    let kind = "kind = \"lines-multiset\"";
    let message = broken(kind, "kind = \"lines-multisets\"");
    assert!(message.starts_with(&at(kind, 7)), "{message}");
    assert!(
        message.contains(
            "checks[0].kind: found \"lines-multisets\", expected one of lines-multiset, "
        ),
        "{message}"
    );
}

/// What is changed to what, where the complaint points, and what it says.
type Case = (&'static str, &'static str, String, &'static str);

fn cases() -> Vec<Case> {
    vec![
        (
            "order = 6",
            "order = \"6\"",
            at("order = 6", 8),
            "order: found \"6\", expected an integer",
        ),
        (
            "verdict = \"false\"",
            "",
            at("[[claims]]", 0),
            "claims[0].verdict: found nothing, expected `verdict`",
        ),
        (
            "needs = [\"array\"]",
            "need = [\"array\"]",
            at("needs", 0),
            "need: found the key `need`, expected one of ",
        ),
        (
            "min = 1",
            "min = 11",
            at("default = 10", 10),
            "parameters[0].default: found 10, expected a default within its range: an integer from 11 to 32",
        ),
        (
            "{100 + i}",
            "{100 + j}",
            at("\"{i} -----> {100 + i}", 0),
            "found `j` in `100 + j`, expected only names it knows: processes, lock",
        ),
        (
            "{100 + i}",
            "{100 +}",
            at("{100 + i}", 6),
            "found the end where a value is expected, expected a line with",
        ),
        (
            "hangs = \"lock == ",
            "hangs = \"lock = ",
            at("hangs = \"lock == ", 14),
            "`=` has no meaning here",
        ),
        (
            "id = \"own-order\"",
            "id = \"every-line\"",
            at("id = \"own-order\"", 5),
            "checks[2].id: found `every-line` a second time",
        ),
        (
            "zh = \"用锁排队\"",
            "zh = \"\"",
            at("zh = \"用锁排队\"", 5),
            "title.zh: found an empty string, expected some text",
        ),
        (
            "{ en = \"Taking turns with a lock\", zh = \"用锁排队\" }",
            "{}",
            at("{ en = \"Taking", 0),
            "title.en: found nothing, expected `en`: ",
        ),
        (
            "when = \"len(blocks)",
            "when = \"length(blocks)",
            at("when = \"len(blocks)", 7),
            "the function `length`",
        ),
        (
            "listings = [\"tutorial\", \"torn\"]",
            "listings = [\"turn\"]",
            at("[\"tutorial\", \"torn\"]", 1),
            "expected the id of a listing above: tutorial, torn",
        ),
        (
            "verdict = \"false\"",
            "verdict = \"outdated\"",
            at("[[claims]]", 0),
            "claims[0].since: found nothing",
        ),
        (
            "probe = \"seen",
            "probe = \"../seen",
            at("probe = \"seen", 8),
            "expected the name of a file under probes/",
        ),
    ]
}

#[test]
fn what_is_wrong_is_pointed_at() {
    for (from, to, place, words) in cases() {
        let message = broken(from, to);
        assert!(message.contains(words), "{from} → {to}: {message}");
        assert!(
            message.starts_with(&place),
            "{from} → {to}: {message} at {place}"
        );
    }
}

#[test]
fn a_text_that_is_no_toml_says_where() {
    let message = complaint("slug = \"a\"\norder = \n");
    assert!(message.starts_with("lesson.toml:2:"), "{message}");
    let message = complaint("slug = \"a\"\nslug = \"b\"\n");
    assert!(message.starts_with("lesson.toml:2:1: "), "{message}");
}

#[test]
fn a_choice_needs_two_answers_and_one_open_end() {
    let message = broken(", when = \"len(blocks) == processes\"", "");
    assert!(message.contains("2 answers without `when`"), "{message}");
}

#[test]
fn definitions_upon_definitions_do_not_fill_the_memory() {
    let mut text = EXAMPLE.replacen("[define]\n", "[define]\nd0 = \"'0123456789'\"\n", 1);
    for n in 1..60 {
        let line = format!("d{n} = \"d{0} + d{0}\"\n", n - 1);
        text = text.replacen("locked = ", &format!("{line}locked = "), 1);
    }
    let manifest = Manifest::parse("lesson.toml", &text).unwrap();
    let params = crate::lesson::Params::defaults(&manifest.parameters);
    let circumstances = crate::lesson::Circumstances::default();
    let setting = crate::lesson::Setting::new(&params, &circumstances, &manifest.define);
    let known = |n: usize| crate::lesson::Scope::name(&setting, &format!("d{n}")).is_some();
    assert!(known(10) && !known(59));
}

#[test]
fn every_mistake_is_told_in_the_order_of_the_file() {
    let text = EXAMPLE
        .replacen("order = 6", "ordr = 6", 1)
        .replacen("title = ", "titel = ", 1)
        .replacen("kind = \"lines-multiset\"", "kind = \"lines-multisets\"", 1)
        .replacen("id = \"own-order\"", "id = 7", 1)
        .replacen("of = \"process\"", "of = \"proces\"", 1)
        .replacen("is = \"processes\"", "is = \"procesess\"", 1)
        .replacen("verdict = \"false\"", "verdict = \"wrong\"", 1);
    let error = Manifest::parse("lesson.toml", &text).unwrap_err();
    let crate::lesson::LessonError::Malformed(mistakes) = &error else {
        panic!("{error}");
    };
    let places: Vec<&str> = mistakes.iter().map(|m| m.place.as_str()).collect();
    let expected = [
        "ordr",
        "titel",
        "checks[0].kind",
        "checks[2].id",
        "checks[6].of",
        "checks[6].is",
        "claims[0].verdict",
        "title",
    ];
    assert_eq!(places, expected, "{mistakes:#?}");
    assert!(mistakes[..7].is_sorted_by_key(|mistake| mistake.spot));
    assert!(
        error
            .to_string()
            .ends_with("(and 7 more mistakes: forklore lessons check tells them all)")
    );
    assert!(
        mistakes[4].words().zh.contains("以下之一：process, all"),
        "{mistakes:?}"
    );
}

#[test]
fn a_pack_may_be_written_in_one_language() {
    let text = EXAMPLE.replacen(", zh = \"用锁排队\"", "", 1).replacen(
        "{ en = \"processes\", zh = \"进程数\" }",
        "\"processes\"",
        1,
    );
    let manifest = Manifest::parse("lesson.toml", &text).unwrap();
    let zh = crate::lesson::Lang::Zh;
    assert_eq!(manifest.title.get(zh), "Taking turns with a lock");
    assert_eq!(manifest.parameters[0].label.get(zh), "processes");
}
