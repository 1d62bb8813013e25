//! Rules about the words for people: both languages, both pages built alike.

use super::Report;
use crate::lesson::Words;
use crate::lesson::params::ParameterKind;
use crate::lesson::questions::PredictionKind;

/// en.md and zh.md are there and have the same headings, level by level.
pub(super) fn pages(report: &mut Report<'_>) {
    let lesson = report.lesson;
    let mut outlines = Vec::new();
    for (name, page) in [("en.md", &lesson.files.en), ("zh.md", &lesson.files.zh)] {
        match page {
            None => report.say(
                name,
                None,
                "is missing: every lesson has a text in each language",
            ),
            Some(text) if text.trim().is_empty() => report.say(name, None, "is empty"),
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
            report.say(
                "zh.md",
                chinese.get(place).map(|(line, _)| *line),
                format!(
                    "its headings are not those of en.md: {} there, {} here, the first difference \
                     at heading {}",
                    english.len(),
                    chinese.len(),
                    place + 1
                ),
            );
        }
    }
    if let Some(text) = &lesson.files.zh
        && !has_chinese(text)
    {
        report.say("zh.md", None, "has no Chinese in it");
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
    let mut complaints = Vec::new();
    for (place, words) in texts {
        // A text that is the same in both is code or a number and needs no translation.
        if !has_chinese(&words.zh) && words.zh != words.en {
            complaints.push(format!(
                "{place}: zh has no Chinese in it: \"{}\"",
                words.zh
            ));
        }
        let letters = words.en.chars().filter(|c| c.is_alphabetic());
        let (chinese, all) = letters.fold((0, 0), |(chinese, all), c| {
            (chinese + usize::from(is_chinese(c)), all + 1)
        });
        if chinese * 2 > all {
            complaints.push(format!("{place}: en is Chinese: \"{}\"", words.en));
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
