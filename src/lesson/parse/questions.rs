//! `[[predictions]]`, `[[claims]]`, `[[listings]]` and `[outcome]` of lesson.toml.

use crate::lesson::error::LessonError;
use crate::lesson::fields::{lines, loops, when};
use crate::lesson::names::Names;
use crate::lesson::questions::{
    AnswerOption, Claim, Listing, Outcome, Prediction, PredictionKind, PythonRange, Truth,
};
use crate::lesson::section::{Field, Section};

pub(super) fn listing(field: &Field<'_>) -> Result<Listing, LessonError> {
    let section = field.section()?;
    let title = section.optional("title").map(|f| f.words()).transpose()?;
    let text = section.required("lines", "the output, line by line")?;
    let lines = if text.is_array() {
        text.items()?
            .iter()
            .map(|line| line.string().map(str::to_owned))
            .collect::<Result<_, _>>()?
    } else {
        text.text()?.lines().map(str::to_owned).collect()
    };
    let listing = Listing {
        id: section
            .required("id", "`tutorial` or a name")?
            .identifier('-')?,
        title,
        lines,
    };
    section.done()?;
    Ok(listing)
}

pub(super) fn outcome(field: &Field<'_>, names: &Names) -> Result<Outcome, LessonError> {
    const KINDS: &[(&str, &str)] = &[
        ("lines", "lines"),
        ("multiset", "multiset"),
        ("blocks", "blocks"),
        ("value", "value"),
    ];
    let section = field.section()?;
    let kind = section
        .required("kind", "lines, multiset, blocks or value")?
        .word(KINDS)?;
    let outcome = match kind {
        "lines" => Outcome::Lines,
        "multiset" => Outcome::Multiset,
        "blocks" => {
            let loops = loops(&section, names)?;
            let inner = names.with_loops(&loops);
            Outcome::Blocks {
                label: inner.template(&section.required("label", "the block's name")?)?,
                lines: lines(&section.required("lines", "the lines of a block")?, &inner)?,
                loops,
            }
        }
        _ => Outcome::Value {
            value: names
                .with_run()
                .expr(&section.required("value", "an expression over the run")?)?,
        },
    };
    section.done()?;
    Ok(outcome)
}

pub(super) fn prediction(
    field: &Field<'_>,
    names: &Names,
    listings: &[Listing],
) -> Result<Prediction, LessonError> {
    const KINDS: &[(&str, &str)] = &[
        ("choice", "choice"),
        ("order", "order"),
        ("number", "number"),
        ("possible", "possible"),
    ];
    let section = field.section()?;
    let run = names.with_run();
    let kind = section
        .required("kind", "choice, order, number or possible")?
        .word(KINDS)?;
    let kind = match kind {
        "choice" => PredictionKind::Choice {
            options: options(&section, &run)?,
        },
        "order" => PredictionKind::Order {
            items: lines(&section.required("items", "what is to be ordered")?, names)?,
            answer: run.expr(&section.required("answer", "a list over the run")?)?,
        },
        "number" => PredictionKind::Number {
            answer: run.expr(&section.required("answer", "a number over the run")?)?,
            min: names.expr(&section.required("min", "the smallest answer")?)?,
            max: names.expr(&section.required("max", "the greatest answer")?)?,
            within: match section.optional("within") {
                Some(field) => Some(names.expr(&field)?),
                None => None,
            },
        },
        _ => PredictionKind::Possible {
            listings: known_listings(&section, listings)?,
        },
    };
    let prediction = Prediction {
        line: field.line(),
        id: section.required("id", "a name")?.identifier('-')?,
        when: when(&section, names)?,
        question: section.required("question", "what is asked")?.words()?,
        explanation: section
            .required("explanation", "why it comes out as it does")?
            .words()?,
        kind,
    };
    section.done()?;
    Ok(prediction)
}

fn options(section: &Section<'_>, run: &Names) -> Result<Vec<AnswerOption>, LessonError> {
    let field = section.required("options", "at least two answers")?;
    let mut options = Vec::new();
    let mut open = 0;
    for item in field.items()? {
        let table = item.section()?;
        let option = AnswerOption {
            id: table.required("id", "a name")?.identifier('-')?,
            text: table.required("text", "the answer")?.words()?,
            when: when(&table, run)?,
        };
        table.done()?;
        open += usize::from(option.when.is_none());
        options.push(option);
    }
    if options.len() < 2 {
        return Err(field.complain(format!("{} answers", options.len()), "at least two answers"));
    }
    if open > 1 {
        return Err(field.complain(
            format!("{open} answers without `when`"),
            "at most one: the answer for every other run",
        ));
    }
    Ok(options)
}

fn known_listings(section: &Section<'_>, listings: &[Listing]) -> Result<Vec<String>, LessonError> {
    section
        .required("listings", "ids of [[listings]]")?
        .items()?
        .iter()
        .map(|item| {
            let id = item.string()?;
            if listings.iter().any(|listing| listing.id == id) {
                return Ok(id.to_owned());
            }
            let known: Vec<&str> = listings.iter().map(|l| l.id.as_str()).collect();
            Err(item.wrong(format!("the id of a listing above: {}", known.join(", "))))
        })
        .collect()
}

pub(super) fn claim(field: &Field<'_>) -> Result<Claim, LessonError> {
    const METHODS: &[(&str, &str)] = &[
        ("fork", "fork"),
        ("spawn", "spawn"),
        ("forkserver", "forkserver"),
    ];
    let section = field.section()?;
    let truth = section
        .required("verdict", "true, imprecise, outdated or false")?
        .word(Truth::WORDS)?;
    let since = section.optional("since");
    match (&since, truth) {
        (None, Truth::Outdated) => {
            section.required("since", "the Python version since which it no longer holds")?;
        }
        (Some(field), other) if other != Truth::Outdated => {
            return Err(field.complain("`since`", "it only with verdict = \"outdated\""));
        }
        _ => {}
    }
    let probe = section.required("probe", "a file under probes/")?;
    let plain = |name: &str| !name.starts_with('.') && !name.contains(['/', '\\']);
    if !plain(probe.string()?) {
        return Err(probe.wrong("the name of a file under probes/"));
    }
    let claim = Claim {
        id: section.required("id", "a name")?.identifier('-')?,
        says: section
            .required("says", "what the tutorial says")?
            .words()?,
        truth,
        since: since.map(|field| field.text()).transpose()?,
        finding: section.required("finding", "what is true")?.words()?,
        probe: probe.text()?,
        expect: section
            .required("expect", "what the probe's output ends with")?
            .text()?,
        python: section.optional("python").map(|f| python(&f)).transpose()?,
        methods: match section.optional("methods") {
            Some(field) => field
                .items()?
                .iter()
                .map(|item| item.word(METHODS).map(str::to_owned))
                .collect::<Result<_, _>>()?,
            None => Vec::new(),
        },
    };
    section.done()?;
    Ok(claim)
}

fn python(field: &Field<'_>) -> Result<PythonRange, LessonError> {
    PythonRange::parse(field.string()?)
        .ok_or_else(|| field.wrong("bounds such as \">=3.7\" or \">=3.8, <3.14\""))
}
