import type { AccessFilter } from '@fumikura/ports';
import type { Knowledge } from '@fumikura/retrieval';
import { extract } from './extract.ts';
import { investigate } from './investigate.ts';
import { analyseQuestion } from './question.ts';

/** What an answer to a question stands on, for whoever measures: never shown to anybody. */
export interface Examined {
  /** In the order of FEATURES. */
  readonly features: readonly number[];
  /** Documents that share anything with the question. */
  readonly found: number;
  readonly confidence: number;
  /** What extraction would quote whatever the confidence, best first. */
  readonly extracted: readonly { readonly documentId: string; readonly text: string }[];
}

/** The first part of a question as `ask` looks at it. Rejects as `Knowledge.evidence`. */
export async function examine(
  knowledge: Knowledge,
  asked: string,
  access: AccessFilter,
  signal: AbortSignal,
): Promise<Examined> {
  const whole = analyseQuestion(asked);
  // A measured question is one question, however many marks it has.
  const question = { ...whole, parts: [{ text: whole.text, type: whole.parts[0]?.type ?? 'thing' }] };
  const [finding] = await investigate(knowledge, question, { access, person: '', signal }, {});
  if (!finding) return { features: [], found: 0, confidence: 0, extracted: [] };
  const { evidence, units, features, confidence } = finding;
  return {
    features,
    found: evidence.found,
    confidence: confidence.value,
    extracted: extract(units, 3).map(({ document, text }) => ({
      documentId: evidence.documents[document]?.id ?? '',
      text,
    })),
  };
}
