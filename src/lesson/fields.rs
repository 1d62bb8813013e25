//! Lines, loops and expected values of lesson.toml.

use super::names::Names;
use crate::lesson::expr::Expr;
use crate::lesson::lines::{Expected, Line, LineText, Lines, Loops};
use crate::lesson::section::{Field, Section};
use crate::lesson::words::Words;

/// `for = "i in 0..n"` or an array of these; nothing where it is absent.
pub(super) fn loops(section: &Section<'_>, names: &Names) -> Loops {
    let Some(field) = section.shared("rounds", "for") else {
        return Loops::default();
    };
    let items = if field.is_array() {
        field.items()
    } else {
        vec![field]
    };
    let mut loops = Vec::new();
    let mut names = names.clone();
    for item in items {
        let Some((name, over)) = item.each() else {
            continue;
        };
        let values = names.check(&item, &over);
        if names.knows(&name) {
            item.complain(
                Words::tell("mistake.second-meaning", &[("name", &name)]),
                Words::tell("mistake.unused-name", &[]),
            );
        }
        names.add(&name, values.item());
        loops.push((name, over));
    }
    Loops { loops }
}

/// A condition, where there is one.
pub(super) fn when(section: &Section<'_>, names: &Names) -> Option<Expr> {
    section.optional("when").map(|field| names.expr(&field))
}

/// An array of lines, or one.
pub(super) fn lines(field: &Field<'_>, names: &Names) -> Lines {
    let lines = if field.is_array() {
        field.items().iter().map(|item| line(item, names)).collect()
    } else {
        vec![line(field, names)]
    };
    Lines { lines }
}

fn line(field: &Field<'_>, names: &Names) -> Line {
    if !field.is_table() {
        return Line {
            text: LineText::One(names.template(field)),
            loops: Loops::default(),
            when: None,
        };
    }
    let section = field.section("line");
    let loops = loops(&section, names);
    let inner = names.with_loops(&loops);
    let when = when(&section, &inner);
    let (text, any) = (section.optional("text"), section.optional("any"));
    if text.is_some() == any.is_some() {
        field.complain(
            Words::tell("mistake.text-and-any", &[]),
            Words::tell("mistake.one-of", &[("known", &"text, any")]),
        );
    }
    let text = match (text, any) {
        (None, Some(any)) => LineText::Any(self::lines(&any, &inner)),
        (text, _) => {
            LineText::One(text.map_or_else(Default::default, |text| inner.template(&text)))
        }
    };
    section.done();
    Line { text, loops, when }
}

/// `is`, `one-of`, `at-most` or `at-least` of this table, or a range by both bounds; `None` where none of them
/// stands in it.
pub(super) fn expectation(section: &Section<'_>, names: &Names) -> Option<Expected> {
    let read = |key| {
        let field = section.shared("expected", key);
        field.map(|field| names.expr(&field))
    };
    let given = (
        read("is"),
        read("one-of"),
        read("at-least"),
        read("at-most"),
    );
    Some(match given {
        (None, None, None, None) => return None,
        (Some(expr), None, None, None) => Expected::Is(expr),
        (None, Some(expr), None, None) => Expected::OneOf(expr),
        (None, None, Some(expr), None) => Expected::AtLeast(expr),
        (None, None, None, Some(expr)) => Expected::AtMost(expr),
        (None, None, Some(least), Some(most)) => Expected::Between(least, most),
        (is, ..) => {
            section.complain(
                Words::tell("mistake.two-expectations", &[]),
                Words::tell("mistake.one-expectation", &[]),
            );
            Expected::Is(is.unwrap_or_default())
        }
    })
}

/// As `expectation`, and there must be one.
pub(super) fn expected(section: &Section<'_>, names: &Names) -> Expected {
    expectation(section, names).unwrap_or_else(|| {
        section.required_shared("expected", "is");
        Expected::Is(Expr::default())
    })
}

/// A field that is an expectation: a plain value or expression means `is`.
pub(super) fn expected_field(field: &Field<'_>, names: &Names) -> Expected {
    if !field.is_table() {
        return Expected::Is(names.expr(field));
    }
    let section = field.section("expected");
    let expected = expected(&section, names);
    section.done();
    expected
}
