import { Room } from '@fumikura/concurrency';
import type { ContentBody, SourceDocument } from '@fumikura/model';
import { isFiled } from './contents.ts';
import type { Content, Contents } from './contents.ts';

/** Contents that are held before they are parsed: as many as a source gives at once, and no more memory than this. */
const MOST = { count: 100, size: 16 * 1_024 * 1_024 };
/** Disk is wider than memory: what lies in a file counts for so much of its size. */
const FILED_SHARE = 1 / 8;

export interface Held {
  content(): Promise<Content>;
  /** Gives its place back, and what it takes; at any time, more than once. */
  release(): void;
}

/**
 * Contents of the next batch are read while this one is parsed and written. They enter in the order in which they are
 * taken out again, so that the first one waited for always has its place.
 */
export class ReadAhead {
  readonly #room = new Room(MOST);
  readonly #stop = new AbortController();
  readonly #held = new Map<SourceDocument, Held>();
  readonly #signal: AbortSignal;
  readonly #contents: Contents;

  constructor(contents: Contents, signal: AbortSignal) {
    this.#contents = contents;
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  start(document: SourceDocument & { readonly body: ContentBody }): void {
    const { body } = document;
    const size = body.sizeBytes * (isFiled(body) ? FILED_SHARE : 1);
    const entered = this.#room.enter(size, this.#signal);
    const content = entered.then(() => this.#contents.read(body, this.#signal));
    // Its failure is met by whoever takes it; until then it must not count as unhandled.
    content.catch(() => undefined);
    this.#held.set(document, {
      content: () => content,
      release: () => void this.#release(entered, content),
    });
  }

  async #release(entered: Promise<() => void>, content: Promise<Content>): Promise<void> {
    // What failed was met by whoever took it, and takes nothing.
    await content.then((read) => this.#contents.discard(read)).catch(() => undefined);
    await entered.then((leave) => leave()).catch(() => undefined);
  }

  /** What was begun for it, once. */
  take(document: SourceDocument): Held | undefined {
    const held = this.#held.get(document);
    this.#held.delete(document);
    return held;
  }

  /** Ends what is still being read: nobody waits for it any more. */
  stop(): void {
    this.#stop.abort();
    this.#held.clear();
  }
}
