//! Pool, not blocking: submit all tasks at once; workers take them.
use crate::mp::{Pool, Result, print, sleep};
use crate::programs::Params;

fn f(x: i64, rounds: i64, seconds: f64) {
    for i in 0..rounds {
        print!("{i}---------->{x}"); // py:15
        sleep(seconds); // py:16
    }
}

/// Gives the value of a call; a refusal is printed instead of ending the program.
fn attempt<T>(outcome: Result<T>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(error) => {
            print!("{error}"); // py:24
            None
        }
    }
}

pub(super) fn main(params: &Params) -> Result<()> {
    let (rounds, seconds, misuse) = (
        params.int("rounds"),
        params.seconds("sleep"),
        params.word("misuse"),
    );
    let pool = Pool::new(params.int("processes"))?.named("pool"); // py:28
    let mut results = Vec::new(); // py:29
    for i in 11..11 + params.int("tasks") {
        results.push(pool.apply_async(f, (i, rounds, seconds))?); // py:31
    }
    let result = &results[results.len() - 1]; // py:32

    if misuse == "successful-before-ready" {
        attempt(result.successful()); // py:35
    }
    if misuse == "join-before-close" {
        attempt(pool.join()); // py:37
    }
    if misuse == "terminate-with-work-left" {
        results[0].wait(); // py:39
        pool.terminate(); // py:40
    } else {
        pool.close(); // py:42
    }
    if misuse == "submit-after-close" {
        attempt(pool.apply_async(f, (99, rounds, seconds))); // py:44
    }
    pool.join()?; // py:45
    if attempt(result.successful()) == Some(true) {
        print!("successful"); // py:47
    }
    Ok(())
}
