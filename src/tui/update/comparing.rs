//! Two runs side by side: which they are, and starting both again.

use super::order;
use crate::lesson::Params;
use crate::tui::app::App;
use crate::tui::effect::Effect;
use crate::tui::host::{RunOptions, RunRequest};

/// Shows two runs side by side; a lesson of a pair brings the other along.
pub(super) fn compare(app: &mut App) -> Vec<Effect> {
    if app.runs.comparing {
        app.runs.comparing = false;
        return Vec::new();
    }
    let slugs = [&app.runs.previous, &app.runs.current]
        .map(|run| run.as_ref().map(|run| run.header.lesson.as_str()));
    let pair = app
        .course
        .lesson()
        .and_then(|lesson| lesson.manifest.pair.as_ref());
    let ready = match pair {
        Some(pair) => pair.iter().all(|slug| slugs.contains(&Some(slug))) && does_the_same(app),
        None => slugs.iter().all(Option::is_some),
    };
    if ready {
        app.runs.comparing = true;
        app.runs.compare(app.course.lesson());
        return Vec::new();
    }
    if let Some(pair) = pair {
        return both(app, pair.clone());
    }
    app.notice = Some(app.lang.phrase("tui.compare-none").to_owned());
    Vec::new()
}

/// Whether both runs have the same value for every parameter that both have: the same work to do.
fn does_the_same(app: &App) -> bool {
    let (Some(one), Some(other)) = (&app.runs.previous, &app.runs.current) else {
        return false;
    };
    one.params.iter().all(|(name, value)| {
        let others = other.params.get(name);
        others.is_none_or(|others| others == value)
    })
}

/// The lessons whose runs are compared, or are about to be.
pub(super) fn compared(app: &App) -> Option<[String; 2]> {
    match (&app.runs.previous, &app.runs.current) {
        (Some(one), Some(other)) => Some([one.header.lesson.clone(), other.header.lesson.clone()]),
        _ => app.course.lesson()?.manifest.pair.clone(),
    }
}

/// Starts the two runs that are compared.
pub(super) fn both(app: &mut App, slugs: [String; 2]) -> Vec<Effect> {
    let runs = [&app.runs.previous, &app.runs.current];
    let orders = slugs.map(|slug| {
        let ran = runs
            .iter()
            .filter_map(|run| run.as_ref())
            .find(|run| run.header.lesson == slug && app.runs.comparing);
        let params = ran.map_or_else(|| params_of(app, &slug), |run| run.params.clone());
        RunRequest {
            // One key can't step two runs.
            options: RunOptions {
                manual: false,
                ..app.options.clone()
            },
            ..order(app, slug, params)
        }
    });
    app.runs.comparing = true;
    vec![Effect::StartBoth(Box::new(orders))]
}

/// A lesson's parameters: its defaults, with what the learner has set under the same name.
fn params_of(app: &App, slug: &str) -> Params {
    let Some(lesson) = app.course.lesson_of(slug) else {
        return Params::default();
    };
    let parameters = &lesson.manifest.parameters;
    let mut params = Params::defaults(parameters);
    for (name, value) in app.course.params.iter() {
        // A parameter the other lesson lacks, or a value beyond its range, stays at the default.
        let _ = params.set_value(slug, parameters, name, value);
    }
    params
}
