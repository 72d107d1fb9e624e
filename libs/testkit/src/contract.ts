import assert from 'node:assert/strict';
import { it } from 'node:test';
import { AppError } from '@fumikura/errors';
import type { ErrorCode } from '@fumikura/errors';

/** Somewhere data is kept, that several openings share: a file, a server's namespace. */
export interface Place<T> {
  open(): Promise<T>;
  /** Called after every opening was closed. */
  remove(): Promise<void>;
}

export interface ContractOptions<T> {
  /** Shown in front of every case. */
  readonly name: string;
  /** A new, empty place; called once per case. */
  readonly make: () => Promise<Place<T>>;
  /** Cases that cannot hold, by their id; the adapter's own tests show what happens instead. */
  readonly skip?: readonly { readonly case: string; readonly reason: string }[];
}

export interface Closable {
  close(): Promise<void>;
}

/** Opens as many as a case wants; all of them are closed afterwards, whatever happened. */
export type Case<T> = (first: T, openAnother: () => Promise<T>) => Promise<void>;

/** Registers the cases, each under its id; refuses a skip that names none, so that skips do not outlive their case. */
export function registerCases<T extends Closable>(
  { name, make, skip = [] }: ContractOptions<T>,
  cases: Readonly<Record<string, Case<T>>>,
): void {
  for (const { case: id } of skip) assert.ok(id in cases, `${name} skips "${id}", which is no case`);
  for (const [id, run] of Object.entries(cases)) {
    const reason = skip.find(({ case: skipped }) => skipped === id)?.reason;
    it(`${name}: ${id}`, reason === undefined ? {} : { skip: reason }, () => inPlace(make, run));
  }
}

async function inPlace<T extends Closable>(make: () => Promise<Place<T>>, run: Case<T>): Promise<void> {
  const place = await make();
  const opened: T[] = [];
  const open = async () => {
    const made = await place.open();
    opened.push(made);
    return made;
  };
  try {
    await run(await open(), open);
  } finally {
    await Promise.all(opened.map((each) => each.close()));
    await place.remove();
  }
}

/** The work rejects with an AppError of this code, and has something to say to a person. */
export async function rejectsWith(code: ErrorCode, work: () => Promise<unknown>): Promise<AppError> {
  let caught: AppError | undefined;
  await assert.rejects(work, (error: unknown) => {
    assert.ok(error instanceof AppError, `expected an AppError ${code}, got ${String(error)}`);
    assert.equal(error.code, code);
    assert.notEqual(error.publicMessage, '');
    caught = error;
    return true;
  });
  return caught ?? assert.fail('unreachable');
}
