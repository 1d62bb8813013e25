//! CPython's `callback` and `error_callback`: functions called with a result.

use super::job::{Handler, Job};
use crate::mp::exceptions::{Exception, Result};

/// Functions called with the results when they arrive, inside calls of `mp` by the pool's process.
pub struct Callbacks<R> {
    callback: Option<Box<dyn FnOnce(R)>>,
    error_callback: Option<Box<dyn FnOnce(Exception)>>,
}

impl<R> Default for Callbacks<R> {
    fn default() -> Callbacks<R> {
        Callbacks {
            callback: None,
            error_callback: None,
        }
    }
}

impl<R: 'static> Callbacks<R> {
    /// Nothing is called.
    pub fn new() -> Callbacks<R> {
        Callbacks::default()
    }

    /// `callback=…`: called with the value.
    pub fn callback(self, callback: impl FnOnce(R) + 'static) -> Callbacks<R> {
        Callbacks {
            callback: Some(Box::new(callback)),
            ..self
        }
    }

    /// `error_callback=…`: called with what was raised.
    pub fn error_callback(self, callback: impl FnOnce(Exception) + 'static) -> Callbacks<R> {
        Callbacks {
            error_callback: Some(Box::new(callback)),
            ..self
        }
    }

    pub(super) fn handler(self, decode: fn(&Job) -> Result<R>) -> Option<Handler> {
        let told = match (&self.callback, &self.error_callback) {
            (None, None) => return None,
            (Some(_), None) => "callback",
            (None, Some(_)) => "error_callback",
            (Some(_), Some(_)) => "callback error_callback",
        };
        let call = Box::new(move |job: &Job| match decode(job) {
            Ok(value) => {
                if let Some(callback) = self.callback {
                    callback(value);
                }
            }
            Err(error) => {
                if let Some(callback) = self.error_callback {
                    callback(error);
                }
            }
        });
        Some(Handler { call, told })
    }
}
