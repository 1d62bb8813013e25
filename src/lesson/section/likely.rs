//! Which word was meant: of those that may stand at a place, the one most like what stands there is named first.

use crate::lesson::words::Words;

/// How alike two words must be for one to be meant by the other (Jaro–Winkler, 0 to 1).
const ALIKE: f64 = 0.85;

/// That one of these words is expected; the one that is most like the given one is named first.
pub(in crate::lesson) fn one_of(given: &str, known: &[&str]) -> Words {
    let known = likeliest_first(given, known).join(", ");
    Words::tell("mistake.one-of", &[("known", &known)])
}

/// The words, the one first that is most like the given one.
pub(in crate::lesson) fn likeliest_first<'a>(given: &str, known: &[&'a str]) -> Vec<&'a str> {
    let mut known = known.to_vec();
    let like = |word: &&str| strsim::jaro_winkler(given, word);
    let best = known.iter().map(like).fold(0.0, f64::max);
    known.sort_by_key(|word| best < ALIKE || like(word) < best);
    known
}
