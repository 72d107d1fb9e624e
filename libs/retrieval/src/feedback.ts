import { createHash } from 'node:crypto';
import type { DocumentId, JsonValue } from '@fumikura/model';
import { entriesOf } from '@fumikura/ports';
import type { SharedState, StateEntry } from '@fumikura/ports';

/** Where verdicts on single documents are kept; those of answers in Slack have a space of their own. */
export const FEEDBACK_SPACE = 'feedback';
const SLACK_SPACE = 'slack.feedback';

const VERDICTS = ['helpful', 'wrong', 'outdated'] as const;

/** What one person said of some documents: of the last answer that cited them, or of one by itself. */
export interface Verdict {
  readonly verdict: (typeof VERDICTS)[number];
  readonly documents: readonly DocumentId[];
  /** Who said it, as far as it matters: the last word of each counts. */
  readonly by: string;
  /** ISO 8601 UTC. */
  readonly at: string;
  readonly comment?: string;
}

/** Persons for and against a document, in shares of a person. */
export interface Opinion {
  readonly helpful: number;
  readonly against: number;
}

export interface Feedback {
  /** Takes the place of what the same person said of the same document before. */
  put(verdict: Omit<Verdict, 'at' | 'documents'> & { readonly document: DocumentId }): Promise<void>;
  opinions(): Promise<ReadonlyMap<DocumentId, Opinion>>;
}

/** Opinions are read again after so long; ms. */
const KEPT_MS = 60_000;

export function createFeedback(state: SharedState, now: () => number = Date.now): Feedback {
  let kept:
    { readonly until: number; readonly opinions: Promise<ReadonlyMap<DocumentId, Opinion>> } | undefined;
  const read = async () => {
    const verdicts: Verdict[] = [];
    for (const space of [SLACK_SPACE, FEEDBACK_SPACE])
      for await (const entry of entriesOf(state, space)) verdicts.push(...verdictIn(entry));
    return opinionsOf(verdicts);
  };
  return {
    put: async ({ document, ...verdict }) => {
      const value = { ...verdict, documents: [document], at: new Date(now()).toISOString() };
      // Ids can be longer than a key.
      const key = createHash('sha256')
        .update(JSON.stringify([verdict.by, document]))
        .digest('base64url');
      await state.put(FEEDBACK_SPACE, { key, value });
      kept = undefined;
    },
    opinions: async () => {
      if (!kept || kept.until <= now()) kept = { until: now() + KEPT_MS, opinions: read() };
      const mine = kept;
      return mine.opinions.catch((error: unknown) => {
        if (kept === mine) kept = undefined;
        throw error;
      });
    },
  };
}

/** An answer cites several documents: what is said of it is said of each by its share. */
export function opinionsOf(verdicts: readonly Verdict[]): Map<DocumentId, Opinion> {
  const last = new Map<string, { document: DocumentId; share: number; isHelpful: boolean }>();
  for (const { verdict, documents, by } of verdicts.toSorted((a, b) => (a.at < b.at ? -1 : 1)))
    for (const document of documents)
      last.set(JSON.stringify([by, document]), {
        document,
        share: 1 / documents.length,
        isHelpful: verdict === 'helpful',
      });
  const opinions = new Map<DocumentId, Opinion>();
  for (const { document, share, isHelpful } of last.values()) {
    const { helpful, against } = opinions.get(document) ?? { helpful: 0, against: 0 };
    opinions.set(document, {
      helpful: helpful + (isHelpful ? share : 0),
      against: against + (isHelpful ? 0 : share),
    });
  }
  return opinions;
}

/** What another version wrote in another form says nothing. */
function verdictIn({ value }: StateEntry): Verdict[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  const { verdict, documents, by, at } = value as { readonly [name: string]: JsonValue };
  const isVerdict = VERDICTS.some((each) => each === verdict);
  if (!isVerdict || typeof by !== 'string' || typeof at !== 'string' || !Array.isArray(documents)) return [];
  return [{ verdict: verdict as Verdict['verdict'], documents: documents.map(String), by, at }];
}
