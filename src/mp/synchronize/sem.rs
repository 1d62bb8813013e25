//! What locks and semaphores have in common, as CPython's share one `SemLock`.
//!
//! Owns the course of an acquire, from its announcement to its event, and the methods that every
//! handle of such an object has. How to take and give is each object's own.

use std::panic::Location;

use crate::mp::exceptions::Result;
use crate::mp::tracer::{Call, Fill};
use crate::mp::wait::{self, Timeout};
use crate::trace::OpName;

/// Something that is taken, maybe after waiting for it, and given back.
pub(crate) trait Sem {
    fn id(&self) -> &str;

    /// Takes it if that needs no wait.
    fn try_take(&self) -> bool;

    /// Takes it, waiting up to `deadline`; false at the deadline.
    fn take(&self, deadline: Option<i64>) -> bool;

    /// Sends the event of an acquire, after it took effect and before anybody can see another.
    fn tell(&self, call: &Call<'_>, taken: bool);

    fn release(&self, at: &'static Location<'static>) -> Result<()>;

    #[inline]
    fn acquire(&self, timeout: Timeout, at: &'static Location<'static>) -> bool {
        let args: Fill<'_> = &|packet| timeout.fill(packet);
        let mut call = Call::begin(OpName::Acquire, self.id(), at, args);
        let attempt = |deadline| {
            // `take` marks the word even if it does not wait.
            let taken = self.try_take() || (deadline != wait::NOW && self.take(deadline));
            taken.then_some(())
        };
        let taken = call.through(timeout, attempt).is_some();
        self.tell(&call, taken);
        taken
    }
}

/// The methods of a handle `$name(Rc<impl Sem>)`.
macro_rules! sem_handle {
    ($name:ident) => {
        impl $name {
            /// Gives the object its name in the program, for the screen.
            #[track_caller]
            pub fn named(self, name: &str) -> $name {
                tracer::named(self.0.id(), name, Location::caller());
                self
            }

            /// Waits until it can be taken and takes it.
            #[track_caller]
            #[inline]
            pub fn acquire(&self) -> bool {
                self.0
                    .acquire($crate::mp::wait::Timeout::Never, Location::caller())
            }

            /// `acquire(block=False)`: takes it if that needs no wait.
            #[track_caller]
            pub fn try_acquire(&self) -> bool {
                self.0
                    .acquire($crate::mp::wait::Timeout::Now, Location::caller())
            }

            /// `acquire(timeout=seconds)`: false when the time is over.
            #[track_caller]
            pub fn acquire_timeout(&self, seconds: f64) -> bool {
                self.0.acquire(
                    $crate::mp::wait::Timeout::After(seconds),
                    Location::caller(),
                )
            }

            /// Gives it back.
            #[track_caller]
            #[inline]
            pub fn release(&self) -> Result<()> {
                self.0.release(Location::caller())
            }
        }
    };
}
pub(super) use sem_handle;
