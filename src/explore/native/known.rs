//! The names of processes and objects in an execution, by which footprints are told apart.

use super::access::Names;
use super::{Proc, Process};

/// The processes of this execution, for names that hold in all.
pub(super) struct Known<'a>(pub(super) &'a [Process]);

impl Names for Known<'_> {
    fn process(&self, birth: u32) -> Proc {
        self.0
            .get(birth as usize)
            .map_or(Proc::MAX, |process| process.number)
    }

    fn object(&self, id: &str) -> String {
        let Some((name, pid)) = id.split_once('@') else {
            return id.to_owned();
        };
        let mut processes = self.0.iter();
        let maker = processes.rfind(|process| process.pid.to_string() == pid);
        match maker {
            Some(maker) => format!("{name}@{}", maker.number),
            None => id.to_owned(),
        }
    }
}
