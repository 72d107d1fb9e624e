import { appendFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { Chain } from './chain.ts';
import { auditUnavailable } from './errors.ts';
import { openSigningKey } from './keys.ts';
import type { SignedHead } from './line.ts';
import { openQueryKey, recordOf } from './record.ts';
import type { QueryKey } from './record.ts';
import { prune } from './retention.ts';
import { takeSlot } from './slot.ts';
import type { Slot } from './slot.ts';
import type { AuditEvent, QueryPolicy } from './types.ts';

export interface AuditTrailOptions {
  readonly folder: string;
  readonly logger: Logger;
  readonly queryText: QueryPolicy;
  /** Whole segments whose last record is older are removed, with a signed proof of what they were; 0 keeps all. */
  readonly keepDays: number;
  /** Default 64 MiB. */
  readonly segmentBytes?: number;
  /** Files that get every signed head, best on a disk that cannot be written twice; the folder keeps its own copy. */
  readonly anchors?: readonly string[];
  /** Told of every signed head, and never waited for: has it stamped outside, for example. */
  readonly onHead?: (head: SignedHead) => Promise<void>;
  /** Ids of targets: what they have not got yet is not removed. */
  readonly forwardTo?: readonly string[];
  /** PEM (PKCS #8) of an Ed25519 key; default: one made in the folder. */
  readonly key?: string;
  /** Records are signed at least so often while any are written; default 1,000. Milliseconds. */
  readonly signEveryMs?: number;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
}

/** Where everything is written down. Opens at the first record, so that a command that shows nothing writes nothing. */
export interface AuditTrail {
  /**
   * Resolves when the record is on the disk: only then may an answer leave. Records that arrive together share one write.
   * Rejects with AUDIT_UNAVAILABLE.
   */
  record(event: AuditEvent): Promise<void>;
  /** Waits for what is being written, and signs it. */
  close(): Promise<void>;
}

export const HEADS_FILE = 'heads.jsonl';

const SEGMENT_BYTES = 64 * 1_024 * 1_024;
const SIGN_EVERY_MS = 1_000;
/** A signature covers at most so many records, however fast they come. */
const SIGN_EVERY_RECORDS = 2_000;
/** Records of one write; and those that may wait before new ones are refused. */
const MAX_GROUP = 2_000;
const MAX_WAITING = 20_000;
const DAY_MS = 86_400_000;

interface Waiting {
  readonly json: string;
  readonly resolve: () => void;
  readonly reject: (error: AppError) => void;
}

export function createAuditTrail(options: AuditTrailOptions): AuditTrail {
  return new GroupedTrail(options);
}

class GroupedTrail implements AuditTrail {
  readonly #options: AuditTrailOptions;
  readonly #now: () => number;
  #waiting: Waiting[] = [];
  #working: Promise<void> | undefined;
  #open: { readonly slot: Slot; readonly chain: Chain } | undefined;
  #queryKey: QueryKey | undefined;
  #signedAt = 0;
  #prunedAt = 0;
  #timer: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(options: AuditTrailOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
  }

  async record(event: AuditEvent): Promise<void> {
    if (this.#isClosed) throw auditUnavailable('closed');
    if (this.#waiting.length >= MAX_WAITING) throw auditUnavailable(`${MAX_WAITING} records wait already`);
    const at = new Date(this.#now()).toISOString();
    const json = JSON.stringify(recordOf(event, at, this.#options.queryText, await this.#key()));
    await new Promise<void>((resolve, reject) => {
      this.#waiting.push({ json, resolve, reject });
      this.#work();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    while (this.#working) await this.#working;
    if (!this.#open) return;
    const { slot, chain } = this.#open;
    this.#open = undefined;
    try {
      if (chain.unsigned > 0) await chain.append([], true);
      await chain.close();
    } finally {
      slot.release();
    }
  }

  /** Only a policy of hashes needs a key. */
  async #key(): Promise<QueryKey | undefined> {
    if (this.#options.queryText !== 'hash') return undefined;
    try {
      return (this.#queryKey ??= await openQueryKey(this.#options.folder));
    } catch (error) {
      throw unavailable(error);
    }
  }

  /** One writer at a time; what arrives meanwhile is the next group. */
  #work(): void {
    this.#working ??= this.#drain().finally(() => {
      this.#working = undefined;
      if (this.#waiting.length > 0) this.#work();
    });
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const group = this.#waiting.splice(0, MAX_GROUP);
      try {
        await this.#write(group.map(({ json }) => json));
        for (const { resolve } of group) resolve();
      } catch (error) {
        await this.#abandon();
        const reason = unavailable(error);
        this.#options.logger.error('audit.write.failed', { message: reason.message, records: group.length });
        for (const { reject } of group) reject(reason);
      }
    }
  }

  async #write(records: readonly string[]): Promise<void> {
    this.#open ??= await this.#begin();
    const { chain } = this.#open;
    const isDue = this.#now() - this.#signedAt >= this.#signEveryMs;
    const sign = isDue || chain.unsigned + records.length >= SIGN_EVERY_RECORDS;
    await chain.append(records, sign);
    if (sign) this.#signedAt = this.#now();
    else this.#signLater();
    this.#pruneDaily();
  }

  get #signEveryMs(): number {
    return this.#options.signEveryMs ?? SIGN_EVERY_MS;
  }

  /** The last records before a pause are signed too. */
  #signLater(): void {
    if (this.#timer) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#working ??= this.#sign().finally(() => {
        this.#working = undefined;
        if (this.#waiting.length > 0) this.#work();
      });
    }, this.#signEveryMs);
    this.#timer.unref();
  }

  async #sign(): Promise<void> {
    try {
      if (this.#open && this.#open.chain.unsigned > 0) await this.#open.chain.append([], true);
      this.#signedAt = this.#now();
    } catch (error) {
      await this.#abandon();
      this.#options.logger.error('audit.sign.failed', { message: unavailable(error).message });
    }
  }

  async #begin(): Promise<{ slot: Slot; chain: Chain }> {
    const { folder, segmentBytes = SEGMENT_BYTES, key: pem } = this.#options;
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const key = await openSigningKey(folder, pem);
    const slot = await takeSlot(folder);
    try {
      const chain = await Chain.open(slot.folder, {
        key,
        segmentBytes,
        now: this.#now,
        onHead: (head) => this.#anchor(head),
      });
      return { slot, chain };
    } catch (error) {
      slot.release();
      throw error;
    }
  }

  /** After a failed write the place in the file is unknown: the next record opens the chain again and finds it. */
  async #abandon(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    await open?.chain.close().catch(() => undefined);
    open?.slot.release();
  }

  /** The chain holds the head already; a witness elsewhere that cannot be reached must not stop the answers. */
  async #anchor(head: SignedHead): Promise<void> {
    const { folder, anchors = [], logger, onHead } = this.#options;
    onHead?.(head).catch((error: unknown) =>
      logger.error('audit.timestamp.failed', { message: unavailable(error).message }),
    );
    const line = `${JSON.stringify(head)}\n`;
    for (const file of [join(folder, HEADS_FILE), ...anchors]) {
      await appendFile(file, line, { mode: 0o600 }).catch((error: unknown) =>
        logger.error('audit.anchor.failed', { message: unavailable(error).message }),
      );
    }
  }

  #pruneDaily(): void {
    const { keepDays, folder, key, logger, forwardTo = [] } = this.#options;
    if (keepDays === 0 || !this.#open || this.#now() - this.#prunedAt < DAY_MS) return;
    this.#prunedAt = this.#now();
    const before = this.#now() - keepDays * DAY_MS;
    prune({
      folder,
      ...(key !== undefined && { key }),
      before,
      now: this.#now,
      forwardTo,
      held: this.#open.slot.folder,
    })
      .then(({ segments, records }) =>
        segments === 0
          ? undefined
          : this.record({
              action: 'change',
              via: 'audit retention',
              outcome: 'done',
              client: { channel: 'service' },
              details: { segments, records, keepDays },
            }),
      )
      .catch((error: unknown) =>
        logger.error('audit.retention.failed', { message: unavailable(error).message }),
      );
  }
}

function unavailable(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return auditUnavailable(error instanceof Error ? error.message : String(error), error);
}
