import { toAppError } from '@fumikura/errors';
import type { EvidenceDocument } from '@fumikura/retrieval';
import { citedBy } from '../citations.ts';
import type { CitationBook } from '../citations.ts';
import { readableRow } from '../extract.ts';
import type { Gate } from '../gate.ts';
import type { Asker, Claim, Summary, SummaryEvent } from '../types.ts';
import { citedClaim } from '../written.ts';
import { passageOf } from '../writing/passages.ts';
import type { EvidencePassage } from '../writing/passages.ts';
import { SUMMARY_PROMPT } from '../writing/prompts.ts';
import type { Writer } from '../writing/writer.ts';
import type { Gathered } from './gather.ts';
import type { Point } from './salience.ts';

/** Passages that a model is shown at once. */
const MOST_PASSAGES = 24;

/** What is at hand while one summary is made. */
export interface Making {
  readonly gathered: Gathered;
  readonly taken: readonly Point[];
  readonly gate: Gate;
  readonly book: CitationBook;
  readonly asker: Asker;
  readonly shown: Claim[];
  readonly notices: string[];
}

type Dropped = Summary['dropped'];

/** The points themselves, word for word. */
export async function* quoted(making: Making): AsyncGenerator<SummaryEvent, Dropped> {
  for (const point of making.taken) {
    const document = making.gathered.documents[point.document];
    if (document) yield* show(making, claimOf(point, document, making.book));
  }
  return {};
}

/** The last stage by a model: from the passages of the points, each claim verified; by quoting when it cannot be asked. */
export async function* refined(
  making: Making,
  writer: Writer,
  { length, focus }: { readonly length: number; readonly focus: string | undefined },
): AsyncGenerator<SummaryEvent, Dropped> {
  const { asker, book, shown, notices } = making;
  const claims = writer.write({
    prompt: SUMMARY_PROMPT,
    task: { words: length, ...(focus !== undefined && { focus }) },
    passages: passagesOf(making),
    person: asker.person,
    signal: asker.signal,
  });
  try {
    for (let next = await claims.next(); ; next = await claims.next()) {
      if (!next.done) yield* show(making, citedClaim(next.value, book));
      else if (shown.length > 0) return next.value.dropped;
      else return { ...next.value.dropped, ...(yield* quoted(making)) };
    }
  } catch (cause) {
    const error = toAppError(cause);
    if (!error.code.startsWith('MODEL_')) throw error;
    const text = `${error.publicMessage} ${shown.length > 0 ? 'The summary may lack a part.' : 'Sentences of documents are quoted instead.'}`;
    notices.push(text);
    yield { kind: 'notice', text };
    return shown.length > 0 ? {} : yield* quoted(making);
  } finally {
    await claims.return({ dropped: {}, isAnswered: false });
  }
}

/** The chunks that the points lie in, each once. */
function passagesOf({ gathered, taken }: Making): EvidencePassage[] {
  const places = new Map<string, Parameters<typeof passageOf>[0]>();
  for (const { document: index, start } of taken) {
    const document = gathered.documents[index];
    const chunk = document?.stored.chunks.find((each) => each.start <= start && start < each.end);
    if (document && chunk)
      places.set(`${document.id} ${chunk.ordinal}`, {
        document,
        ordinal: chunk.ordinal,
        start: chunk.start,
        end: chunk.end,
      });
  }
  return [...places.values()].slice(0, MOST_PASSAGES).map((place, at) => passageOf(place, at + 1));
}

async function* show({ gate, book, shown }: Making, claim: Claim): AsyncGenerator<SummaryEvent> {
  const citations = citedBy([claim], book.all());
  if (!(await gate.pass(claim, citations))) return;
  shown.push(claim);
  yield { kind: 'point', claim, citations };
}

function claimOf(point: Point, document: EvidenceDocument, book: CitationBook): Claim {
  const places = point.header ? [point, point.header] : [point];
  const header = point.header && document.stored.text.slice(point.header.start, point.header.end);
  return {
    text: point.kind === 'row' ? readableRow(point.text, header) : point.text.replace(/\s+/gu, ' '),
    kind: 'extracted',
    citations: places.map(({ start, end }) => book.cite(document, start, end).number),
    support: 1,
    part: 0,
  };
}
