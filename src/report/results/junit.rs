//! Results as JUnit XML: a suite for each lesson, a case for each check. What went wrong in the runs stands
//! in the suite's `system-out`, and beside each check that failed; it makes no case fail.

use std::time::Duration;

use quick_junit::{NonSuccessKind, Report, SerializeError, TestCase, TestCaseStatus, TestSuite};

use super::{CheckResult, LessonResult, Results};
use crate::text::Lang;

/// The document.
///
/// # Errors
/// What the writer of XML reports.
pub fn write(results: &Results) -> Result<String, SerializeError> {
    let mut report = Report::new("forklore");
    report.set_time(seconds(
        results.lessons.iter().map(|lesson| lesson.seconds).sum(),
    ));
    for lesson in &results.lessons {
        let mut suite = TestSuite::new(lesson.name());
        suite.set_time(seconds(lesson.seconds));
        if !lesson.findings.is_empty() {
            suite.set_system_out(lesson.findings.join("\n"));
        }
        for check in &lesson.checks {
            suite.add_test_case(case(lesson, check));
        }
        report.add_test_suite(suite);
    }
    report.to_string()
}

fn case(lesson: &LessonResult, check: &CheckResult) -> TestCase {
    let status = if check.passed {
        TestCaseStatus::success()
    } else {
        let kind = if check.ran {
            NonSuccessKind::Failure
        } else {
            NonSuccessKind::Error
        };
        let mut status = TestCaseStatus::non_success(kind);
        status.set_message(check.words.get(Lang::En));
        status.set_description(check.told());
        status
    };
    let mut case = TestCase::new(check.id.as_str(), status);
    if !check.passed && check.ran && !lesson.findings.is_empty() {
        case.set_system_out(lesson.findings.join("\n"));
    }
    case.set_classname(format!("{}.{}", lesson.engine.word(), lesson.slug));
    case
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}
