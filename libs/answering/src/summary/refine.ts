import type { EvidenceDocument } from '@fumikura/retrieval';
import { citedBy } from '../citations.ts';
import type { CitationBook } from '../citations.ts';
import { readableRow } from '../extract.ts';
import type { Gate } from '../gate.ts';
import type { Asker, Claim, Summary, SummaryEvent } from '../types.ts';
import type { Gathered } from './gather.ts';
import type { Point } from './salience.ts';

/** What is at hand while one summary is made. */
export interface Making {
  readonly gathered: Gathered;
  /** All that were found, and those of them that fit into the length. */
  readonly points: readonly Point[];
  readonly taken: readonly Point[];
  readonly language: string;
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

export async function* show({ gate, book, shown }: Making, claim: Claim): AsyncGenerator<SummaryEvent> {
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
