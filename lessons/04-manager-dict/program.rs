//! Manager: a dict that lives in a server process; everyone else sends requests.
use crate::mp::{DictProxy, Manager, Process, Result, print, sleep};
use crate::programs::Params;

fn foo(dic: DictProxy, i: i64, seconds: f64) -> Result<()> {
    sleep(seconds); // py:11
    dic.set(i, 100 + 1)?; // py:12
    print!("{}", dic.values()?); // py:13
    Ok(())
}

pub(super) fn main(params: &Params) -> Result<()> {
    let manager = Manager::new()?; // py:17
    let dic = manager.dict()?.named("dic"); // py:18
    let mut children = Vec::new(); // py:19
    for i in 0..params.int("processes") {
        let p = Process::new(foo, (dic.clone(), i, params.seconds("sleep"))); // py:21
        p.start()?; // py:22
        children.push(p); // py:23
        if params.flag("join_inside") {
            children[children.len() - 1].join()?; // py:25
        }
    }
    for p in &children {
        p.join()?; // py:27
    }
    print!("main proccess stop"); // py:28
    Ok(())
}
