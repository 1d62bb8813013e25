//! Expected lines against printed ones: multisets, blocks, orders.
//!
//! Pure text: used by the checks, by the outcome of a run and by the lint of listings. Finds where
//! the expected stands and what is missing; wording it is the caller's business.

use std::collections::HashMap;

use super::expr::{Fuel, OutOfFuel};
use super::lines::Slot;

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
///
/// # Errors
/// There is no fuel left.
pub fn multiset(slots: &[Slot], lines: &[&str], fuel: &Fuel) -> Result<Difference, OutOfFuel> {
    fuel.burn(slots.len() + lines.len())?;
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
    for slot in &open {
        fuel.burn(slots[*slot].any.len() * rest.len())?;
    }
    let fits: Vec<Vec<usize>> = open
        .iter()
        .map(|slot| {
            (0..rest.len())
                .filter(|line| slots[*slot].matches(lines[rest[*line]]))
                .collect()
        })
        .collect();
    let owners = assign(&fits, rest.len(), fuel)?;
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
    Ok(Difference { missing, extra })
}

/// Owner of each of `count` lines, by augmenting paths; `fits` says which lines suit whom.
fn assign(fits: &[Vec<usize>], count: usize, fuel: &Fuel) -> Result<Vec<Option<usize>>, OutOfFuel> {
    let mut owners = vec![None; count];
    for start in 0..fits.len() {
        fuel.burn(count)?;
        // Breadth first, so that a long chain of exchanges needs no deep stack.
        let mut from: Vec<Option<usize>> = vec![None; count];
        let mut queue = std::collections::VecDeque::from([start]);
        let mut end = None;
        'search: while let Some(slot) = queue.pop_front() {
            fuel.burn(fits[slot].len())?;
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
            fuel.burn(count)?;
            end = owners.iter().position(|owner| *owner == Some(slot));
            owners[line] = Some(slot);
        }
    }
    Ok(owners)
}

/// First lines of the blocks, each a whole one and none over another; `None` where they can't all
/// be found.
///
/// # Errors
/// There is no fuel left.
pub fn blocks(
    blocks: &[Vec<Slot>],
    lines: &[&str],
    fuel: &Fuel,
) -> Result<Option<Vec<usize>>, OutOfFuel> {
    let mut candidates: Vec<Vec<usize>> = Vec::new();
    for block in blocks {
        candidates.push(windows(block, lines, fuel)?.collect());
    }
    place(blocks, &candidates, lines.len(), fuel)
}

/// Where the block stands as a whole.
///
/// # Errors
/// There is no fuel left.
pub fn windows<'a>(
    block: &'a [Slot],
    lines: &'a [&str],
    fuel: &Fuel,
) -> Result<impl Iterator<Item = usize> + 'a, OutOfFuel> {
    let patterns: usize = block.iter().map(|slot| slot.any.len()).sum();
    fuel.burn(patterns * lines.len())?;
    Ok(lines
        .windows(block.len().max(1))
        .enumerate()
        .filter(|(_, window)| {
            !block.is_empty()
                && block
                    .iter()
                    .zip(*window)
                    .all(|(slot, line)| slot.matches(line))
        })
        .map(|(start, _)| start))
}

/// Places the blocks one after the other, going back where an earlier one took the wrong place.
fn place(
    blocks: &[Vec<Slot>],
    candidates: &[Vec<usize>],
    lines: usize,
    fuel: &Fuel,
) -> Result<Option<Vec<usize>>, OutOfFuel> {
    let mut taken = vec![false; lines];
    let mut starts = Vec::new();
    // The next candidate to try, for each block placed so far and the one to be placed.
    let mut next = vec![0];
    while let Some(depth) = next.len().checked_sub(1) {
        if depth == blocks.len() {
            return Ok(Some(starts));
        }
        let length = blocks[depth].len();
        let open = candidates[depth].len() - next[depth];
        fuel.burn(open.saturating_mul(length) + 1)?;
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
    Ok(None)
}

/// Places of lines that stand for the slots in their order, each the earliest; how many slots were
/// found is its length.
///
/// # Errors
/// There is no fuel left.
pub fn in_order(slots: &[Slot], lines: &[&str], fuel: &Fuel) -> Result<Vec<usize>, OutOfFuel> {
    let patterns: usize = slots.iter().map(|slot| slot.any.len()).sum();
    fuel.burn(patterns + lines.len() * slots.iter().map(|slot| slot.any.len()).max().unwrap_or(0))?;
    let mut found = Vec::new();
    let mut at = 0;
    for slot in slots {
        let Some(skipped) = lines[at..].iter().position(|line| slot.matches(line)) else {
            break;
        };
        found.push(at + skipped);
        at += skipped + 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::{Fuel, Slot, blocks, in_order, multiset};
    use crate::lesson::template::Pattern;

    fn slot(any: &[&str]) -> Slot {
        Slot {
            any: any.iter().map(|text| Pattern::exact(*text)).collect(),
        }
    }

    #[test]
    fn a_multiset_needs_each_line_as_often_as_expected() {
        let slots = [slot(&["a"]), slot(&["a"]), slot(&["b"])];
        assert!(
            multiset(&slots, &["b", "a", "a"], &Fuel::default())
                .unwrap()
                .is_empty()
        );
        let found = multiset(&slots, &["a", "b", "b", "c"], &Fuel::default()).unwrap();
        assert_eq!(found.missing, [1]);
        assert_eq!(found.extra.len(), 2);
        assert!(found.extra.contains(&3));
    }

    #[test]
    fn alternatives_are_shared_out_so_that_all_are_served() {
        // The first slot must leave `x` to the second, the second `y` to the third.
        let slots = [slot(&["x", "z"]), slot(&["x", "y"]), slot(&["y", "y"])];
        assert!(
            multiset(&slots, &["x", "y", "z"], &Fuel::default())
                .unwrap()
                .is_empty()
        );
        let found = multiset(&slots, &["x", "y", "y"], &Fuel::default()).unwrap();
        assert!(found.is_empty(), "{found:?}");
        let found = multiset(&slots, &["z", "z", "y"], &Fuel::default()).unwrap();
        assert_eq!(found.missing.len(), 1);
        assert_eq!(found.extra.len(), 1);
    }

    #[test]
    fn blocks_are_found_whole_and_apart() {
        let block = |texts: &[&str]| texts.iter().map(|text| slot(&[text])).collect::<Vec<_>>();
        let two = [block(&["0a", "0b"]), block(&["1a", "1b"])];
        assert_eq!(
            blocks(&two, &["1a", "1b", "0a", "0b"], &Fuel::default()).unwrap(),
            Some(vec![2, 0])
        );
        assert_eq!(
            blocks(&two, &["1a", "0a", "1b", "0b"], &Fuel::default()).unwrap(),
            None
        );
        let same = [block(&["a", "a"]), block(&["a", "a"])];
        assert_eq!(
            blocks(&same, &["a", "a", "a", "a"], &Fuel::default()).unwrap(),
            Some(vec![0, 2])
        );
        assert_eq!(
            blocks(&same, &["a", "a", "a"], &Fuel::default()).unwrap(),
            None
        );
        // The first block can stand in two places and must give way.
        let either = [vec![slot(&["x", "y"])], block(&["x"])];
        assert_eq!(
            blocks(&either, &["x", "y"], &Fuel::default()).unwrap(),
            Some(vec![1, 0])
        );
    }

    #[test]
    fn order_is_a_subsequence() {
        let slots = [slot(&["a"]), slot(&["b"]), slot(&["c"])];
        assert_eq!(
            in_order(&slots, &["x", "a", "c", "b", "c"], &Fuel::default()).unwrap(),
            [1, 3, 4]
        );
        assert_eq!(
            in_order(&slots, &["b", "a", "c"], &Fuel::default()).unwrap(),
            [1]
        );
    }
}
