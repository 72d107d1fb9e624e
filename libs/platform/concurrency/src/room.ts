interface Guest {
  readonly size: number;
  readonly enter: () => void;
}

/** Bounds how much is held at once. Who came first enters first, so a large one is never passed over for ever. */
export class Room {
  readonly #most: { readonly count: number; readonly size: number };
  readonly #waiting: Guest[] = [];
  #count = 0;
  #size = 0;

  /** @param most things at once, and their sizes together; a larger one enters when the room is empty */
  constructor(most: { readonly count: number; readonly size: number }) {
    this.#most = most;
  }

  /** Resolves with what gives the place back. Rejects with the signal's reason when it fires before there is one. */
  async enter(size: number, signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const guest: Guest = {
        size,
        enter: () => {
          signal.removeEventListener('abort', leave);
          resolve();
        },
      };
      const leave = () => {
        this.#waiting.splice(this.#waiting.indexOf(guest), 1);
        reject(signal.reason as Error);
        this.#admit();
      };
      signal.addEventListener('abort', leave, { once: true });
      this.#waiting.push(guest);
      this.#admit();
    });
    let isInside = true;
    return () => {
      if (!isInside) return;
      isInside = false;
      this.#count--;
      this.#size -= size;
      this.#admit();
    };
  }

  #admit(): void {
    for (let first = this.#waiting[0]; first; first = this.#waiting[0]) {
      const fits = this.#count < this.#most.count && this.#size + first.size <= this.#most.size;
      if (!fits && this.#count > 0) return;
      this.#waiting.shift();
      this.#count++;
      this.#size += first.size;
      first.enter();
    }
  }
}
