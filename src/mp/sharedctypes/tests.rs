//! Arrays and Values in one process: CPython 3.13's results and errors.

use super::{Array, Locking, Value};
use crate::mp::exceptions::Result;
use crate::mp::synchronize::{Lock, RLock};
use crate::object::Object;

fn numbers() -> Array {
    Array::new('i', [11, 22, 33, 44, 55]).expect("five ints")
}

fn words<T: std::fmt::Debug>(result: Result<T>) -> String {
    result.expect_err("an exception").to_string()
}

#[test]
fn indexes_are_those_of_python() {
    let a = numbers();
    assert_eq!(a.get(-1).expect("the last"), 55);
    assert_eq!(a.get(-5).expect("the first"), 11);
    assert_eq!(a.get(true).expect("a bool is an int"), 22);
    for outside in [5, -6] {
        assert_eq!(words(a.get(outside)), "IndexError: invalid index");
        assert_eq!(words(a.set(outside, 1)), "IndexError: invalid index");
    }
    let unfit = "IndexError: cannot fit 'int' into an index-sized integer";
    assert_eq!(words(a.get(1_i128 << 70)), unfit);
    for index in [Object::from("0"), 1.0.into(), Object::None] {
        assert_eq!(words(a.get(&index)), "TypeError: indices must be integers");
        assert_eq!(
            words(a.set(&index, 1)),
            "TypeError: indices must be integer"
        );
    }
    a.set(-2, 7).expect("there is such an element");
    assert_eq!(a.slice(..), [11, 22, 33, 7, 55]);
}

#[test]
fn values_are_those_of_c() {
    let a = numbers();
    a.set(0, 1_i64 << 31).expect("it wraps");
    a.set(1, (1_i128 << 32) + 7).expect("it wraps");
    a.set(2, 1_i128 << 70).expect("it wraps");
    assert_eq!(a.slice(..3), [-2_147_483_648, 7, 0]);
    let integer = "TypeError: 'str' object cannot be interpreted as an integer";
    assert_eq!(words(a.set(0, "x")), integer);
    assert_eq!(
        words(Array::new('i', [Object::from(1), "2".into()])),
        integer
    );
    let real = Value::new('d', "x");
    assert_eq!(words(real), "TypeError: must be real number, not str");
    let f = Array::new('f', [0.1]).expect("a float");
    assert_eq!(
        f.get(0).expect("a float").to_string(),
        "0.10000000149011612"
    );
}

#[test]
fn slices_are_those_of_python() {
    let a = numbers();
    let (last, late) = (-1, 3);
    assert_eq!(a.slice(1..3), [22, 33]);
    assert_eq!(a.slice(1..=last).to_string(), "[22, 33, 44, 55]");
    assert_eq!(a.slice(-2..), [44, 55]);
    assert_eq!(a.slice(late..1).to_string(), "[]");
    assert_eq!(a.slice(0..100), a.slice(..));
    assert_eq!(a.slice(i64::MIN..i64::MAX), a.slice(..));
    a.set_slice(1..3, [1, 2]).expect("two for two");
    let size = "ValueError: Can only assign sequence of same size";
    assert_eq!(words(a.set_slice(1..3, [1])), size);
    assert_eq!(words(a.set_slice(1..3, 5)), size);
    a.set_slice(late..1, Vec::<i32>::new())
        .expect("none for none");
    assert_eq!(a.slice(..), [11, 1, 2, 44, 55]);
    // What comes before the misfit is written, as by ctypes.
    let misfit = "TypeError: 'float' object cannot be interpreted as an integer";
    assert_eq!(
        words(a.set_slice(3.., [Object::from(9), 1.5.into()])),
        misfit
    );
    assert_eq!(a.slice(..), [11, 1, 2, 9, 55]);
}

#[test]
fn creation_is_that_of_python() {
    assert_eq!(Array::zeroed('i', 3).expect("zeros").slice(..), [0, 0, 0]);
    assert!(Array::zeroed('i', 0).expect("nothing").is_empty());
    assert_eq!(
        Array::zeroed('d', 1).expect("zeros").slice(..).to_string(),
        "[0.0]"
    );
    assert_eq!(
        words(Array::zeroed('i', -1)),
        "ValueError: Array length must be >= 0, not -1"
    );
    assert_eq!(
        words(Array::new('i', 1.5)),
        "TypeError: object of type 'float' has no len()"
    );
    assert_eq!(
        words(Array::new('i', ())),
        "TypeError: object of type 'NoneType' has no len()"
    );
    for code in "xzn?Pwe3".chars() {
        assert_eq!(
            words(Array::zeroed(code, 1)),
            "TypeError: this type has no size"
        );
        assert_eq!(
            words(Value::zeroed(code)),
            "TypeError: this type has no size"
        );
    }
    let zeros: Vec<String> = "bBhHiIlLqQfdcu"
        .chars()
        .map(|code| Value::zeroed(code).expect("a zero").get().to_string())
        .collect();
    assert_eq!(zeros.join(" "), "0 0 0 0 0 0 0 0 0 0 0.0 0.0 b'\\x00' \0");
    let huge = words(Array::zeroed('d', i64::MAX));
    assert!(
        huge.starts_with("OverflowError") || huge.starts_with("OSError"),
        "{huge}"
    );
}

#[test]
fn bytes_have_value_and_raw() {
    let c = Array::new('c', b"hello").expect("five bytes");
    assert_eq!(c.slice(1..3).to_string(), "b'el'");
    assert_eq!(c.get(0).expect("a byte").to_string(), "b'h'");
    c.set_value(b"he").expect("it fits");
    assert_eq!(c.raw_bytes().expect("a 'c'"), b"he\0lo");
    assert_eq!(c.value().expect("a 'c'"), b"he");
    c.set_raw_bytes(b"ab").expect("it fits");
    assert_eq!(c.raw_bytes().expect("a 'c'"), b"ab\0lo");
    assert_eq!(
        words(c.set_value(b"hello!")),
        "ValueError: byte string too long"
    );
    assert_eq!(
        words(c.set_raw_bytes(b"hello!")),
        "ValueError: byte string too long"
    );
    c.set_slice(1..3, b"XY").expect("two for two");
    assert_eq!(c.value().expect("a 'c'"), b"aXYlo");
    assert_eq!(
        words(Array::new('c', "hello")),
        "TypeError: one character bytes, bytearray or integer expected"
    );
    let attribute = "AttributeError: 'SynchronizedArray' object has no attribute";
    assert_eq!(words(numbers().value()), format!("{attribute} 'value'"));
    assert_eq!(words(numbers().raw_bytes()), format!("{attribute} 'raw'"));
    let u = Array::new('u', "h第").expect("two characters");
    assert_eq!(u.slice(..), "h第");
    assert_eq!(u.get(1).expect("a character"), "第");
}

#[test]
fn locks_are_made_given_or_left_out() {
    let lock = |lock: Locking| Array::with_lock('i', 1, lock);
    for new in [Locking::from(true), ().into(), Object::None.into()] {
        let a = lock(new).expect("an array");
        assert_eq!(
            a.get_lock().expect("its lock").to_string(),
            "<RLock(None, 0)>"
        );
    }
    let given = Lock::new().expect("a lock");
    let a = lock((&given).into()).expect("an array");
    assert_eq!(
        a.get_lock().expect("its lock").to_string(),
        "<Lock(owner=None)>"
    );
    let given = RLock::new().expect("a lock");
    let a = lock((&given).into()).expect("an array");
    given.acquire();
    a.set(0, 4).expect("the lock is recursive");
    assert_eq!(a.get(0).expect("an int"), 4);
    given.release().expect("it is held");
    assert_eq!(
        words(given.release()),
        "AssertionError: attempt to release recursive lock not owned by thread"
    );
    assert_eq!(
        words(lock(Object::from(5).into())),
        "AttributeError: 5 has no method 'acquire'"
    );
    assert_eq!(
        words(lock(Object::from("x").into())),
        "AttributeError: 'x' has no method 'acquire'"
    );
    let raw = lock(false.into()).expect("an array");
    assert_eq!(
        words(raw.get_lock()),
        "AttributeError: 'c_int_Array_1' object has no attribute 'get_lock'"
    );
    let raw = Value::raw('i', 1).expect("a value");
    assert_eq!(
        words(raw.get_lock()),
        "AttributeError: 'c_int' object has no attribute 'get_lock'"
    );
    let a = numbers();
    a.get_obj()
        .expect("the array inside")
        .set(0, 1)
        .expect("an element");
    assert_eq!(a.get(0).expect("an int"), 1);
}

#[test]
fn a_value_counts() {
    let v = Value::new('i', 0).expect("an int");
    v.get_lock().expect("its lock").acquire();
    v.add(1).expect("an int");
    v.add(true).expect("an int");
    v.get_lock()
        .expect("its lock")
        .release()
        .expect("it is held");
    assert_eq!(v.get(), 2);
    assert_eq!(
        words(v.add(1.5)),
        "TypeError: 'float' object cannot be interpreted as an integer"
    );
    assert_eq!(
        words(v.add("x")),
        "TypeError: unsupported operand type(s) for +=: 'int' and 'str'"
    );
    let d = Value::new('d', 1).expect("a double");
    d.add(0.5).expect("a double");
    assert_eq!(d.get(), 1.5);
}

#[test]
fn they_print_as_in_python() {
    assert_eq!(
        Value::new('i', 3).expect("a value").to_string(),
        "<Synchronized wrapper for c_int(3)>"
    );
    assert_eq!(
        Value::raw('q', 3).expect("a value").to_string(),
        "c_long(3)"
    );
    assert_eq!(
        Value::new('c', b"a").expect("a value").to_string(),
        "<Synchronized wrapper for c_char(b'a')>"
    );
    let text = Array::zeroed('c', 2).expect("an array").to_string();
    let begin =
        "<SynchronizedString wrapper for <multiprocessing.sharedctypes.c_char_Array_2 object at 0x";
    assert!(text.starts_with(begin) && text.ends_with(">>"), "{text}");
    let text = Array::raw('i', 2).expect("an array").to_string();
    assert!(
        text.starts_with("<multiprocessing.sharedctypes.c_int_Array_2 object at 0x"),
        "{text}"
    );
}

#[test]
fn iterating_ends_with_the_last_element() {
    let a = numbers();
    let mut iter = a.iter();
    assert_eq!(
        iter.by_ref()
            .map(|item| item.to_string())
            .collect::<Vec<_>>()
            .join(" "),
        "11 22 33 44 55"
    );
    assert!(iter.next().is_none());
    let mut count = 0;
    for item in &a {
        count += item.as_int().expect("an int");
    }
    assert_eq!(count, 165);
}
