//! The lesson's text.

use ratatui::layout::Size;

use super::cache::Content;
use super::{Panel, PanelId, READABLE, Region, Rows};
use crate::tui::app::App;
use crate::tui::markdown;

pub(super) struct Lesson;

impl Panel for Lesson {
    fn title(&self) -> &'static str {
        "tui.panel-lesson"
    }

    fn is_of_a_lesson(&self) -> bool {
        true
    }

    fn region(&self) -> Region {
        Region::Text
    }

    fn rows<'a>(&self, app: &'a App, size: Size) -> Rows<'a> {
        let wide = usize::from(size.width.min(READABLE));
        let id = PanelId::Lesson;
        let content = Content::Lesson(app.course.slug.clone());
        let lines = app
            .cache
            .lines(app, id, wide, content, || match app.course.lesson() {
                Some(lesson) => markdown::lines(lesson.text(app.lang), wide, app.theme),
                None => markdown::wrapped(app.lang.phrase("tui.lesson-none"), wide),
            });
        Rows::of(lines, app.panes.place(id).top, size)
    }

    fn is_searched(&self) -> bool {
        true
    }
}
