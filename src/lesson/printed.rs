//! Expected lines against printed ones: multisets, blocks, orders.
//!
//! Pure text: used by the checks, by the outcome of a run and by the lint of listings. Finds where
//! the expected stands and what is missing; wording it is the caller's business.

use std::collections::HashMap;

use super::lines::Slot;

/// Steps the search for blocks may take before it gives up: lessons need a few hundred.
const MAX_STEPS: usize = 200_000;

/// What a multiset of lines lacks and has too much.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Difference {
    /// Places of slots nothing stands for.
    pub missing: Vec<usize>,
    /// Places of lines nothing expects.
    pub extra: Vec<usize>,
}

impl Difference {
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.missing.is_empty() && self.extra.is_empty()
    }
}

/// Gives each slot a line of its own, as many as can be.
#[must_use]
pub fn multiset(slots: &[Slot], lines: &[&str]) -> Difference {
    let mut free: HashMap<&str, Vec<usize>> = HashMap::new();
    for (place, line) in lines.iter().enumerate().rev() {
        free.entry(line).or_default().push(place);
    }
    let mut missing = Vec::new();
    let mut open = Vec::new();
    // A slot with one text can take only that text, and equal lines are the same to everyone.
    for (place, slot) in slots.iter().enumerate() {
        match slot.any.as_slice() {
            [pattern] if pattern.as_exact().is_some() => {
                let text = pattern.as_exact().unwrap_or_default();
                if free.get_mut(text).and_then(Vec::pop).is_none() {
                    missing.push(place);
                }
            }
            _ => open.push(place),
        }
    }
    let mut rest: Vec<usize> = free.into_values().flatten().collect();
    rest.sort_unstable();
    let fits: Vec<Vec<usize>> = open
        .iter()
        .map(|slot| {
            (0..rest.len())
                .filter(|line| slots[*slot].matches(lines[rest[*line]]))
                .collect()
        })
        .collect();
    let owners = assign(&fits, rest.len());
    let mut served = vec![false; open.len()];
    for owner in owners.iter().flatten() {
        served[*owner] = true;
    }
    missing.extend(
        open.iter()
            .zip(&served)
            .filter(|(_, served)| !**served)
            .map(|(slot, _)| *slot),
    );
    missing.sort_unstable();
    let extra = rest
        .iter()
        .zip(&owners)
        .filter(|(_, owner)| owner.is_none())
        .map(|(line, _)| *line)
        .collect();
    Difference { missing, extra }
}

/// Owner of each of `count` lines, by augmenting paths; `fits` says which lines suit whom.
fn assign(fits: &[Vec<usize>], count: usize) -> Vec<Option<usize>> {
    let mut owners = vec![None; count];
    for start in 0..fits.len() {
        // Breadth first, so that a long chain of exchanges needs no deep stack.
        let mut from: Vec<Option<usize>> = vec![None; count];
        let mut queue = std::collections::VecDeque::from([start]);
        let mut end = None;
        'search: while let Some(slot) = queue.pop_front() {
            for &line in &fits[slot] {
                if from[line].is_some() {
                    continue;
                }
                from[line] = Some(slot);
                match owners[line] {
                    None => {
                        end = Some(line);
                        break 'search;
                    }
                    Some(owner) => queue.push_back(owner),
                }
            }
        }
        // Walk the exchanges back: each slot on the way hands its old line on.
        while let Some(line) = end {
            let Some(slot) = from[line] else { break };
            end = owners.iter().position(|owner| *owner == Some(slot));
            owners[line] = Some(slot);
        }
    }
    owners
}

/// First lines of the blocks, each a whole one and none over another; `None` where they can't all
/// be found.
#[must_use]
pub fn blocks(blocks: &[Vec<Slot>], lines: &[&str]) -> Option<Vec<usize>> {
    let candidates: Vec<Vec<usize>> = blocks
        .iter()
        .map(|block| windows(block, lines).collect())
        .collect();
    place(blocks, &candidates, lines.len())
}

/// Where the block stands as a whole.
pub fn windows<'a>(block: &'a [Slot], lines: &'a [&str]) -> impl Iterator<Item = usize> + 'a {
    lines
        .windows(block.len().max(1))
        .enumerate()
        .filter(|(_, window)| {
            !block.is_empty()
                && block
                    .iter()
                    .zip(*window)
                    .all(|(slot, line)| slot.matches(line))
        })
        .map(|(start, _)| start)
}

/// Places the blocks one after the other, going back where an earlier one took the wrong place.
fn place(blocks: &[Vec<Slot>], candidates: &[Vec<usize>], lines: usize) -> Option<Vec<usize>> {
    let mut taken = vec![false; lines];
    let mut starts = Vec::new();
    // The next candidate to try, for each block placed so far and the one to be placed.
    let mut next = vec![0];
    for _ in 0..MAX_STEPS {
        let depth = next.len().checked_sub(1)?;
        if depth == blocks.len() {
            return Some(starts);
        }
        let length = blocks[depth].len();
        let found = candidates[depth][next[depth]..]
            .iter()
            .position(|start| !taken[*start..start + length].contains(&true));
        if let Some(skipped) = found {
            let start = candidates[depth][next[depth] + skipped];
            next[depth] += skipped + 1;
            taken[start..start + length].fill(true);
            starts.push(start);
            next.push(0);
        } else {
            next.pop();
            if let Some(start) = starts.pop() {
                let length = blocks[starts.len()].len();
                taken[start..start + length].fill(false);
            }
        }
    }
    None
}

/// Places of lines that stand for the slots in their order, each the earliest; how many slots were
/// found is its length.
#[must_use]
pub fn in_order(slots: &[Slot], lines: &[&str]) -> Vec<usize> {
    let mut found = Vec::new();
    let mut at = 0;
    for slot in slots {
        let Some(skipped) = lines[at..].iter().position(|line| slot.matches(line)) else {
            break;
        };
        found.push(at + skipped);
        at += skipped + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Slot, blocks, in_order, multiset};
    use crate::lesson::template::Pattern;

    fn slot(any: &[&str]) -> Slot {
        Slot {
            any: any.iter().map(|text| Pattern::exact(*text)).collect(),
        }
    }

    #[test]
    fn a_multiset_needs_each_line_as_often_as_expected() {
        let slots = [slot(&["a"]), slot(&["a"]), slot(&["b"])];
        assert!(multiset(&slots, &["b", "a", "a"]).is_empty());
        let found = multiset(&slots, &["a", "b", "b", "c"]);
        assert_eq!(found.missing, [1]);
        assert_eq!(found.extra.len(), 2);
        assert!(found.extra.contains(&3));
    }

    #[test]
    fn alternatives_are_shared_out_so_that_all_are_served() {
        // The first slot must leave `x` to the second, the second `y` to the third.
        let slots = [slot(&["x", "z"]), slot(&["x", "y"]), slot(&["y", "y"])];
        assert!(multiset(&slots, &["x", "y", "z"]).is_empty());
        let found = multiset(&slots, &["x", "y", "y"]);
        assert!(found.is_empty(), "{found:?}");
        let found = multiset(&slots, &["z", "z", "y"]);
        assert_eq!(found.missing.len(), 1);
        assert_eq!(found.extra.len(), 1);
    }

    #[test]
    fn blocks_are_found_whole_and_apart() {
        let block = |texts: &[&str]| texts.iter().map(|text| slot(&[text])).collect::<Vec<_>>();
        let two = [block(&["0a", "0b"]), block(&["1a", "1b"])];
        assert_eq!(blocks(&two, &["1a", "1b", "0a", "0b"]), Some(vec![2, 0]));
        assert_eq!(blocks(&two, &["1a", "0a", "1b", "0b"]), None);
        let same = [block(&["a", "a"]), block(&["a", "a"])];
        assert_eq!(blocks(&same, &["a", "a", "a", "a"]), Some(vec![0, 2]));
        assert_eq!(blocks(&same, &["a", "a", "a"]), None);
        // The first block can stand in two places and must give way.
        let either = [vec![slot(&["x", "y"])], block(&["x"])];
        assert_eq!(blocks(&either, &["x", "y"]), Some(vec![1, 0]));
    }

    #[test]
    fn order_is_a_subsequence() {
        let slots = [slot(&["a"]), slot(&["b"]), slot(&["c"])];
        assert_eq!(in_order(&slots, &["x", "a", "c", "b", "c"]), [1, 3, 4]);
        assert_eq!(in_order(&slots, &["b", "a", "c"]), [1]);
    }
}
