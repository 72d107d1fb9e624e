import type { EvidenceDocument } from '@fumikura/retrieval';
import type { LeftOut } from '../types.ts';
import { say } from '../words.ts';
import type { Gathered } from './gather.ts';

/** What of one document is new. */
export interface Changed {
  /** Undefined: all of it may be. */
  readonly stretches?: readonly { readonly start: number; readonly end: number }[];
  readonly removed: number;
  /** When some were removed last; absent when none were. */
  readonly removedAt?: string;
  /** Its earlier text is known well enough to tell. */
  readonly isKnown: boolean;
}

/** Only documents that changed since, the newest first, with what is known of the change. */
export function changedSince(
  gathered: Gathered,
  since: string,
): { readonly gathered: Gathered; readonly changes: readonly Changed[] } {
  const all = gathered.documents.map((document) => ({ document, changed: changeOf(document, since) }));
  const kept = all
    .flatMap(({ document, changed }) => (changed ? [{ document, changed }] : []))
    .toSorted((a, b) => (b.document.updatedAt ?? '').localeCompare(a.document.updatedAt ?? ''));
  const left = all.filter(({ changed }) => !changed);
  return {
    gathered: {
      ...gathered,
      documents: kept.map(({ document }) => document),
      leftOut: [
        ...gathered.leftOut,
        ...left.map(({ document: { id, title } }): LeftOut => ({
          title,
          documentId: id,
          reason: 'not-changed',
        })),
      ],
    },
    changes: kept.map(({ changed }) => changed),
  };
}

function changeOf(
  { createdAt = '', updatedAt = '', stored: { history } }: EvidenceDocument,
  since: string,
): Changed | undefined {
  if (createdAt >= since) return { removed: 0, isKnown: true };
  if (!history || history.from > since) {
    // It may have changed before anybody looked: only its source can tell, and not what.
    return updatedAt >= since ? { removed: 0, isKnown: false } : undefined;
  }
  const stretches = history.added.filter(({ at }) => at >= since);
  const gone = history.removed.filter(({ at }) => at >= since);
  const removed = gone.reduce((sum, { passages }) => sum + passages, 0);
  if (stretches.length === 0 && removed === 0) return undefined;
  const removedAt = gone
    .map(({ at }) => at)
    .toSorted()
    .at(-1);
  return { stretches, removed, isKnown: true, ...(removedAt !== undefined && { removedAt }) };
}

/** Of a document to which nothing came: that passages went, and when. */
export function onlyRemoved(changed: Changed | undefined): Pick<LeftOut, 'reason' | 'removed'> | undefined {
  if (changed?.removedAt === undefined || changed.stretches?.length !== 0) return undefined;
  const { removed: passages, removedAt: lastAt } = changed;
  return { reason: 'passages-removed', removed: { passages, lastAt } };
}

export function isIn(
  { stretches }: Changed,
  unit: { readonly start: number; readonly end: number },
): boolean {
  return stretches?.some(({ start, end }) => start < unit.end && unit.start < end) ?? true;
}

/** What cannot be shown, said without a word of any document. */
export function noticesOf(changes: readonly Changed[], language: string): string[] {
  const removed = changes.reduce((sum, change) => sum + change.removed, 0);
  const unknown = changes.filter(({ isKnown }) => !isKnown).length;
  return [
    ...(removed > 0 ? [`${say('removed', language)} ${removed}`] : []),
    ...(unknown > 0 ? [`${say('earlierUnknown', language)} ${unknown}`] : []),
  ];
}
