//! `Still`: a moment at which a run stands still, for the rules that say why.

use crate::model::{Wait, World};

/// Who waits for what when nothing goes on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Still<'a> {
    pub world: &'a World,
    /// Waits without a timeout that nothing can end as things stand, in birth order.
    pub waits: &'a [Wait],
}
