import { Room } from '@fumikura/concurrency';
import type { ContentBody, SourceDocument } from '@fumikura/model';

/** Contents that are held before they are parsed: as many as a source gives at once, and no more memory than this. */
const MOST = { count: 100, size: 16 * 1_024 * 1_024 };

export interface Held {
  content(): Promise<Uint8Array>;
  /** Gives its memory back; at any time, more than once. */
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

  constructor(signal: AbortSignal) {
    this.#signal = AbortSignal.any([signal, this.#stop.signal]);
  }

  start(document: SourceDocument & { readonly body: ContentBody }): void {
    const { body } = document;
    const entered = this.#room.enter(body.sizeBytes, this.#signal);
    const content = entered.then(() => body.read(this.#signal));
    // Its failure is met by whoever takes it; until then it must not count as unhandled.
    content.catch(() => undefined);
    this.#held.set(document, {
      content: () => content,
      release: () => void entered.then((leave) => leave()).catch(() => undefined),
    });
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
