//! Wakeup trees: how the executions begin that still have to be run from one point.
//!
//! See Abdulla, Aronis, Jonsson, Sagonas, 'Source Sets: A Foundation for Optimal Dynamic Partial
//! Order Reduction' (JACM 2017), section 5. A sequence is added only where no branch to the left of
//! it leads to what it leads to. This is why no execution is begun in vain.

use std::rc::Rc;

use super::operation::{Footprint, Proc};

/// A step to be taken.
#[derive(Debug, Clone)]
pub struct Planned {
    pub proc: Proc,
    pub footprint: Rc<Footprint>,
}

impl Planned {
    /// Whether it is a weak initial of `sequence`: it could as well be taken first.
    pub fn could_start(&self, sequence: &[Planned]) -> bool {
        for next in sequence {
            if next.proc == self.proc {
                return true;
            }
            if next.footprint.depends_on(&self.footprint) {
                return false;
            }
        }
        true
    }
}

/// A step to be taken and what is planned after it.
#[derive(Debug)]
pub struct Branch {
    pub proc: Proc,
    footprint: Rc<Footprint>,
    pub rest: Tree,
}

impl Branch {
    /// A step after which nothing is planned.
    pub fn leaf(proc: Proc) -> Branch {
        Branch {
            proc,
            footprint: Rc::default(),
            rest: Tree::default(),
        }
    }

    fn could_start(&self, sequence: &[Planned]) -> bool {
        let first = Planned {
            proc: self.proc,
            footprint: Rc::clone(&self.footprint),
        };
        first.could_start(sequence)
    }
}

/// Branches in the order they are to be run.
#[derive(Debug, Default)]
pub struct Tree(Vec<Branch>);

impl Tree {
    pub fn branches(&self) -> usize {
        self.0.len()
    }

    /// Takes the leftmost branch out.
    pub fn take_first(&mut self) -> Option<Branch> {
        (!self.0.is_empty()).then(|| self.0.remove(0))
    }

    /// Adds a step alone, unless one of this process is planned.
    pub fn add(&mut self, proc: Proc, footprint: Rc<Footprint>) {
        if !self.0.iter().any(|branch| branch.proc == proc) {
            self.0.push(Branch {
                proc,
                footprint,
                rest: Tree::default(),
            });
        }
    }

    /// Adds a sequence unless a branch leads to what it leads to.
    pub fn insert(&mut self, mut sequence: Vec<Planned>) {
        let mut tree = self;
        loop {
            let mut branches = tree.0.iter();
            let Some(found) = branches.position(|branch| branch.could_start(&sequence)) else {
                break;
            };
            let branch = &mut tree.0[found];
            if let Some(taken) = sequence.iter().position(|step| step.proc == branch.proc) {
                sequence.remove(taken);
            }
            if branch.rest.0.is_empty() {
                // After a leaf everything is run that can follow it.
                return;
            }
            tree = &mut branch.rest;
        }
        let chain = sequence
            .into_iter()
            .rev()
            .fold(Tree::default(), |rest, step| {
                Tree(vec![Branch {
                    proc: step.proc,
                    footprint: step.footprint,
                    rest,
                }])
            });
        tree.0.extend(chain.0);
    }
}
