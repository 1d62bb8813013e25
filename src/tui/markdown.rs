//! Markdown as styled lines of a given width: what a lesson's text is written in.
//!
//! Paragraphs, headings, lists, code, tables and emphasis; what else a text may hold is shown plain.

use pulldown_cmark::{Event, HeadingLevel, Options, Parser, Tag, TagEnd};
use ratatui::style::{Modifier, Style};
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation as _;

use crate::text::{clean, fit, width};
use crate::tui::theme::Theme;

/// Plain words, wrapped.
pub(crate) fn wrapped(text: &str, wide: usize) -> Vec<Line<'static>> {
    let mut page = Page::new(wide);
    page.words(&clean(text), Style::new());
    page.end_line();
    page.lines
}

/// A text, wrapped at `wide` columns.
pub(crate) fn lines(text: &str, wide: usize, theme: Theme) -> Vec<Line<'static>> {
    let mut page = Page::new(wide);
    let mut state = Reading {
        theme,
        emphasis: 0,
        strong: 0,
        heading: None,
        lists: Vec::new(),
        code: false,
        table: None,
    };
    for event in Parser::new_ext(text, Options::ENABLE_TABLES) {
        state.take(&mut page, event);
    }
    page.end_line();
    while page.lines.last().is_some_and(|line| line.width() == 0) {
        page.lines.pop();
    }
    page.lines
}

/// What stands around the words being read.
struct Reading {
    theme: Theme,
    emphasis: usize,
    strong: usize,
    heading: Option<HeadingLevel>,
    /// Lists around: the next number, or none for bullets.
    lists: Vec<Option<u64>>,
    code: bool,
    table: Option<Vec<Vec<String>>>,
}

impl Reading {
    fn take(&mut self, page: &mut Page, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(page, &tag),
            Event::End(tag) => self.end(page, tag),
            Event::Text(text) => self.text(page, &text),
            Event::Code(text) => match &mut self.table {
                Some(rows) => add_to_cell(rows, &text),
                None => page.words(&clean(&text), self.theme.number()),
            },
            Event::SoftBreak => page.words(" ", Style::new()),
            Event::HardBreak => page.end_line(),
            Event::Rule => page.blank(),
            _ => {}
        }
    }

    fn style(&self) -> Style {
        let mut style = Style::new();
        if self.strong > 0 || self.heading.is_some() {
            style = style.add_modifier(Modifier::BOLD);
        }
        if self.emphasis > 0 {
            style = style.add_modifier(Modifier::ITALIC);
        }
        if self.heading == Some(HeadingLevel::H1) {
            style = style.add_modifier(Modifier::UNDERLINED);
        }
        style
    }

    fn text(&mut self, page: &mut Page, text: &str) {
        if let Some(rows) = &mut self.table {
            add_to_cell(rows, text);
        } else if self.code {
            for line in text.lines() {
                page.verbatim(&clean(line), self.theme.string());
            }
        } else {
            page.words(&clean(text), self.style());
        }
    }

    fn start(&mut self, page: &mut Page, tag: &Tag<'_>) {
        match tag {
            Tag::Heading { level, .. } => {
                page.blank();
                self.heading = Some(*level);
            }
            Tag::Paragraph if self.lists.is_empty() => page.blank(),
            Tag::List(first) => {
                if self.lists.is_empty() {
                    page.blank();
                }
                self.lists.push(*first);
            }
            Tag::Item => {
                page.end_line();
                let depth = self.lists.len().saturating_sub(1);
                let mark = match self.lists.last_mut() {
                    Some(Some(number)) => {
                        *number += 1;
                        format!("{}. ", *number - 1)
                    }
                    _ => format!("{} ", self.theme.glyphs.pick("•", "-")),
                };
                page.item(depth * 2, &mark);
            }
            Tag::CodeBlock(_) => {
                page.blank();
                self.code = true;
            }
            Tag::Table(_) => {
                page.blank();
                self.table = Some(Vec::new());
            }
            Tag::TableHead | Tag::TableRow => {
                self.table.iter_mut().for_each(|rows| rows.push(Vec::new()));
            }
            Tag::TableCell => self.table.iter_mut().for_each(|rows| {
                if let Some(row) = rows.last_mut() {
                    row.push(String::new());
                }
            }),
            Tag::Emphasis => self.emphasis += 1,
            Tag::Strong => self.strong += 1,
            _ => {}
        }
    }

    fn end(&mut self, page: &mut Page, tag: TagEnd) {
        match tag {
            TagEnd::Heading(_) => {
                self.heading = None;
                page.end_line();
            }
            TagEnd::Paragraph | TagEnd::Item => page.end_line(),
            TagEnd::List(_) => {
                self.lists.pop();
                page.indent = 0;
            }
            TagEnd::CodeBlock => self.code = false,
            TagEnd::Emphasis => self.emphasis -= 1,
            TagEnd::Strong => self.strong -= 1,
            TagEnd::Table => {
                if let Some(rows) = self.table.take() {
                    page.table(&rows);
                }
            }
            _ => {}
        }
    }
}

/// Adds to the cell being filled.
fn add_to_cell(rows: &mut [Vec<String>], text: &str) {
    if let Some(cell) = rows.last_mut().and_then(|row| row.last_mut()) {
        cell.push_str(&clean(text));
    }
}

/// Whether no line ends between a character and the word that follows it: a closing mark begins no line,
/// and text without a blank in it stays together, but for CJK characters.
fn is_glued(before: Option<char>, word: &str) -> bool {
    let closes = |c| "，。；：、！？）》」』”’,.;:!?)]".contains(c);
    let narrow = |c: char| !c.is_whitespace() && width(c.encode_utf8(&mut [0; 4])) == 1;
    let Some(first) = word.chars().next() else {
        return false;
    };
    before.is_some_and(|before| {
        !before.is_whitespace() && (word.chars().all(closes) || (narrow(before) && narrow(first)))
    })
}

/// Lines being filled with words.
struct Page {
    wide: usize,
    indent: usize,
    line: Vec<Span<'static>>,
    used: usize,
    lines: Vec<Line<'static>>,
}

impl Page {
    fn new(wide: usize) -> Page {
        Page {
            wide: wide.max(8),
            indent: 0,
            line: Vec::new(),
            used: 0,
            lines: Vec::new(),
        }
    }

    /// Adds words, breaking where there is a blank, and between CJK characters.
    fn words(&mut self, text: &str, style: Style) {
        for word in text.split_word_bounds() {
            let columns = width(word);
            if self.used + columns > self.wide && self.used > self.indent {
                let carried = if is_glued(self.last_char(), word) {
                    self.carried()
                } else {
                    Vec::new()
                };
                self.break_line();
                for (text, style) in carried {
                    self.put(&text, style);
                }
            }
            let blank = word.trim().is_empty();
            if blank && (self.used == self.indent || self.ends_with_a_wide_mark()) {
                continue;
            }
            self.put(word, style);
        }
    }

    fn last_char(&self) -> Option<char> {
        self.line.last()?.content.chars().last()
    }

    /// After a full-width mark there is room enough already.
    fn ends_with_a_wide_mark(&self) -> bool {
        self.last_char().is_some_and(|c| {
            "，。；：、！？）》」』”".contains(c) && width(c.encode_utf8(&mut [0; 4])) > 1
        })
    }

    /// Takes what belongs to the next word off the line, back to where it may be broken: to a blank, or
    /// between CJK characters. Nothing where that is the whole line.
    fn carried(&mut self) -> Vec<(String, Style)> {
        let text: String = self.line.iter().map(|span| &*span.content).collect();
        let mut at = text.len();
        let mut follows = None;
        for (start, word) in text.split_word_bound_indices().rev() {
            let breaks = follows.is_some_and(|next| !is_glued(word.chars().last(), next));
            if word.trim().is_empty() || breaks {
                break;
            }
            (at, follows) = (start, Some(word));
        }
        if width(&text[..at]) <= self.indent {
            return Vec::new();
        }
        let mut carried = Vec::new();
        let mut end = text.len();
        while let Some(span) = self.line.last_mut().filter(|_| end > at) {
            let start = end - span.content.len();
            let kept = at.saturating_sub(start);
            carried.push((span.content[kept..].to_owned(), span.style));
            span.content.to_mut().truncate(kept);
            if kept == 0 {
                self.line.pop();
            }
            end = start.max(at);
        }
        self.used -= width(&text[at..]);
        carried.reverse();
        carried
    }

    fn put(&mut self, word: &str, style: Style) {
        self.used += width(word);
        match self.line.last_mut() {
            Some(last) if last.style == style => last.content.to_mut().push_str(word),
            _ => self.line.push(Span::styled(word.to_owned(), style)),
        }
    }

    fn break_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines.push(Line::from(line));
        self.used = 0;
        if self.indent > 0 {
            self.put(&" ".repeat(self.indent), Style::new());
        }
    }

    fn end_line(&mut self) {
        if self.used > self.indent || (!self.line.is_empty() && self.indent == 0) {
            self.break_line();
        }
        self.line.clear();
        self.used = 0;
        self.indent = 0;
    }

    fn blank(&mut self) {
        self.end_line();
        if self.lines.last().is_some_and(|line| line.width() > 0) {
            self.lines.push(Line::default());
        }
    }

    fn item(&mut self, depth: usize, mark: &str) {
        self.put(&format!("{}{mark}", " ".repeat(depth)), Style::new());
        self.indent = depth + width(mark);
    }

    fn verbatim(&mut self, text: &str, style: Style) {
        self.end_line();
        self.lines.push(Line::from(Span::styled(
            format!("  {}", crate::text::truncate(text, self.wide - 2)),
            style,
        )));
    }

    fn table(&mut self, rows: &[Vec<String>]) {
        let count = rows.iter().map(Vec::len).max().unwrap_or(0);
        let mut columns: Vec<usize> = (0..count)
            .map(|i| {
                rows.iter()
                    .filter_map(|row| row.get(i))
                    .map(|text| width(text))
                    .max()
                    .unwrap_or(0)
            })
            .collect();
        let total: usize = columns.iter().map(|wide| wide + 2).sum();
        if let Some(last) = columns.last_mut() {
            *last = last.saturating_sub(total.saturating_sub(self.wide)).max(4);
        }
        for (i, row) in rows.iter().enumerate() {
            let text: String = row
                .iter()
                .zip(&columns)
                .map(|(text, wide)| fit(text, *wide) + "  ")
                .collect();
            let style = if i == 0 {
                Style::new().add_modifier(Modifier::BOLD)
            } else {
                Style::new()
            };
            self.lines
                .push(Line::from(Span::styled(text.trim_end().to_owned(), style)));
        }
    }
}
