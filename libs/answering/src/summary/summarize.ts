import { invalidInput } from '@fumikura/errors';
import type { DocumentId } from '@fumikura/model';
import type { EvidenceDocument, Knowledge } from '@fumikura/retrieval';
import { analyseQuery } from '@fumikura/text';
import { citedBy, createCitationBook } from '../citations.ts';
import { createGate } from '../gate.ts';
import type {
  Asker,
  Claim,
  LeftOut,
  Summary,
  SummaryEvent,
  SummaryOptions,
  SummaryTarget,
} from '../types.ts';
import { say } from '../words.ts';
import type { Writer } from '../writing/writer.ts';
import { gather, MOST_NAMED } from './gather.ts';
import type { Gathered } from './gather.ts';
import { changedSince, isIn, noticesOf, onlyRemoved } from './since.ts';
import type { Changed } from './since.ts';
import { merge } from './merge.ts';
import { quoted } from './refine.ts';
import type { Making } from './refine.ts';
import { MAX_READ, pointsOf } from './salience.ts';
import { staged } from './stages.ts';
import type { Point } from './salience.ts';
import type { Unit } from '../units.ts';

const LENGTH = { least: 50, most: 2_000, usual: 200 };
const MAX_FOCUS = 500;
const DAY = /^\d{4}(?:-\d{2}(?:-\d{2}(?:T.*)?)?)?$/u;

/** In stages: read, take from each document what tells most, merge what is alike, check, show. */
export async function* summarizeWith(
  { knowledge, writer }: { readonly knowledge: Knowledge; readonly writer?: Writer | undefined },
  target: SummaryTarget,
  asker: Asker,
  options: SummaryOptions,
): AsyncGenerator<SummaryEvent> {
  const started = performance.now();
  const { length, focus, since } = checked(options);
  const steps = gather(knowledge, target, asker);
  let step = await steps.next();
  for (; !step.done; step = await steps.next()) yield { kind: 'reading', ...step.value };
  const { gathered, changes } =
    since === undefined ? { gathered: step.value, changes: [] } : changedSince(step.value, since);
  const points = mapped(gathered.documents, { focus, asked: askedIn(target), since, changes }, asker);
  const { taken, hasMore } = merge(points, length);
  const gate = createGate(knowledge, asker);
  const book = createCitationBook();
  const language = gathered.documents[0]?.language ?? 'en';
  const making: Making = { gathered, points, taken, language, gate, book, asker, shown: [], notices: [] };
  const isWritten = writer !== undefined && !options.withoutModel && taken.length > 0;
  const dropped = isWritten
    ? yield* staged(making, writer, { length, focus: options.focus, since })
    : yield* quoted(making);
  const { shown } = making;
  // Ids that were not found are the caller's own words; every other one is told by us.
  const told = gathered.leftOut.flatMap(({ documentId, reason }) =>
    documentId !== undefined && reason === 'not-changed' ? [documentId] : [],
  );
  const named = await gate.name([...gathered.documents.map(({ id }) => id), ...told]);
  const summary = summaryOf({
    gathered,
    points,
    shown,
    named,
    citations: book.all(),
    hasMore,
    changes,
    searched: [options.focus ?? since ?? ('query' in target ? target.query : [])].flat(),
    options,
  });
  const notices = [
    ...summary.notices,
    ...making.notices,
    ...noticesOf(changes, summary.language),
    ...(gate.withdrawn.size > 0 ? [say('withdrawn', summary.language)] : []),
  ];
  yield {
    kind: 'summary',
    summary: { ...summary, dropped, notices, tookMs: Math.round((performance.now() - started) * 10) / 10 },
  };
}

function checked({ length = LENGTH.usual, focus, changedSince: since }: SummaryOptions) {
  if (!Number.isInteger(length) || length < LENGTH.least || length > LENGTH.most)
    throw invalidInput(
      'LIMIT_OUT_OF_RANGE',
      `length: give a whole number of words from ${LENGTH.least} to ${LENGTH.most}.`,
    );
  if (focus !== undefined && focus.length > MAX_FOCUS)
    throw invalidInput('INVALID_ARGUMENT', `focus: give at most ${MAX_FOCUS} characters.`);
  if (since !== undefined && (!DAY.test(since) || Number.isNaN(Date.parse(since))))
    throw invalidInput(
      'INVALID_ARGUMENT',
      `changedSince: "${since.slice(0, 40)}" is no date. Write 2026-01-31.`,
    );
  const terms = focus === undefined ? [] : analyseQuery(focus).terms.map(({ term }) => term);
  return { length, focus: new Set(terms), since };
}

function askedIn(target: SummaryTarget): ReadonlySet<string> {
  return new Set('query' in target ? analyseQuery(target.query).terms.map(({ term }) => term) : []);
}

interface Wanted {
  /** What the summary must keep to. */
  readonly focus: ReadonlySet<string>;
  /** What was searched for: leads within a document that has it, and leaves out no document. */
  readonly asked: ReadonlySet<string>;
  readonly since: string | undefined;
  /** Of each document what is new, when only that is wanted. */
  readonly changes: readonly Changed[];
}

function mapped(
  documents: readonly EvidenceDocument[],
  { focus, asked, since, changes }: Wanted,
  { signal }: Asker,
): Point[] {
  const isFocused = focus.size > 0;
  const about = isFocused ? focus : asked;
  return documents.flatMap((document, index) => {
    signal.throwIfAborted();
    const changed = changes[index];
    const isWanted = (unit: Unit) => changed === undefined || isIn(changed, unit);
    const points = pointsOf(document, index, { focus: about, since, isWanted });
    const onIt = points.filter(({ terms }) => [...about].some((term) => terms.has(term)));
    return isFocused || onIt.length > 0 ? onIt : points;
  });
}

interface Made {
  readonly gathered: Gathered;
  readonly points: readonly Point[];
  readonly shown: readonly Claim[];
  readonly named: ReadonlySet<string>;
  readonly citations: Summary['citations'];
  readonly hasMore: boolean;
  readonly changes: readonly Changed[];
  readonly searched: readonly string[];
  readonly options: SummaryOptions;
}

function summaryOf({ gathered, points, shown, named, hasMore, ...made }: Made): Omit<Summary, 'tookMs'> {
  const citations = citedBy(shown, made.citations);
  const language = gathered.documents[0]?.language ?? 'en';
  const used = pointsByDocument(shown, citations);
  const visible = gathered.documents
    .map((document, index) => ({ document, index }))
    .filter(({ document }) => named.has(document.id));
  const silent = visible.filter(({ document }) => !used.has(document.id));
  const hasPoints = new Set(points.map(({ document }) => document));
  const leftOut = [
    ...gathered.leftOut.filter(
      ({ documentId, reason }) => reason !== 'not-changed' || named.has(documentId ?? ''),
    ),
    ...silent.map(({ document, index }): LeftOut => ({
      title: document.title,
      documentId: document.id,
      ...(onlyRemoved(made.changes[index]) ?? {
        reason: silenceOf(document, hasPoints.has(index), made.options),
      }),
    })),
  ];
  const cut = visible.filter(({ document }) => document.stored.text.length > MAX_READ);
  return {
    kind:
      shown.length === 0 ? 'refused' : shown.some(({ kind }) => kind === 'written') ? 'written' : 'extracted',
    language,
    points: shown,
    citations,
    documents: visible
      .filter(({ document }) => used.has(document.id))
      .map(({ document: { id, title, url, source, updatedAt, stored } }) => ({
        id,
        title,
        url,
        source,
        ...(updatedAt && { updatedAt }),
        points: used.get(id) ?? 0,
        readCharacters: Math.min(MAX_READ, stored.text.length),
        characters: stored.text.length,
      })),
    leftOut: leftOut.slice(0, MOST_NAMED),
    leftOutBeyond: Math.max(0, leftOut.length - MOST_NAMED),
    truncated: hasMore || leftOut.length > 0 || cut.length > 0,
    ...(gathered.coverage && { coverage: gathered.coverage }),
    notices: [
      ...gathered.notices,
      ...(cut.length > 0
        ? [`Of ${cut.length} long documents the first ${MAX_READ.toLocaleString('en')} characters were read.`]
        : []),
    ],
    dropped: {},
    ...(shown.length === 0 && {
      refusal: {
        reason: 'nothing-found' as const,
        message: say(made.changes.some(onlyRemoved) ? 'onlyRemoved' : 'nothingFound', language),
        searched: made.searched,
        missing: [],
      },
    }),
  };
}

function silenceOf(
  { stored }: EvidenceDocument,
  hasPoints: boolean,
  { focus }: SummaryOptions,
): LeftOut['reason'] {
  if (stored.text.trim() === '') return 'no-text';
  if (hasPoints) return 'no-room';
  return focus ? 'nothing-on-focus' : 'no-text';
}

/** Of each document how many points stand on it. */
function pointsByDocument(
  shown: readonly Claim[],
  citations: Summary['citations'],
): ReadonlyMap<DocumentId, number> {
  const used = new Map<DocumentId, number>();
  for (const { citations: numbers } of shown) {
    const documents = citations.filter(({ number }) => numbers.includes(number));
    for (const id of new Set(documents.map(({ documentId }) => documentId)))
      used.set(id, (used.get(id) ?? 0) + 1);
  }
  return used;
}
