//! `forklore lessons help [TOPIC]`: the reference, on a terminal.
//!
//! Turns the page's Markdown, of which it has headings, paragraphs, tables, code and comments, into text.

use std::io::{self, Write as _};

use crate::cli::Stop;
use crate::cli::context::Context;
use crate::error::{Code, Failure};
use crate::lesson::reference::{kind, preface, topics};
use crate::text::{Lang, Mood, Paint, fit, width};
use crate::tui::markdown::wrapped;

/// Columns of a line where the terminal has more, or there is none.
const WIDEST: usize = 100;

/// Columns of a table's first column, where the keys are short enough.
const KEYS: usize = 18;

pub(super) fn run(context: &Context, topic: Option<&str>) -> Result<Code, Stop> {
    let columns = context.columns().unwrap_or(WIDEST).min(WIDEST);
    let page = Page {
        paint: context.paint,
        columns,
        text: String::new(),
    };
    let text = match topic {
        None => overview(page, context.lang),
        Some(given) => {
            one(page, context.lang, given).ok_or_else(|| unknown(context.lang, given))?
        }
    };
    io::stdout().write_all(text.as_bytes())?;
    Ok(Code::Fine)
}

fn overview(mut page: Page, lang: Lang) -> String {
    page.markdown(preface(lang));
    page.line("");
    for topic in topics(lang) {
        let name = fit(topic.name, KEYS - 2);
        page.line(&format!(
            "  {}{}",
            page.paint.mood(Mood::Heading, name),
            topic.title
        ));
    }
    page.text
}

/// A topic, or a kind of check or prediction.
fn one(mut page: Page, lang: Lang, given: &str) -> Option<String> {
    if let Some(topic) = topics(lang).find(|topic| topic.name == given) {
        page.heading(topic.title);
        page.markdown(topic.text);
    } else {
        let text = kind(lang, given)?;
        page.heading(given);
        page.markdown(text);
    }
    Some(page.text)
}

fn unknown(lang: Lang, given: &str) -> Failure {
    let names: Vec<&str> = topics(lang).map(|topic| topic.name).collect();
    let what = lang.tell("lessons.no-topic", &[("given", &given)]);
    let remedy = lang.tell("lessons.topics", &[("names", &names.join(", "))]);
    Failure::new(Code::Usage, what).remedy(remedy)
}

struct Page {
    paint: Paint,
    columns: usize,
    text: String,
}

impl Page {
    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    fn heading(&mut self, title: &str) {
        let title = self.paint.mood(Mood::Heading, title.to_owned()).to_string();
        self.line(&title);
        self.line("");
    }

    fn markdown(&mut self, text: &str) {
        let mut paragraph = String::new();
        let mut code = false;
        for line in text.lines().chain([""]) {
            if line.starts_with("```") {
                code = !code;
            } else if code {
                self.line(&format!("    {line}"));
            } else if line.is_empty() || line.starts_with(['|', '#', '<']) {
                self.paragraph(&std::mem::take(&mut paragraph));
                self.special(line);
            } else {
                // Chinese has no spaces between words, so none where a line was broken.
                let joint = paragraph.ends_with(|c: char| c.is_ascii())
                    || line.starts_with(|c: char| c.is_ascii());
                if !paragraph.is_empty() && joint {
                    paragraph.push(' ');
                }
                paragraph.push_str(line);
            }
        }
        while self.text.ends_with("\n\n") {
            self.text.pop();
        }
    }

    fn special(&mut self, line: &str) {
        if let Some(title) = line.strip_prefix("### ") {
            self.heading(title);
        } else if let Some(row) = line.strip_prefix("| ") {
            self.row(row);
        } else if line.is_empty() && !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.line("");
        }
    }

    /// A row of a table; its head says nothing on a terminal.
    fn row(&mut self, row: &str) {
        let Some((keys, what)) = row.trim_end_matches('|').split_once(" | ") else {
            return;
        };
        if !keys.starts_with('`') {
            return;
        }
        let (keys, what) = (plain(keys), plain(what));
        let mut lines = wrap(&what, self.columns.saturating_sub(KEYS + 2)).into_iter();
        let first = lines.next().unwrap_or_default();
        if width(&keys) + 2 > KEYS {
            let keys = self.paint.mood(Mood::Heading, keys).to_string();
            self.line(&format!("  {keys}"));
            self.line(&format!("  {:KEYS$}{first}", ""));
        } else {
            let keys = self.paint.mood(Mood::Heading, fit(&keys, KEYS)).to_string();
            self.line(&format!("  {keys}{first}"));
        }
        for line in lines {
            self.line(&format!("  {:KEYS$}{line}", ""));
        }
    }

    fn paragraph(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        for line in wrap(&plain(text), self.columns) {
            self.line(&line);
        }
    }
}

fn wrap(text: &str, columns: usize) -> Vec<String> {
    let lines = wrapped(text, columns).into_iter();
    lines.map(|line| line.to_string()).collect()
}

/// Without the marks of Markdown; backquotes stay where they quote a space.
fn plain(text: &str) -> String {
    text.replace("\\|", "|").replace('`', "").trim().to_owned()
}
