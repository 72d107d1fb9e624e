import { AppError } from '@fumikura/errors';
import type { Embedded, Embedder } from '@fumikura/ports';
import { FINGERPRINT, seeded, vectorOf } from '@fumikura/testkit';

/** An embedder whose answers a test decides; its vectors depend on the text alone. */
export interface ScriptedEmbedder extends Embedder {
  /** Every text it was given, in order, repeated ones each time. */
  readonly asked: string[];
  /** Runs before each call; what it throws, the call rejects with. */
  onCall: (call: number, texts: readonly string[]) => void | Promise<void>;
}

export function scriptedEmbedder(
  more: Partial<Embedder> & { readonly refuses?: RegExp } = {},
): ScriptedEmbedder {
  const { model, dimension, promptForm } = FINGERPRINT;
  const { refuses, ...rest } = more;
  let calls = 0;
  const made: ScriptedEmbedder = {
    identity: { model, dimension, promptForm },
    textsPerCall: 4,
    asked: [],
    onCall: () => undefined,
    embed: async (texts, { signal }) => {
      signal.throwIfAborted();
      await made.onCall(++calls, texts);
      made.asked.push(...texts);
      return { results: texts.map((text) => answer(text, refuses)), tokens: texts.length * 10 };
    },
    warmUp: async () => undefined,
    close: async () => undefined,
    ...rest,
  };
  return made;
}

function answer(text: string, refuses: RegExp | undefined): Embedded {
  if (refuses?.test(text)) {
    const publicMessage = 'The embedder refuses this.';
    return { refused: new AppError('EMBEDDER_REFUSED', 'config', 'refused', { publicMessage }) };
  }
  const seed = [...text].reduce((sum, character) => (sum * 31 + (character.codePointAt(0) ?? 0)) | 0, 7);
  return { vector: vectorOf(seeded(seed)) };
}
