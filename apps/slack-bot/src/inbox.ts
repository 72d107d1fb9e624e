import { createHash } from 'node:crypto';
import type { JsonValue } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { SharedState, StateEntry } from '@fumikura/ports';

const OPEN = 'slack.open';
const SEEN = 'slack.seen';
/** Slack repeats for five minutes; others may replay what they recorded for as long as its signature holds. */
const SEEN_FOR_MS = 60 * 60_000;
const LEASE_MS = 20_000;
const MAX_ATTEMPTS = 3;

interface Kept {
  readonly body: JsonValue;
  readonly holder: string;
  /** Milliseconds since 1970. */
  readonly until: number;
  readonly phase: Phase;
  readonly attempt: number;
}

/** `showing`: something of it may stand in Slack already. */
type Phase = 'taken' | 'showing';

/** One delivery that this process answers. */
export interface Work {
  readonly body: JsonValue;
  /** Counted from 1. */
  readonly attempt: number;
  /** Another process began to show an answer and ended: what it showed is not known. */
  readonly wasShowing: boolean;
  /** Before anything is shown. @returns false when another process has taken over: then nothing may be shown */
  showing(): Promise<boolean>;
  /** The delivery is answered, and never taken again. */
  done(): Promise<void>;
  /** Lets it be taken over: by another process, or by this one. */
  release(): Promise<void>;
}

export interface Inbox {
  /** Durable when it resolves. @returns undefined for a delivery that was seen before */
  take(id: string, body: JsonValue): Promise<Work | undefined>;
  /** Deliveries whose process has not been heard of. Also ends what was tried too often: those come back as given up. */
  abandoned(): Promise<readonly { readonly work: Work; readonly isGivenUp: boolean }[]>;
  /** Lets others take over at once what this process has not answered. */
  release(): Promise<void>;
}

export interface InboxOptions {
  readonly state: SharedState;
  /** Of this process, used by no other. */
  readonly holder: string;
  readonly leaseMs?: number;
  readonly now?: () => number;
}

/** What came from Slack and is not answered yet, shared by all processes of the bot. */
export function createInbox({ state, holder, leaseMs = LEASE_MS, now = Date.now }: InboxOptions): Inbox {
  const held = new Map<string, Claim>();
  const begin = (key: string, entry: StateEntry) => {
    const claim = new Claim(state, key, entry, leaseMs, now, () => held.delete(key));
    held.set(key, claim);
    return claim;
  };
  return {
    take: async (id, body) => {
      const key = createHash('sha256').update(id).digest('base64url');
      if (await state.get(SEEN, key)) return undefined;
      const kept: Kept = { body, holder, until: now() + leaseMs, phase: 'taken', attempt: 1 };
      const entry = await state.put(OPEN, { key, value: kept as unknown as JsonValue, expected: 0 });
      if (!entry) return undefined;
      // It may have been answered between the two.
      if (await state.get(SEEN, key)) {
        await state.remove(OPEN, key, entry.version);
        return undefined;
      }
      return begin(key, entry);
    },
    abandoned: async () => {
      const found: { work: Work; isGivenUp: boolean }[] = [];
      // All of them: those that others are at work on may fill the first page for as long as they like.
      for await (const { key, value, version } of entriesOf(state, OPEN)) {
        const before = value as unknown as Kept;
        if (before.until > now() || held.has(key)) continue;
        const kept: Kept = { ...before, holder, until: now() + leaseMs, attempt: before.attempt + 1 };
        const entry = await state.put(OPEN, { key, value: kept as unknown as JsonValue, expected: version });
        if (entry) found.push({ work: begin(key, entry), isGivenUp: kept.attempt > MAX_ATTEMPTS });
      }
      return found;
    },
    release: async () => {
      await Promise.all([...held.values()].map((claim) => claim.release()));
    },
  };
}

/** The right to answer one delivery, kept up by a heartbeat. */
class Claim implements Work {
  readonly #state: SharedState;
  readonly #key: string;
  readonly #leaseMs: number;
  readonly #now: () => number;
  readonly #onEnd: () => void;
  readonly #beat: NodeJS.Timeout;
  readonly body: JsonValue;
  readonly attempt: number;
  readonly wasShowing: boolean;
  #entry: StateEntry | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    state: SharedState,
    key: string,
    entry: StateEntry,
    leaseMs: number,
    now: () => number,
    onEnd: () => void,
  ) {
    this.#state = state;
    this.#key = key;
    this.#leaseMs = leaseMs;
    this.#now = now;
    this.#onEnd = onEnd;
    this.#entry = entry;
    const kept = entry.value as unknown as Kept;
    this.body = kept.body;
    this.attempt = kept.attempt;
    this.wasShowing = kept.phase === 'showing';
    this.#beat = setInterval(() => void this.#write({}), leaseMs / 3);
    this.#beat.unref();
  }

  showing(): Promise<boolean> {
    return this.#write({ phase: 'showing' });
  }

  async done(): Promise<void> {
    this.#end();
    await this.#last;
    await this.#state.put(SEEN, { key: this.#key, value: null, expiresAt: this.#now() + SEEN_FOR_MS });
    await this.#state.remove(OPEN, this.#key);
  }

  async release(): Promise<void> {
    await this.#write({ until: 0 });
    this.#end();
  }

  /** One write after the other: each names the version of the one before. */
  #write(change: Partial<Kept>): Promise<boolean> {
    const written = this.#last.then(async () => {
      if (!this.#entry) return false;
      const kept = {
        ...(this.#entry.value as unknown as Kept),
        until: this.#now() + this.#leaseMs,
        ...change,
      };
      const next = await this.#state.put(OPEN, {
        key: this.#key,
        value: kept as unknown as JsonValue,
        expected: this.#entry.version,
      });
      if (next) this.#entry = next;
      else this.#lose();
      return next !== undefined;
    });
    this.#last = written.catch(() => undefined);
    return written;
  }

  #lose(): void {
    this.#end();
    this.#entry = undefined;
  }

  #end(): void {
    clearInterval(this.#beat);
    this.#onEnd();
  }
}
