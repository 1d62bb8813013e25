//! `[[predictions]]`, `[[claims]]`, `[[listings]]` and `[outcome]` of lesson.toml.

use crate::lesson::fields::{lines, loops, when};
use crate::lesson::names::Names;
use crate::lesson::questions::{
    AnswerOption, Claim, Listing, Outcome, Prediction, PredictionKind, PythonRange, Truth,
};
use crate::lesson::section::{Field, Section};
use crate::lesson::words::Words;

pub(super) fn listing(field: &Field<'_>) -> Listing {
    let section = field.section("listing");
    let text = section.required("lines");
    let lines = if text.is_array() {
        text.items()
            .iter()
            .map(|line| line.string().to_owned())
            .collect()
    } else {
        text.text().lines().map(str::to_owned).collect()
    };
    let listing = Listing {
        spot: field.spot(),
        id: section.required("id").identifier('-'),
        title: section.optional("title").map(|field| field.words()),
        lines,
    };
    section.done();
    listing
}

pub(super) fn outcome(field: &Field<'_>, names: &Names) -> Outcome {
    const KINDS: &[(&str, &str)] = &[
        ("lines", "outcome-lines"),
        ("multiset", "outcome-multiset"),
        ("blocks", "outcome-blocks"),
        ("value", "outcome-value"),
    ];
    let mut section = field.section("outcome");
    let Some(kind) = section.required("kind").word(KINDS) else {
        return Outcome::Lines;
    };
    section.keys_of(kind);
    let outcome = match kind {
        "outcome-lines" => Outcome::Lines,
        "outcome-multiset" => Outcome::Multiset,
        "outcome-blocks" => {
            let loops = loops(&section, names);
            let inner = names.with_loops(&loops);
            Outcome::Blocks {
                label: inner.template(&section.required("label")),
                lines: lines(&section.required("lines"), &inner),
                loops,
            }
        }
        _ => Outcome::Value {
            value: names.with_run().expr(&section.required("value")),
        },
    };
    section.done();
    outcome
}

/// `None` where there is no such kind; that was noted.
pub(super) fn prediction(
    field: &Field<'_>,
    names: &Names,
    listings: &[Listing],
) -> Option<Prediction> {
    const KINDS: &[(&str, &str)] = &[
        ("choice", "prediction-choice"),
        ("order", "prediction-order"),
        ("number", "prediction-number"),
        ("possible", "prediction-possible"),
    ];
    let mut section = field.section("prediction");
    let run = names.with_run();
    let (id, when, question, explanation) = (
        section.required("id").identifier('-'),
        when(&section, names),
        section.required("question").words(),
        section.required("explanation").words(),
    );
    let kind = section.required("kind").word(KINDS)?;
    section.keys_of(kind);
    let kind = match kind {
        "prediction-choice" => PredictionKind::Choice {
            options: options(&section, &run),
        },
        "prediction-order" => PredictionKind::Order {
            items: lines(&section.required("items"), names),
            answer: run.expr(&section.required("answer")),
        },
        "prediction-number" => PredictionKind::Number {
            answer: run.expr(&section.required("answer")),
            min: names.expr(&section.required("min")),
            max: names.expr(&section.required("max")),
            within: section.optional("within").map(|field| names.expr(&field)),
        },
        _ => PredictionKind::Possible {
            listings: known_listings(&section, listings),
        },
    };
    section.done();
    Some(Prediction {
        spot: field.spot(),
        id,
        when,
        question,
        explanation,
        kind,
    })
}

fn options(section: &Section<'_>, run: &Names) -> Vec<AnswerOption> {
    let field = section.required("options");
    let mut options = Vec::new();
    let mut open = 0;
    for item in field.items() {
        let table = item.section("option");
        let option = AnswerOption {
            id: table.required("id").identifier('-'),
            text: table.required("text").words(),
            when: when(&table, run),
        };
        table.done();
        open += usize::from(option.when.is_none());
        options.push(option);
    }
    if options.len() < 2 && field.is_array() {
        field.complain(
            Words::tell("mistake.answers", &[("n", &options.len())]),
            Words::tell("mistake.two-answers", &[]),
        );
    }
    if open > 1 {
        field.complain(
            Words::tell("mistake.open-answers", &[("n", &open)]),
            Words::tell("mistake.one-open", &[]),
        );
    }
    options
}

fn known_listings(section: &Section<'_>, listings: &[Listing]) -> Vec<String> {
    let items = section.required("listings").items();
    let ids: Vec<&str> = items.iter().map(Field::string).collect();
    for (item, id) in items.iter().zip(&ids) {
        if !listings.iter().any(|listing| listing.id == *id) {
            let known: Vec<&str> = listings.iter().map(|listing| listing.id.as_str()).collect();
            item.wrong(Words::tell(
                "mistake.listing",
                &[("known", &known.join(", "))],
            ));
        }
    }
    ids.into_iter().map(str::to_owned).collect()
}

pub(super) fn claim(field: &Field<'_>) -> Claim {
    const METHODS: &[(&str, &str)] = &[
        ("fork", "fork"),
        ("spawn", "spawn"),
        ("forkserver", "forkserver"),
    ];
    let section = field.section("claim");
    let truth = section.required("verdict").word(Truth::WORDS);
    let since = section.optional("since");
    match (&since, truth) {
        (None, Some(Truth::Outdated)) => drop(section.required("since")),
        (Some(field), Some(other)) if other != Truth::Outdated => field.complain(
            Words::tell("mistake.since", &[]),
            Words::tell("mistake.only-outdated", &[]),
        ),
        _ => {}
    }
    let (probe, expect) = (section.required("probe"), section.required("expect"));
    let name = probe.string();
    if name.starts_with('.') || name.contains(['/', '\\']) {
        probe.wrong(Words::tell("mistake.probe", &[]));
    }
    let methods = section.optional("methods").map(|field| field.items());
    let claim = Claim {
        probe_spot: probe.spot(),
        expect_spot: expect.spot(),
        id: section.required("id").identifier('-'),
        says: section.required("says").words(),
        truth: truth.unwrap_or(Truth::True),
        since: since.map(|field| field.text()),
        finding: section.required("finding").words(),
        probe: probe.text(),
        expect: expect.text(),
        python: section.optional("python").and_then(|field| python(&field)),
        methods: methods
            .unwrap_or_default()
            .iter()
            .filter_map(|item| item.word(METHODS).map(str::to_owned))
            .collect(),
    };
    section.done();
    claim
}

fn python(field: &Field<'_>) -> Option<PythonRange> {
    let range = PythonRange::parse(field.string());
    if range.is_none() {
        field.wrong(Words::tell("mistake.versions", &[]));
    }
    range
}
