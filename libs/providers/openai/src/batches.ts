import { countTokens } from './tokens.ts';

/** What one request may hold. */
export interface BatchLimits {
  readonly texts: number;
  readonly tokens: number;
  /** UTF-8. */
  readonly bytes: number;
}

/** Places of texts in runs that keep to every limit; a text beyond a limit stands alone. In order. */
export function batchesOf(texts: readonly string[], limits: BatchLimits): number[][] {
  const batches: number[][] = [];
  let tokens = 0;
  let bytes = 0;
  for (const [at, text] of texts.entries()) {
    const more = { tokens: countTokens(text), bytes: Buffer.byteLength(text) };
    const open = batches.at(-1);
    const fits =
      open &&
      open.length < limits.texts &&
      tokens + more.tokens <= limits.tokens &&
      bytes + more.bytes <= limits.bytes;
    if (fits) open.push(at);
    else batches.push([at]);
    tokens = (fits ? tokens : 0) + more.tokens;
    bytes = (fits ? bytes : 0) + more.bytes;
  }
  return batches;
}
