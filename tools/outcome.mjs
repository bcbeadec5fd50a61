// How many tests passed, and the line that says so.

/** @typedef {{ passed: number, failed: number, skipped: number }} Outcome */

/**
 * @typedef {object} VitestReport the part that is read of what vitest's json reporter writes
 * @property {number} numPassedTests
 * @property {number} numFailedTests
 * @property {number} numPendingTests
 * @property {number} [numTodoTests]
 * @property {{ status: string, assertionResults: { status: string }[] }[]} testResults one a file
 */

/**
 * What vitest has done. A file that cannot be read has no tests that could fail, and a vitest that crashes has no report
 * at all: each counts as a failure.
 * @param {VitestReport | undefined} report
 * @param {number | null} exitCode of vitest
 * @returns {Outcome}
 */
export function countTests(report, exitCode) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0 };
  const brokenFiles = report.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some(({ status }) => status === 'failed'),
  ).length;
  const failed = report.numFailedTests + brokenFiles;
  return {
    passed: report.numPassedTests,
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: report.numPendingTests + (report.numTodoTests ?? 0),
  };
}

/**
 * @param {Outcome[]} outcomes
 * @param {{ strict: boolean }} options strict: what was skipped has failed
 * @returns {Outcome}
 */
export function sum(outcomes, { strict }) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of outcomes) {
    total.passed += passed;
    total.failed += failed + (strict ? skipped : 0);
    total.skipped += strict ? 0 : skipped;
  }
  return total;
}

/** @param {Outcome} outcome */
export function lastLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
