//! The README's picture: a screen of the real session, taken from its terminal, as an SVG.
//!
//! `cargo test --test screen picture -- --ignored` writes `assets/session.svg` again. Text stays text, in
//! any monospaced font; every letter is placed at its cell.

use std::fmt::Write as _;

use crate::pty::Screen;

const SIZE: (u16, u16) = (132, 38);
/// Pixels of a cell, and of the margin around the screen.
const CELL: (u16, u16) = (8, 17);
const EDGE: u16 = 12;
const INK: &str = "#d0d0d0";
const GROUND: &str = "#16181d";
const FONTS: &str = "'DejaVu Sans Mono',ui-monospace,'Cascadia Mono',Menlo,Consolas,'Noto Sans Mono',\
'Noto Sans Mono CJK SC',monospace";

/// What two neighbouring cells must have in common to be drawn as one.
#[derive(PartialEq, Clone)]
struct Look {
    ink: String,
    ground: String,
    bold: bool,
    dim: bool,
}

impl Look {
    fn of(cell: &vt100::Cell) -> Look {
        let ink = colour(cell.fgcolor()).unwrap_or_else(|| INK.to_owned());
        let ground = colour(cell.bgcolor()).unwrap_or_else(|| GROUND.to_owned());
        let (ink, ground) = if cell.inverse() {
            (ground, ink)
        } else {
            (ink, ground)
        };
        Look {
            ink,
            ground,
            bold: cell.bold(),
            dim: cell.dim(),
        }
    }
}

fn colour(colour: vt100::Color) -> Option<String> {
    match colour {
        vt100::Color::Rgb(red, green, blue) => Some(format!("#{red:02x}{green:02x}{blue:02x}")),
        // The session has been told that the terminal has all colours.
        vt100::Color::Default | vt100::Color::Idx(_) => None,
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// A run of cells of a row that look alike.
struct Stretch {
    column: u16,
    wide: u16,
    look: Look,
    words: Vec<Word>,
}

/// Letters without a blank between them. Each word is its own text element, so that a viewer that uses
/// only the first x coordinate of a text still puts every word in its place.
#[derive(Default)]
struct Word {
    letters: String,
    /// The position of each letter.
    at: String,
    /// The column after it.
    end: u16,
}

fn stretches(screen: &vt100::Screen, row: u16) -> Vec<Stretch> {
    let mut all: Vec<Stretch> = Vec::new();
    for column in 0..SIZE.0 {
        let Some(cell) = screen.cell(row, column) else {
            continue;
        };
        let look = Look::of(cell);
        if all.last().is_none_or(|last| last.look != look) {
            all.push(Stretch {
                column,
                wide: 0,
                look,
                words: Vec::new(),
            });
        }
        let Some(stretch) = all.last_mut() else {
            continue;
        };
        stretch.wide += 1;
        let Some(letter) = cell.contents().chars().next().filter(|c| *c != ' ') else {
            continue;
        };
        if stretch.words.last().is_none_or(|word| word.end != column) {
            stretch.words.push(Word::default());
        }
        if let Some(word) = stretch.words.last_mut() {
            word.letters.push(letter);
            let _ = write!(word.at, "{} ", EDGE + column * CELL.0);
            word.end = column + 1;
        }
    }
    all
}

fn draw(row: u16, stretch: &Stretch, svg: &mut String) {
    let look = &stretch.look;
    let top = EDGE + row * CELL.1;
    if look.ground != GROUND {
        let _ = writeln!(
            svg,
            "<rect x='{}' y='{top}' width='{}' height='{}' fill='{}'/>",
            EDGE + stretch.column * CELL.0,
            stretch.wide * CELL.0,
            CELL.1,
            look.ground
        );
    }
    let weight = if look.bold { " font-weight='bold'" } else { "" };
    let dim = if look.dim { " opacity='.6'" } else { "" };
    for word in &stretch.words {
        let _ = writeln!(
            svg,
            "<text x='{}' y='{}' fill='{}'{weight}{dim}>{}</text>",
            word.at.trim_end(),
            top + CELL.1 * 3 / 4,
            look.ink,
            escaped(&word.letters)
        );
    }
}

fn picture(screen: &vt100::Screen) -> String {
    let wide = SIZE.0 * CELL.0 + 2 * EDGE;
    let high = SIZE.1 * CELL.1 + 2 * EDGE;
    let mut svg = format!(
        "<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {wide} {high}' width='{wide}' \
         height='{high}' font-family=\"{FONTS}\" font-size='13.3'>\n\
         <title>forklore: the lesson of the lock while it runs</title>\n\
         <rect width='100%' height='100%' rx='8' fill='{GROUND}'/>\n"
    );
    for row in 0..SIZE.1 {
        for stretch in stretches(screen, row) {
            draw(row, &stretch, &mut svg);
        }
    }
    svg + "</svg>\n"
}

#[test]
#[ignore = "writes assets/session.svg: run when the screen has changed"]
fn picture_for_the_readme() {
    let state = tempfile::tempdir().unwrap();
    let colours = [("COLORTERM", "truecolor"), ("USER", "learner")];
    let mut screen = Screen::with(&["lock"], SIZE, state, &colours);
    screen.wait_for("quit");
    // Sixteen operations a second: slow enough to see who waits for whom.
    screen.press("---r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait("some have had their turn, others have not", |text| {
        let alive = text.matches('●').count();
        let printed = text.matches("-----> 44").count();
        alive >= 5 && printed >= 2
    });
    let svg = screen.look(picture);
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/session.svg");
    std::fs::write(file, svg).expect("assets can be written");
    screen.press("qq");
    assert!(screen.ended().success());
}
