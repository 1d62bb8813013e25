//! One function for many items: `map`, `starmap`, `imap` and their kin.
//!
//! Items go in chunks, each a task of its own. The results are put together again here, or given
//! out one by one by `IMap`.

use std::collections::VecDeque;
use std::marker::PhantomData;
use std::panic::Location;
use std::rc::Rc;

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::Pool;
use super::callbacks::Callbacks;
use super::job::{Handler, Job};
use super::result::{AsyncResult, IMap};
use super::submit::Submission;
use super::task::{self, Task};
use crate::mp::codec;
use crate::mp::exceptions::{Exception, Result};
use crate::mp::wait::Timeout;
use crate::object::repr;

impl Pool {
    /// `map(func, items)`: the values of `func` for all items, in their order.
    ///
    /// # Errors
    /// `ValueError` after `close`; what the first item to fail raised.
    #[track_caller]
    pub fn map<F, T>(&self, func: F, items: impl IntoIterator<Item = T>) -> Result<Vec<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        let (at, none) = (Location::caller(), Callbacks::default());
        self.map_at::<F, (T,), T>(func, items, None, none, at)?
            .get_until(Timeout::Never, at)
    }

    /// `map_async(func, items, chunksize=…)`: `map` that does not wait.
    #[track_caller]
    pub fn map_async<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: Option<usize>,
    ) -> Result<AsyncResult<Vec<F::Output>>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        let (at, none) = (Location::caller(), Callbacks::default());
        self.map_at::<F, (T,), T>(func, items, chunksize, none, at)
    }

    /// `map_async(func, items, chunksize, callback, error_callback)`.
    #[track_caller]
    pub fn map_async_with<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: Option<usize>,
        callbacks: Callbacks<Vec<F::Output>>,
    ) -> Result<AsyncResult<Vec<F::Output>>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        self.map_at::<F, (T,), T>(func, items, chunksize, callbacks, Location::caller())
    }

    /// `starmap(func, items)`: `map` with several arguments an item, as tuples.
    #[track_caller]
    pub fn starmap<F, A>(
        &self,
        func: F,
        items: impl IntoIterator<Item = A>,
    ) -> Result<Vec<F::Output>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
    {
        let (at, none) = (Location::caller(), Callbacks::default());
        self.map_at::<F, A, A>(func, items, None, none, at)?
            .get_until(Timeout::Never, at)
    }

    /// `A` are the arguments of one call, `T` an item: the same bytes, because a tuple of one is
    /// written as what is in it.
    fn map_at<F, A, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: Option<usize>,
        callbacks: Callbacks<Vec<F::Output>>,
        at: &'static Location<'static>,
    ) -> Result<AsyncResult<Vec<F::Output>>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
        T: Serialize,
    {
        let items: Vec<T> = items.into_iter().collect();
        // CPython's: about four chunks for each worker.
        let usual = || items.len().div_ceil(4 * self.0.workers.borrow().len());
        let size = chunksize.unwrap_or_else(usual).max(1);
        let decode: fn(&Job) -> Result<Vec<F::Output>> = |job| {
            let chunks = job.decode(codec::read::<Vec<F::Output>>)?;
            Ok(chunks.into_iter().flatten().collect())
        };
        let job = self.submit_chunks::<F, A, T>(
            func,
            &items,
            size,
            ("MapResult", callbacks.handler(decode)),
            at,
        )?;
        Ok(self.result(job, decode))
    }

    fn submit_chunks<F, A, T>(
        &self,
        func: F,
        items: &[T],
        size: usize,
        (class, handler): (&'static str, Option<Handler>),
        at: &'static Location<'static>,
    ) -> Result<Rc<Job>>
    where
        F: Task<A>,
        A: Serialize + DeserializeOwned + 'static,
        T: Serialize,
    {
        let part = |index: usize| &items[index * size..items.len().min((index + 1) * size)];
        self.0.submit(Submission {
            func: task::name::<F>(),
            entry: task::chunk::<F, A>(func),
            parts: items.len().div_ceil(size),
            args: &|index, bytes| codec::append(part(index), bytes),
            value: &|index| match part(index) {
                [item] => repr(item),
                items => repr(items),
            },
            class,
            handler,
            at,
        })
    }

    /// `imap(func, items, chunksize)`: the values one by one, in the order of the items, each as soon
    /// as it is there. The items are all taken at once.
    ///
    /// # Errors
    /// `ValueError` after `close` or for a chunk size of zero.
    #[track_caller]
    pub fn imap<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: usize,
    ) -> Result<IMap<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        self.imap_at(func, items, chunksize, false, Location::caller())
    }

    /// `imap_unordered(func, items, chunksize)`: as `imap`, in the order in which they come.
    #[track_caller]
    pub fn imap_unordered<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: usize,
    ) -> Result<IMap<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        self.imap_at(func, items, chunksize, true, Location::caller())
    }

    fn imap_at<F, T>(
        &self,
        func: F,
        items: impl IntoIterator<Item = T>,
        chunksize: usize,
        unordered: bool,
        at: &'static Location<'static>,
    ) -> Result<IMap<F::Output>>
    where
        F: Task<(T,)>,
        T: Serialize + DeserializeOwned + 'static,
    {
        if chunksize < 1 {
            let text = format!("Chunksize must be 1+, not {chunksize}");
            return Err(Exception::at("ValueError", text, at));
        }
        let items: Vec<T> = items.into_iter().collect();
        let class = if unordered {
            "IMapUnorderedIterator"
        } else {
            "IMapIterator"
        };
        let job = self.submit_chunks::<F, (T,), T>(func, &items, chunksize, (class, None), at)?;
        Ok(IMap {
            inner: Rc::clone(&self.0),
            job,
            unordered,
            given: 0,
            rest: VecDeque::new(),
            values: PhantomData,
        })
    }
}
