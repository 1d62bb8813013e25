//! Array: memory that main and its children really share.
use std::cell::RefCell;
use std::rc::Rc;

use crate::mp::{Array, Object, Process, Result, print};
use crate::programs::Params;

/// The global name `temp`: a list is copied by fork, an Array is shared.
#[derive(Clone)]
enum Temp {
    List(Rc<RefCell<Vec<i64>>>),
    Shared(Array),
}

fn foo(temp: Temp, i: i64) -> Result<()> {
    temp.set(i, 100 + i)?; // py:14
    for item in temp.items() {
        print!("第{i}个进程 ---------> {item}"); // py:16
    }
    Ok(())
}

pub(super) fn main(params: &Params) -> Result<()> {
    let mut temp = Temp::list([11, 22, 33, 44, 55]); // py:8
    if params.flag("shared") {
        temp = Temp::Shared(Array::new('i', [11, 22, 33, 44, 55])?.named("temp")); // py:10
    }
    let mut children = Vec::new(); // py:20
    for i in 1..=params.int("processes") {
        let p = Process::new(foo, (temp.clone(), i)); // py:22
        p.start()?; // py:23
        children.push(p); // py:24
    }
    if params.flag("join") {
        for p in &children {
            p.join()?; // py:27
        }
        print!("main {}", temp.whole()); // py:28
    }
    print!("main proccess stop"); // py:29
    Ok(())
}

impl Temp {
    fn list(items: [i64; 5]) -> Temp {
        Temp::List(Rc::new(RefCell::new(items.to_vec())))
    }

    #[track_caller]
    fn set(&self, i: i64, value: i64) -> Result<()> {
        match self {
            Temp::List(list) => {
                list.borrow_mut()[usize::try_from(i).unwrap_or(usize::MAX)] = value;
                Ok(())
            }
            Temp::Shared(array) => array.set(i, value),
        }
    }

    /// The items one after another; a shared one is read when its turn comes.
    #[track_caller]
    fn items(&self) -> Box<dyn Iterator<Item = Object> + '_> {
        match self {
            Temp::List(list) => Box::new(list.borrow().clone().into_iter().map(Object::from)),
            Temp::Shared(array) => Box::new(array.iter()),
        }
    }

    /// `temp[:]`
    #[track_caller]
    fn whole(&self) -> Object {
        match self {
            Temp::List(list) => Object::list(list.borrow().clone()),
            Temp::Shared(array) => array.slice(..),
        }
    }
}
