//! Rules about the words for people: both languages, both pages built alike.

use super::Report;
use crate::lesson::params::ParameterKind;
use crate::lesson::questions::PredictionKind;
use crate::lesson::{Origin, Spot, Words};

/// en.md and zh.md are there and have the same headings, level by level. A pack may have one of them.
pub(super) fn pages(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let mut outlines = Vec::new();
    let pages = [("en.md", &lesson.files.en), ("zh.md", &lesson.files.zh)];
    let one_is_enough = lesson.origin != Origin::Embedded;
    if one_is_enough && pages.iter().all(|(_, page)| page.is_none()) {
        report.say("en.md", None, Words::tell("lint.no-text", &[]));
        return;
    }
    for (name, page) in pages {
        match page {
            None if one_is_enough => {}
            None => report.say(name, None, Words::tell("lint.no-page", &[])),
            Some(text) if text.trim().is_empty() => {
                report.say(name, None, Words::tell("lint.empty-page", &[]));
            }
            Some(text) => outlines.push(headings(text)),
        }
    }
    if let [english, chinese] = outlines.as_slice() {
        let levels = |outline: &[(usize, usize)]| -> Vec<usize> {
            outline.iter().map(|(_, level)| *level).collect()
        };
        if levels(english) != levels(chinese) {
            let place = english
                .iter()
                .zip(chinese)
                .position(|((_, a), (_, b))| a != b)
                .unwrap_or(english.len().min(chinese.len()));
            let spot = chinese.get(place).map(|(line, _)| Spot {
                line: *line,
                column: 1,
            });
            report.say(
                "zh.md",
                spot,
                Words::tell(
                    "lint.headings",
                    &[
                        ("there", &english.len()),
                        ("here", &chinese.len()),
                        ("first", &(place + 1)),
                    ],
                ),
            );
        }
    }
    if let Some(text) = &lesson.files.zh
        && !text.trim().is_empty()
        && !has_chinese(text)
    {
        report.say("zh.md", None, Words::tell("lint.no-chinese", &[]));
    }
}

/// Line (from 1) and level of every heading outside code.
fn headings(text: &str) -> Vec<(usize, usize)> {
    let mut found = Vec::new();
    let mut fence = None;
    for (place, line) in text.lines().enumerate() {
        let start = line.trim_start();
        let marker = ["```", "~~~"].into_iter().find(|m| start.starts_with(m));
        match (fence, marker) {
            (None, Some(open)) => fence = Some(open),
            (Some(open), Some(close)) if open == close => fence = None,
            (None, None) => {
                let level = line.bytes().take_while(|byte| *byte == b'#').count();
                if (1..=6).contains(&level) && line[level..].starts_with(' ') {
                    found.push((place + 1, level));
                }
            }
            _ => {}
        }
    }
    found
}

/// A Chinese text has Chinese in it, and an English one is not Chinese.
pub(super) fn languages(report: &mut Report<'_>) {
    let manifest = &report.lesson.manifest;
    let mut texts: Vec<(String, &Words)> = vec![
        ("title".into(), &manifest.title),
        ("summary".into(), &manifest.summary),
    ];
    for parameter in &manifest.parameters {
        texts.push((format!("parameter {}", parameter.name), &parameter.label));
        if let ParameterKind::Choice { choices, .. } = &parameter.kind {
            for choice in choices {
                let place = format!("choice {} of {}", choice.value, parameter.name);
                texts.push((place, &choice.label));
            }
        }
    }
    for listing in &manifest.listings {
        if let Some(title) = &listing.title {
            texts.push((format!("listing {}", listing.id), title));
        }
    }
    for check in &manifest.checks {
        texts.push((format!("check {}", check.id), &check.words));
    }
    for prediction in &manifest.predictions {
        texts.push((
            format!("prediction {}", prediction.id),
            &prediction.question,
        ));
        texts.push((
            format!("prediction {}", prediction.id),
            &prediction.explanation,
        ));
        if let PredictionKind::Choice { options } = &prediction.kind {
            for option in options {
                texts.push((format!("option {}", option.id), &option.text));
            }
        }
    }
    for claim in &manifest.claims {
        texts.push((format!("claim {}", claim.id), &claim.says));
        texts.push((format!("claim {}", claim.id), &claim.finding));
    }
    let both = report.lesson.origin == Origin::Embedded;
    let mut complaints = Vec::new();
    for (place, words) in texts {
        if words.zh.is_empty() || words.en.is_empty() {
            if both {
                complaints.push(Words::tell("lint.one-language", &[("place", &place)]));
            }
            continue;
        }
        // A text that is the same in both is code or a number and needs no translation.
        if !has_chinese(&words.zh) && words.zh != words.en {
            complaints.push(Words::tell(
                "lint.zh-not-chinese",
                &[("place", &place), ("text", &words.zh)],
            ));
        }
        let letters = words.en.chars().filter(|c| c.is_alphabetic());
        let (chinese, all) = letters.fold((0, 0), |(chinese, all), c| {
            (chinese + usize::from(is_chinese(c)), all + 1)
        });
        // One string stands for both languages.
        if chinese * 2 > all && (both || words.zh != words.en) {
            complaints.push(Words::tell(
                "lint.en-chinese",
                &[("place", &place), ("text", &words.en)],
            ));
        }
    }
    for complaint in complaints {
        report.say("lesson.toml", None, complaint);
    }
}

fn has_chinese(text: &str) -> bool {
    text.chars().any(is_chinese)
}

fn is_chinese(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{323af}')
}
