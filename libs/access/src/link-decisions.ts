import { mkdir, open, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { AppError } from '@fumikura/errors';
import type { Principal } from '@fumikura/model';

/** Whose an account is, as somebody decided it. */
export interface LinkDecision {
  readonly account: Principal;
  /** Id of a person of the configuration; absent when the account is nobody's. */
  readonly person?: string;
  /** Who decided, by id. */
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
}

export interface LinkDecisions {
  /** The newest of each account. Read from the disk when it has changed: a decision counts at once, in every process. */
  newest(): Promise<ReadonlyMap<Principal, LinkDecision>>;
  /** Another one after every decision. */
  version(): Promise<string>;
  /** Durable when it resolves. */
  decide(decision: Omit<LinkDecision, 'at'>): Promise<void>;
}

export const NO_DECISIONS: Pick<LinkDecisions, 'newest' | 'version'> = {
  newest: async () => new Map(),
  version: async () => '',
};

/** One line a decision, only ever added to: its length tells whether there is anything new. */
export function createLinkDecisions(file: string, now: () => number = Date.now): LinkDecisions {
  let known: { readonly size: number; readonly decisions: ReadonlyMap<Principal, LinkDecision> } | undefined;
  return {
    newest: async () => {
      const size = await sizeOf(file);
      if (known?.size === size) return known.decisions;
      const text = size === 0 ? '' : await readFile(file, 'utf8');
      const decisions = new Map(decisionsIn(text, file).map((each) => [each.account, each]));
      // What was added between the two looks makes the length another at the next one.
      known = { size, decisions };
      return decisions;
    },
    version: async () => String(await sizeOf(file)),
    decide: async (decision) => {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      const handle = await open(file, 'a', 0o600);
      try {
        // The line before may have been broken off by a crash: it was never said to be done.
        await handle.appendFile(`\n${JSON.stringify({ ...decision, at: new Date(now()).toISOString() })}`);
        await handle.datasync();
      } finally {
        await handle.close();
      }
    },
  };
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return 0;
    throw error;
  }
}

/** @throws AppError STORE_DAMAGED for a whole line that is no decision: it may have closed something */
function decisionsIn(text: string, file: string): LinkDecision[] {
  return text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => {
      try {
        const found = JSON.parse(line) as Partial<LinkDecision>;
        const { account, person } = found;
        const isWhole = typeof account === 'string' && ['string', 'undefined'].includes(typeof person);
        if (isWhole) return found as LinkDecision;
      } catch {
        throw damaged(file);
      }
      throw damaged(file);
    });
}

function damaged(file: string): AppError {
  return new AppError('STORE_DAMAGED', 'internal', `${file} holds a line that is no decision`, {
    publicMessage: `${file} is damaged: restore it from a backup, or remove it and decide again.`,
  });
}
