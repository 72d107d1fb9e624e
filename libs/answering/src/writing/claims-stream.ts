/** A claim as a model wrote it; nothing of it is checked but its form. */
export interface RawClaim {
  readonly text: string;
  readonly passages: readonly number[];
}

const MAX_CHARACTERS = 200_000;
const MAX_CLAIM = 1_500;
const MAX_PASSAGES = 12;

/**
 * Takes claims out of JSON while it is still being written: each as soon as its closing brace is there. What stands around
 * the JSON, fences and talk, is passed over; what is no claim is counted.
 */
export class ClaimsReader {
  #text = '';
  #at = -1;
  #isDone = false;
  malformed = 0;

  /** Claims that this piece completed. */
  push(piece: string): RawClaim[] {
    if (this.#text.length > MAX_CHARACTERS) return [];
    this.#text += piece;
    if (this.#at < 0) {
      const begin = /"claims"\s*:\s*\[/u.exec(this.#text);
      if (!begin) return [];
      this.#at = begin.index + begin[0].length;
    }
    const found: RawClaim[] = [];
    for (let object = this.#next(); object !== undefined; object = this.#next()) {
      const claim = claimOf(object);
      if (claim) found.push(claim);
      else this.malformed++;
    }
    return found;
  }

  /** Whether any list of claims was begun. */
  get hasBegun(): boolean {
    return this.#at >= 0;
  }

  /** What the model said of itself when it was done: false when the passages do not answer. */
  get isAnswered(): boolean {
    return !/"answered"\s*:\s*false/u.test(this.#text);
  }

  #next(): string | undefined {
    if (this.#isDone) return undefined;
    let start = this.#at;
    while (start < this.#text.length && /[\s,]/u.test(this.#text[start] ?? '')) start++;
    const first = this.#text[start];
    if (first === undefined) return undefined;
    if (first !== '{') {
      this.#isDone = true;
      if (first !== ']') this.malformed++;
      return undefined;
    }
    const end = closing(this.#text, start);
    if (end === undefined) return undefined;
    this.#at = end;
    return this.#text.slice(start, end);
  }
}

/** Behind the brace that closes the one at `start`; braces in strings do not count. */
function closing(text: string, start: number): number | undefined {
  let depth = 0;
  let isString = false;
  for (let at = start; at < text.length; at++) {
    const char = text[at];
    if (isString) {
      if (char === '\\') at++;
      else if (char === '"') isString = false;
    } else if (char === '"') isString = true;
    else if (char === '{') depth++;
    else if (char === '}' && --depth === 0) return at + 1;
  }
  return undefined;
}

function claimOf(json: string): RawClaim | undefined {
  const value = parsed(json);
  if (typeof value !== 'object' || value === null || !('text' in value) || !('passages' in value))
    return undefined;
  const { text, passages } = value;
  if (typeof text !== 'string' || text.trim() === '' || text.length > MAX_CLAIM) return undefined;
  if (!Array.isArray(passages) || passages.length === 0 || passages.length > MAX_PASSAGES) return undefined;
  const numbers: unknown[] = passages;
  if (!numbers.every((number) => typeof number === 'number' && Number.isInteger(number))) return undefined;
  return { text: text.trim(), passages: [...new Set(numbers as number[])] };
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined; // counted by the caller as no claim
  }
}
