// node tools/failures.mjs <file>...: what failed, from the output of failed commands: of a test run the names of the tests
// and the first lines of their errors, of anything else its last lines. Bounded, so that it is the part of a long log that survives.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

const MOST_LINES = 40;
const MOST_CHARACTERS = 200;
const LINES_OF_ERROR = 5;
const LINES_OF_OUTPUT = 6;

const PLACE = /^test at (.+)$/u;
const MARK = /^\s*✖ (.+) \([\d.]+m?s\)$/u;
const FROM_HERE = '✖ failing tests:';
const IS_OF_THE_TESTS = /^\s*(?:[✔✖▶﹣]|ℹ (?:tests|suites|pass|fail|cancelled|skipped|todo|duration_ms)\b)/u;
const IS_STACK = /^\s*at |^Node\.js v/u;

const files = process.argv.slice(2);
const outputs = await Promise.all(files.map(async (file) => [basename(file), await readFile(file, 'utf8')]));
const failures = outputs.flatMap(([name, text]) => {
  const lines = text.replaceAll(/\u001b\[[\d;]*m/gu, '').split('\n');
  const tests = failingTests(lines);
  return tests.length > 0 ? tests : [[`FAIL ${name}`, ...told(lines).slice(-LINES_OF_OUTPUT)]];
});
process.stdout.write(`${shown(failures).map(cut).join('\n')}\n`);

/** @returns for each test that failed, its name with its place and then the first lines of its error */
function failingTests(lines) {
  const from = lines.lastIndexOf(FROM_HERE);
  if (from < 0) return [];
  const starts = lines.flatMap((line, at) =>
    at > from && PLACE.test(line) && MARK.test(lines[at + 1] ?? '') ? [at] : [],
  );
  return starts.map((start, nth) => {
    const [, place = ''] = PLACE.exec(lines[start]) ?? [];
    const [, name = ''] = MARK.exec(lines[start + 1]) ?? [];
    const error = lines.slice(start + 2, starts[nth + 1] ?? lines.length);
    const stack = error.findIndex((line) => IS_STACK.test(line));
    // Of a whole file that ended, the runner knows no more than that: why was written before its mark.
    const said = place.startsWith(`${name}:`)
      ? [...writtenBefore(lines, name), ...error]
      : error.slice(0, stack < 0 ? undefined : stack);
    return [`✖ ${place} ${name}`, ...told(withDifferencesFirst(said)).slice(0, LINES_OF_ERROR)];
  });
}

/** Of two values that should be alike, what differs tells more than how they begin. */
function withDifferencesFirst(error) {
  const [message = '', ...rest] = error;
  const differences = rest.filter((line) => /^\s*[+-] {2,}/u.test(line));
  return differences.length > 0 ? [message, ...differences] : error;
}

function writtenBefore(lines, file) {
  const mark = lines.findIndex((line) => MARK.exec(line)?.[1] === file);
  let start = mark;
  while (start > 0 && !IS_OF_THE_TESTS.test(lines[start - 1])) start--;
  return lines.slice(start, mark).filter((line) => !IS_STACK.test(line));
}

function told(lines) {
  return lines.filter((line) => /[^\s^]/u.test(line)).map((line) => `  ${line.trim()}`);
}

/** As many lines of each as there is room for; its first line before any other's second. */
function shown(failures) {
  if (failures.length >= MOST_LINES) {
    const first = failures.slice(0, MOST_LINES - 1).map(([name]) => name);
    return [...first, `… and ${failures.length - first.length} more`];
  }
  const each = Math.floor(MOST_LINES / failures.length);
  return failures.flatMap((lines) => lines.slice(0, each));
}

function cut(line) {
  const characters = [...line];
  return characters.length <= MOST_CHARACTERS
    ? line
    : `${characters.slice(0, MOST_CHARACTERS - 1).join('')}…`;
}
