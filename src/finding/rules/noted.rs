//! Findings that stand in the log already: what a look at a living program found.

use crate::finding::found::Found;
use crate::finding::rule::{Moment, Rule, Watch};
use crate::finding::{Certainty, Finding, Harm, add};
use crate::lesson::Words;
use crate::trace::Kind;

#[derive(Debug, Default)]
pub(in crate::finding) struct Noted;

impl Rule for Noted {
    fn watches(&self) -> &'static [Watch] {
        &[Watch::Marker]
    }

    fn after(&mut self, moment: Moment<'_>, found: &mut Found) {
        let Kind::Marker {
            text,
            finding: Some(note),
        } = &moment.event.kind
        else {
            return;
        };
        let certainties = [Certainty::Hint, Certainty::Likely, Certainty::Certain];
        let certainty = certainties
            .into_iter()
            .find(|certainty| certainty.as_str() == note.certainty);
        let harms = [Harm::Hang, Harm::Wrong, Harm::Waste];
        let harm = harms.into_iter().find(|harm| harm.as_str() == note.kind);
        let words = Words::new(text.clone(), note.text_zh.clone());
        let mut finding = Finding::new(
            note.rule.clone(),
            harm.unwrap_or(Harm::Hang),
            certainty.unwrap_or(Certainty::Hint),
            words,
        )
        .event(moment.event.seq)
        .same(text.clone());
        if !note.advice.is_empty() {
            let advice = Words::new(note.advice.clone(), note.advice_zh.clone());
            finding = finding.advice(advice);
        }
        finding.count = note.count.max(1);
        for pid in &note.pids {
            add(&mut finding.pids, *pid);
        }
        for object in &note.objects {
            add(&mut finding.objects, object.clone());
        }
        for place in &note.places {
            add(&mut finding.places, place.clone());
        }
        found.add(finding);
    }
}
