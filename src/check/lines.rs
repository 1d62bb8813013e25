//! Checks over printed lines: multisets, orders, blocks.
//!
//! The lines come from a `World` or from the stdout of a plain `python3 program.py`; the answers
//! are the same. Finding is `lesson::printed`'s work, wording is done here.

use super::shown::{counted, few, quoted};
use super::{Judged, Result};
use crate::lesson::printed::{in_order, multiset, windows};
use crate::lesson::{CheckKind, Lines, Loops, Scope, Slot, printed};
use crate::model::World;
use crate::trace::Stream;

pub(super) fn of_world(kind: &CheckKind, scope: &dyn Scope, world: &World) -> Result<Judged> {
    let dropped = world.log().first();
    if dropped > 0 {
        return Ok(Judged::bad(
            format!("the run printed so much that its first {dropped} lines were not kept"),
            format!("输出太多，最前面的 {dropped} 行没有保留下来"),
        ));
    }
    let texts = |wanted: Stream| -> Vec<String> {
        let lines = world.log().lines().filter(|line| line.stream == wanted);
        lines.map(|line| line.text().into_owned()).collect()
    };
    let (stdout, stderr) = (texts(Stream::Stdout), texts(Stream::Stderr));
    let stdout: Vec<&str> = stdout.iter().map(String::as_str).collect();
    let stderr: Vec<&str> = stderr.iter().map(String::as_str).collect();
    of_text(kind, scope, &stdout, Some(&stderr))
}

/// Answers a textual check. `stderr` may be unknown; a check that needs it then has no answer to
/// give and says so.
pub(super) fn of_text(
    kind: &CheckKind,
    scope: &dyn Scope,
    stdout: &[&str],
    stderr: Option<&[&str]>,
) -> Result<Judged> {
    match kind {
        CheckKind::LinesMultiset {
            lines,
            stderr: false,
        } => Ok(compare(&lines.expand(scope)?, stdout)),
        CheckKind::LinesMultiset { lines, .. } => Ok(match stderr {
            Some(stderr) => compare(&lines.expand(scope)?, stderr),
            None => Judged::bad("stderr was not kept", "没有保留标准错误输出"),
        }),
        CheckKind::LinesExact { lines } => Ok(exact(&lines.expand(scope)?, stdout)),
        CheckKind::LinesInOrder { loops, lines } => {
            Ok(ordered(&rounds(loops, lines, scope)?, stdout))
        }
        CheckKind::ContiguousBlocks { loops, lines } => {
            Ok(contiguous(&rounds(loops, lines, scope)?, stdout))
        }
        CheckKind::LineBefore { line, others } => {
            beside(line, others.as_ref(), false, scope, stdout)
        }
        CheckKind::LineAfter { line, others } => beside(line, others.as_ref(), true, scope, stdout),
        CheckKind::LineTimes { line, times } => {
            let slots = line.expand(scope)?;
            let found = places(&slots, stdout).len();
            let value = crate::lesson::Value::from(found);
            let (passed, wanted) = times.test(&value, scope)?;
            let line = quoted(&either(&slots));
            Ok(Judged::new(
                passed,
                format!("{line} stands {found}× in the output, expected {wanted}"),
                format!("{line} 在输出中出现 {found} 次，应为 {wanted}"),
            ))
        }
        CheckKind::NeverTogether { loops, lines } => {
            Ok(never_together(&rounds(loops, lines, scope)?, stdout))
        }
        _ => Ok(Judged::bad(
            "printed text alone can't answer this",
            "只凭打印的文字无法回答",
        )),
    }
}

fn rounds(loops: &Loops, lines: &Lines, scope: &dyn Scope) -> Result<Vec<Vec<Slot>>> {
    loops.each(scope, &mut |scope| lines.expand(scope))
}

fn either(slots: &[Slot]) -> String {
    let texts: Vec<String> = slots.iter().map(ToString::to_string).collect();
    texts.join(" | ")
}

fn places(slots: &[Slot], lines: &[&str]) -> Vec<usize> {
    let fits = |line: &str| slots.iter().any(|slot| slot.matches(line));
    (0..lines.len())
        .filter(|place| fits(lines[*place]))
        .collect()
}

/// Exactly these lines, in whatever order.
pub(super) fn compare(slots: &[Slot], lines: &[&str]) -> Judged {
    let found = multiset(slots, lines);
    if found.is_empty() {
        let n = lines.len();
        let count = counted(n, "line", "lines");
        return Judged::good(
            format!("{count}, each as expected"),
            format!("共 {n} 行，行行符合"),
        );
    }
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    if !found.missing.is_empty() {
        let texts: Vec<String> = found
            .missing
            .iter()
            .map(|place| quoted(&slots[*place].to_string()))
            .collect();
        let (english, chinese) = few(&texts);
        en.push(format!("missing: {english}"));
        zh.push(format!("缺少：{chinese}"));
    }
    if !found.extra.is_empty() {
        let texts: Vec<String> = found
            .extra
            .iter()
            .map(|place| quoted(lines[*place]))
            .collect();
        let (english, chinese) = few(&texts);
        en.push(format!("not expected: {english}"));
        zh.push(format!("多出：{chinese}"));
    }
    Judged::bad(en.join("; "), zh.join("；"))
}

/// Exactly these lines in this order.
pub(super) fn exact(slots: &[Slot], lines: &[&str]) -> Judged {
    let differs = (0..slots.len().max(lines.len()))
        .find(|at| !matches!((slots.get(*at), lines.get(*at)), (Some(slot), Some(line)) if slot.matches(line)));
    let Some(at) = differs else {
        let n = lines.len();
        let count = counted(n, "line", "lines");
        return Judged::good(
            format!("{count} in the expected order"),
            format!("共 {n} 行，顺序符合"),
        );
    };
    let number = at + 1;
    match (slots.get(at), lines.get(at)) {
        (Some(slot), Some(line)) => {
            let (slot, line) = (quoted(&slot.to_string()), quoted(line));
            Judged::bad(
                format!("line {number} is {line}, expected {slot}"),
                format!("第 {number} 行是 {line}，应为 {slot}"),
            )
        }
        (Some(slot), None) => {
            let slot = quoted(&slot.to_string());
            Judged::bad(
                format!("the output ends before line {number}, expected {slot}"),
                format!("输出在第 {number} 行之前就结束了，该行应为 {slot}"),
            )
        }
        (_, line) => {
            let line = quoted(line.unwrap_or(&""));
            Judged::bad(
                format!("line {number}, {line}, is one too many"),
                format!("第 {number} 行 {line} 是多出来的"),
            )
        }
    }
}

fn ordered(rounds: &[Vec<Slot>], lines: &[&str]) -> Judged {
    for slots in rounds {
        let found = in_order(slots, lines);
        let Some(slot) = slots.get(found.len()) else {
            continue;
        };
        let wanted = quoted(&slot.to_string());
        return match found.last() {
            Some(place) => {
                let (before, number) = (quoted(lines[*place]), place + 1);
                Judged::bad(
                    format!("{wanted} does not follow {before} (line {number})"),
                    format!("{before}（第 {number} 行）之后没有 {wanted}"),
                )
            }
            None => Judged::bad(
                format!("{wanted} is not in the output"),
                format!("输出中没有 {wanted}"),
            ),
        };
    }
    let n = rounds.len();
    Judged::good(
        format!("{}, each in order", counted(n, "sequence", "sequences")),
        format!("共 {n} 组，顺序都符合"),
    )
}

fn contiguous(rounds: &[Vec<Slot>], lines: &[&str]) -> Judged {
    if printed::blocks(rounds, lines).is_some() {
        let n = rounds.len();
        return Judged::good(
            counted(n, "whole block", "whole blocks"),
            format!("{n} 个完整的块"),
        );
    }
    let broken = rounds
        .iter()
        .find(|block| windows(block, lines).next().is_none());
    let Some(block) = broken else {
        return Judged::bad(
            "there are fewer whole blocks than expected",
            "完整的块比应有的少",
        );
    };
    intruder(block, lines)
}

/// Where a block is broken open, and by what.
fn intruder(block: &[Slot], lines: &[&str]) -> Judged {
    // The start that gets furthest tells most.
    let runs = (0..lines.len()).map(|start| {
        let whole = block
            .iter()
            .zip(&lines[start..])
            .take_while(|(slot, line)| slot.matches(line))
            .count();
        (whole, std::cmp::Reverse(start))
    });
    let (whole, start) = runs.max().map_or((0, 0), |(whole, start)| (whole, start.0));
    let Some(slot) = block.get(whole) else {
        return Judged::bad("a block stands in another", "块与块重叠");
    };
    let wanted = quoted(&slot.to_string());
    if whole == 0 {
        return Judged::bad(
            format!("{wanted} is not in the output"),
            format!("输出中没有 {wanted}"),
        );
    }
    let (before, number) = (quoted(lines[start + whole - 1]), start + whole);
    match lines.get(start + whole) {
        Some(line) => {
            let line = quoted(line);
            Judged::bad(
                format!("after {before} (line {number}) stands {line}, expected {wanted}"),
                format!("{before}（第 {number} 行）之后是 {line}，应为 {wanted}"),
            )
        }
        None => Judged::bad(
            format!("the output ends after {before} (line {number}), expected {wanted}"),
            format!("输出在 {before}（第 {number} 行）之后就结束了，接着应为 {wanted}"),
        ),
    }
}

fn beside(
    line: &Lines,
    others: Option<&Lines>,
    after: bool,
    scope: &dyn Scope,
    lines: &[&str],
) -> Result<Judged> {
    let slots = line.expand(scope)?;
    let own = places(&slots, lines);
    let text = quoted(&either(&slots));
    let (Some(first), Some(last)) = (own.first(), own.last()) else {
        return Ok(Judged::bad(
            format!("{text} is not in the output"),
            format!("输出中没有 {text}"),
        ));
    };
    let rest: Vec<usize> = match others {
        Some(others) => places(&others.expand(scope)?, lines),
        None => (0..lines.len())
            .filter(|place| !own.contains(place))
            .collect(),
    };
    let wrong = if after {
        rest.iter().rev().find(|place| *place > first)
    } else {
        rest.iter().find(|place| *place < last)
    };
    let number = first + 1;
    let Some(place) = wrong else {
        return Ok(Judged::good(
            format!("{text} is line {number} of {}", lines.len()),
            format!("{text} 是 {} 行中的第 {number} 行", lines.len()),
        ));
    };
    let (other, place) = (quoted(lines[*place]), place + 1);
    Ok(if after {
        Judged::bad(
            format!("{other} (line {place}) comes after {text} (line {number})"),
            format!("{other}（第 {place} 行）在 {text}（第 {number} 行）之后"),
        )
    } else {
        let number = last + 1;
        Judged::bad(
            format!("{other} (line {place}) comes before {text} (line {number})"),
            format!("{other}（第 {place} 行）在 {text}（第 {number} 行）之前"),
        )
    })
}

fn never_together(rounds: &[Vec<Slot>], lines: &[&str]) -> Judged {
    let there = |slot: &Slot| lines.iter().any(|line| slot.matches(line));
    let together = rounds
        .iter()
        .find(|slots| !slots.is_empty() && slots.iter().all(there));
    if let Some(slots) = together {
        let texts: Vec<String> = slots.iter().map(|slot| quoted(&slot.to_string())).collect();
        return Judged::bad(
            format!("one run printed both {}", texts.join(" and ")),
            format!("同一次运行里打印了 {}", texts.join(" 和 ")),
        );
    }
    let n = rounds.len();
    Judged::good(
        format!("none of {}", counted(n, "combination", "combinations")),
        format!("{n} 种组合都没有出现"),
    )
}
