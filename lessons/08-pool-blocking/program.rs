//! Pool, blocking: `apply` comes back only when its task is done.
use crate::mp::{Pool, Result, print, sleep};
use crate::programs::Params;

fn func(msg: String, rounds: i64, seconds: f64) {
    for _ in 0..rounds {
        print!("msg: {msg}"); // py:15
        sleep(seconds); // py:16
    }
    print!("end"); // py:17
}

/// Gives the value of a call; a refusal is printed instead of ending the program.
fn attempt<T>(outcome: Result<T>) -> Option<T> {
    match outcome {
        Ok(value) => Some(value),
        Err(error) => {
            print!("{error}"); // py:25
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
    let late = || ("hello late".to_owned(), rounds, seconds);
    let pool = Pool::new(params.int("processes"))?.named("pool"); // py:29
    for i in 0..params.int("tasks") {
        let msg = format!("hello {i}"); // py:31
        pool.apply(func, (msg, rounds, seconds))?; // py:32
    }

    if misuse == "successful-before-ready" {
        let result = pool.apply_async(func, late())?; // py:35
        attempt(result.successful()); // py:36
    }
    if misuse == "join-before-close" {
        attempt(pool.join()); // py:38
    }
    if misuse == "terminate-with-work-left" {
        pool.apply_async(func, late())?; // py:40
        pool.terminate(); // py:41
    } else {
        pool.close(); // py:43
    }
    if misuse == "submit-after-close" {
        attempt(pool.apply(func, late())); // py:45
    }
    pool.join()?; // py:46
    print!("successful"); // py:47
    Ok(())
}
