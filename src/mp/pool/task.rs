//! `Task`: a function a pool can run, and how it travels.
//!
//! Workers are forks of one image, so a function is sent as its address (`sys::code`) and its
//! arguments as bytes. A closure that captures something can't be sent so, and does not compile.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::mp::codec::{self, Bytes};
use crate::mp::exceptions::{Exception, Result};
use crate::object::Repr;
use crate::sys::code::{Entry, entry};

/// What a task's function returns: a value, or a `Result` of one. A type of the program's own is
/// returned as `Ok`.
pub trait Returned {
    type Value: Serialize + DeserializeOwned + 'static;

    fn returned(self) -> Result<Self::Value>;
}

impl<T: Serialize + DeserializeOwned + 'static> Returned for Result<T> {
    type Value = T;

    fn returned(self) -> Result<T> {
        self
    }
}

macro_rules! returned {
    ($([$($param:ident),*] $type:ty),* $(,)?) => {$(
        impl<$($param: Serialize + DeserializeOwned + 'static),*> Returned for $type {
            type Value = $type;

            fn returned(self) -> Result<$type> {
                Ok(self)
            }
        }
    )*};
}
returned!(
    [] (), [] bool, [] char, [] i8, [] i16, [] i32, [] i64, [] i128, [] isize, [] u8, [] u16, [] u32, [] u64, [] u128, [] usize, [] f32, [] f64, [] String, [] Bytes,
    [T] Vec<T>, [T] Option<T>, [A] (A,), [A, B] (A, B), [A, B, C] (A, B, C), [A, B, C, D] (A, B, C, D),
);

impl<K, V> Returned for std::collections::BTreeMap<K, V>
where
    K: Serialize + DeserializeOwned + Ord + 'static,
    V: Serialize + DeserializeOwned + 'static,
{
    type Value = Self;

    fn returned(self) -> Result<Self> {
        Ok(self)
    }
}

/// A function a pool can run with these arguments, given as one tuple.
pub trait Task<A>: Copy + 'static {
    type Output: Serialize + DeserializeOwned + 'static;

    fn call(&self, args: A) -> Result<Self::Output>;
}

macro_rules! task {
    ($($arg:ident),*) => {
        impl<F, R, $($arg),*> Task<($($arg,)*)> for F
        where
            F: Fn($($arg),*) -> R + Copy + 'static,
            R: Returned,
        {
            type Output = R::Value;

            #[allow(non_snake_case, reason = "the type parameters name the values too")]
            fn call(&self, ($($arg,)*): ($($arg,)*)) -> Result<R::Value> {
                self($($arg),*).returned()
            }
        }
    };
}
task!();
task!(A1);
task!(A1, A2);
task!(A1, A2, A3);
task!(A1, A2, A3, A4);
task!(A1, A2, A3, A4, A5);
task!(A1, A2, A3, A4, A5, A6);

/// What running a task gives: the value, for its event. Its bytes are already written.
pub(super) type Ran = Result<Box<dyn Repr>>;

/// Arguments of a task.
pub(super) trait Arguments: Serialize + DeserializeOwned + 'static {}

impl<A: Serialize + DeserializeOwned + 'static> Arguments for A {}

/// The function's entry for one call.
pub(super) fn single<F: Task<A>, A: Arguments>(func: F) -> Entry<Ran> {
    entry(move |bytes, into| {
        let value = func.call(codec::read(bytes)?)?;
        write(value, into)
    })
}

/// The function's entry for a chunk of `map`: one call for each of a list of arguments.
pub(super) fn chunk<F: Task<A>, A: Arguments>(func: F) -> Entry<Ran> {
    entry(move |bytes, into| {
        let items: Vec<A> = codec::read(bytes)?;
        let values: Result<Vec<F::Output>> =
            items.into_iter().map(|args| func.call(args)).collect();
        write(values?, into)
    })
}

fn write<T: Serialize + 'static>(value: T, into: &mut Vec<u8>) -> Ran {
    if let Err(error) = codec::append(&value, into) {
        let words = format!(
            "Error sending result: '{}'. Reason: '{}'",
            value.repr(),
            error.message
        );
        return Err(Exception::new(
            "multiprocessing.pool.MaybeEncodingError",
            words,
        ));
    }
    Ok(Box::new(value))
}

/// The function's name, without its modules.
pub(super) fn name<F>() -> &'static str {
    std::any::type_name::<F>()
        .rsplit("::")
        .next()
        .unwrap_or_default()
}

/// The header of a task's message.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TaskHead {
    pub(super) job: u64,
    /// Which part of the job.
    pub(super) part: u32,
    /// The task's number in its pool.
    pub(super) number: u64,
    /// Address and seal of the entry.
    pub(super) entry: [u64; 2],
}

/// The header of a result's message: its value or the exception follows.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ResultHead {
    pub(super) job: u64,
    pub(super) part: u32,
    pub(super) number: u64,
    pub(super) ok: bool,
}
