//! Values as bytes between processes (CPython: pickle, in reduction.py), by postcard.
//!
//! Bytes (`Bytes`, `Vec<u8>`) are moved, not encoded: their message is their content.
//! Both sides of a channel have the same type, because they are forks of one image.

use std::any::Any;

use postcard::ser_flavors::Flavor;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::exceptions::{Exception, Result};

/// Python's `bytes`: shown as `b'…'`, sent without encoding.
pub type Bytes = serde_bytes::ByteBuf;

/// The value's bytes.
///
/// # Errors
/// `PicklingError` when the type refuses to be written.
#[track_caller]
pub(crate) fn encode<T: Serialize + 'static>(value: T) -> Result<Vec<u8>> {
    let mut value = Some(value);
    let any: &mut dyn Any = &mut value;
    if let Some(bytes) = any.downcast_mut::<Option<Vec<u8>>>() {
        return Ok(bytes.take().unwrap_or_default());
    }
    if let Some(bytes) = any.downcast_mut::<Option<Bytes>>() {
        return Ok(bytes.take().unwrap_or_default().into_vec());
    }
    let mut bytes = Vec::new();
    if let Some(value) = &value {
        append(value, &mut bytes)?;
    }
    Ok(bytes)
}

/// The value whose bytes these are.
///
/// # Errors
/// `UnpicklingError` when the type can't be read back.
#[track_caller]
pub(crate) fn decode<T: DeserializeOwned + 'static>(mut bytes: Vec<u8>) -> Result<T> {
    let mut value: Option<T> = None;
    let any: &mut dyn Any = &mut value;
    if let Some(value) = any.downcast_mut::<Option<Vec<u8>>>() {
        *value = Some(std::mem::take(&mut bytes));
    } else if let Some(value) = any.downcast_mut::<Option<Bytes>>() {
        *value = Some(Bytes::from(std::mem::take(&mut bytes)));
    }
    match value {
        Some(value) => Ok(value),
        None => read(&bytes),
    }
}

/// Appends the value's bytes.
///
/// # Errors
/// `PicklingError` when the type refuses to be written.
#[track_caller]
pub(crate) fn append<T: Serialize + ?Sized>(value: &T, into: &mut Vec<u8>) -> Result<()> {
    match postcard::serialize_with_flavor(value, Appending(into)) {
        Ok(()) => Ok(()),
        Err(error) => Err(Exception::new("_pickle.PicklingError", error.to_string())),
    }
}

/// The value whose bytes, written by `append`, begin here.
///
/// # Errors
/// `UnpicklingError` when the type can't be read back.
#[track_caller]
pub(crate) fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    match postcard::from_bytes(bytes) {
        Ok(value) => Ok(value),
        Err(error) => Err(Exception::new("_pickle.UnpicklingError", error.to_string())),
    }
}

struct Appending<'a>(&'a mut Vec<u8>);

impl Flavor for Appending<'_> {
    type Output = ();

    #[inline]
    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    #[inline]
    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{Bytes, decode, encode};

    #[test]
    fn values_come_back_and_bytes_are_moved() {
        let bytes = encode((1_u8, "h1".to_owned(), Some(-2_i64))).expect("it can be written");
        let back: (u8, String, Option<i64>) = decode(bytes).expect("it can be read");
        assert_eq!(back, (1, "h1".to_owned(), Some(-2)));
        let large = vec![7_u8; 100];
        let place = large.as_ptr();
        let bytes = encode(large).expect("it can be written");
        let back: Bytes = decode(bytes).expect("it can be read");
        assert_eq!((back.as_ptr(), back.len()), (place, 100));
    }

    #[test]
    fn what_can_not_be_read_back_is_an_unpickling_error() {
        let bytes = encode(serde_json::json!({"a": 1})).expect("it can be written");
        let error = decode::<serde_json::Value>(bytes).expect_err("it says not what it is");
        assert_eq!(error.class, "_pickle.UnpicklingError");
        assert!(encode(vec![true]).is_ok());
    }
}
