import Table from 'cli-table3';
import { styleText } from 'node:util';
import { escapeHidden, normaliseText } from '@fumikura/text';

/** Where a command's results go: people read stdout as text, scripts as one JSON value; progress goes to stderr. */
export interface Output {
  readonly isJson: boolean;
  readonly isInteractive: boolean;
  /** The result for scripts; printed only with --json, once. */
  json(value: unknown): void;
  /** A line for people; nothing with --json. */
  line(text?: string): void;
  table(head: readonly string[], rows: readonly (readonly string[])[]): void;
  /** About the work, not its result: stderr, also with --json. */
  note(text: string): void;
}

export function createOutput(isJson: boolean, stdout = process.stdout, stderr = process.stderr): Output {
  return {
    isJson,
    isInteractive: stderr.isTTY === true && stdout.isTTY === true && !isJson,
    json: (value) => {
      if (isJson) stdout.write(`${escapeHidden(JSON.stringify(value))}\n`);
    },
    line: (text = '') => {
      if (!isJson) stdout.write(`${text}\n`);
    },
    table: (head, rows) => {
      if (!isJson) stdout.write(`${renderTable(head, rows)}\n`);
    },
    note: (text) => void stderr.write(`${text}\n`),
  };
}

function renderTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const none = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '', bottom: '', 'bottom-mid': '' };
  const table = new Table({
    head: head.map((cell) => styleText('bold', cell)),
    chars: {
      ...none,
      'bottom-left': '',
      'bottom-right': '',
      left: '',
      'left-mid': '',
      mid: '',
      'mid-mid': '',
      right: '',
      'right-mid': '',
      middle: '  ',
    },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  table.push(...rows.map((row) => row.map(safe)));
  // The last column is filled up with spaces, which wrap on a narrow terminal.
  return table.toString().replace(/ +$/gmu, '');
}

/** Text from documents and sources, without anything a terminal would obey or a person could not see. */
export function safe(text: string): string {
  return normaliseText(text);
}

export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1_000)} s`;
}

export function count(number: number, noun: string, plural = `${noun}s`): string {
  return `${number.toLocaleString('en')} ${number === 1 ? noun : plural}`;
}
