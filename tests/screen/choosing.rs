//! The learner as the scheduler of real processes: choosing, waiting, going back a step, outcomes.

use std::process::Command;

use crate::pty::Screen;

/// Opens a lesson with so many processes and begins a run that waits for every step.
fn stepped(lesson: &str, processes: &str) -> Screen {
    let mut screen = Screen::open(&[lesson], (120, 40));
    screen.wait_for("predict, then run");
    screen.press("p");
    screen.wait_for("Parameters");
    screen.press(processes);
    screen.press("\r");
    screen.wait_for(&format!("◂ {processes} ▸"));
    screen.press("\r");
    screen.wait("the form to close", |text| !text.contains("Parameters:"));
    screen.press("s");
    screen.wait_for("The next run waits");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("1 can go");
    screen
}

/// Presses a key that is to bring this.
fn press_for(screen: &mut Screen, key: &str, what: &str) {
    screen.press(key);
    screen.wait_for(what);
}

/// The schedule that is shown.
fn schedule(text: &str, lesson: &str) -> String {
    let start = text.find(&format!("{lesson}@")).expect("a schedule");
    let code: String = text[start..]
        .chars()
        .take_while(|c| !c.is_whitespace() && *c != '│')
        .collect();
    code
}

#[test]
fn a_process_that_cannot_go_begins_to_wait_and_an_undone_step_is_taken_back() {
    let mut screen = stepped("lock", "2");
    // Main starts both, Process-1 takes the lock.
    press_for(&mut screen, "1", ":0 ");
    press_for(&mut screen, "1", ":0x2 ");
    press_for(&mut screen, "2", ":0x2.1 ");
    screen.wait_for("if let go: waiting for lock, held by Process-1");
    // It begins to wait, and is asleep for ps, too.
    press_for(
        &mut screen,
        "3",
        "can’t go: waiting for lock, held by Process-1",
    );
    // Its row of ps is a sample: the next one has it.
    screen.wait("Process-2 asleep", |text| {
        text.lines().any(|line| {
            line.contains("Process-2")
                && line.contains(" S")
                && line.contains("waiting for lock, held by Process-1")
        })
    });
    let text = screen.text();
    assert_eq!(schedule(&text, "lock"), "lock@processes=2:0x2.1.2b");
    // Behind the mark of a living process.
    let pid = |text: &str| {
        let mut rows = text.lines().filter_map(|line| line.split_once('●'));
        let (_, row) = rows.find(|(_, row)| row.contains("MainProcess"))?;
        row.split_whitespace().next()?.parse::<u32>().ok()
    };
    let before = pid(&text);
    press_for(&mut screen, "u", "new PIDs");
    screen.wait_for("if let go: waiting for lock, held by Process-1");
    let text = screen.text();
    assert_eq!(schedule(&text, "lock"), "lock@processes=2:0x2.1");
    assert!(before.is_some() && pid(&text) != before, "{text}");
    // The rest runs by itself.
    press_for(&mut screen, " ", "finished");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn a_schedule_that_was_chosen_is_driven_again_by_run() {
    let mut screen = stepped("create-process", "2");
    for steps in [":0 ", ":0x2 ", ":0x3 "] {
        press_for(&mut screen, "1", steps);
    }
    press_for(&mut screen, "3", ":0x3.2 ");
    press_for(&mut screen, "2", ":0x3.2.1 ");
    let code = schedule(&screen.text(), "create-process");
    let run = Command::new(env!("CARGO_BIN_EXE_forklore"))
        .args(["run", "--lang", "en", "--schedule", &code])
        .output()
        .expect("forklore runs");
    let told = String::from_utf8_lossy(&run.stdout).into_owned();
    let place = |line: &str| told.find(line).unwrap_or_else(|| panic!("{told}"));
    assert!(place("main proccess stop") < place("say hi 1"), "{told}");
    assert!(place("say hi 1") < place("say hi 0"), "{told}");
    press_for(&mut screen, " ", "finished");
    screen.press("q");
    assert!(screen.ended().success());
}

#[test]
fn another_outcome_is_chosen_and_comes_out() {
    let mut screen = Screen::open(&["create-process"], (120, 40));
    screen.wait_for("predict, then run");
    screen.press("r");
    screen.wait_for("Question 1 of");
    screen.press("r");
    screen.wait_for("m outcomes");
    screen.press("m");
    screen.wait_for("These are all 24");
    let own = |text: &str| {
        let (_, rest) = text.split_once("This was outcome ")?;
        rest.split(' ').next()?.parse::<u32>().ok()
    };
    let first = own(&screen.text()).expect("its number");
    // The one before it or, of the first, the one behind it.
    let (key, other) = if first == 1 {
        ("\x1b[B", 2)
    } else {
        ("\x1b[A", first - 1)
    };
    press_for(&mut screen, key, "Enter play this outcome");
    press_for(&mut screen, "\r", "step 1 of");
    press_for(&mut screen, "o", "step 2 of");
    press_for(&mut screen, " ", "finished");
    screen.press("m");
    screen.wait_for(&format!("This was outcome {other} of 24."));
    screen.press("q");
    assert!(screen.ended().success());
}
