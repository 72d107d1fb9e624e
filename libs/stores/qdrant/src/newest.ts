import type { Candidate } from '@fumikura/ports';
import type { Schemas } from '@qdrant/js-client-rest';
import { untilAborted } from './aborting.ts';
import type { Call } from './client.ts';
import { equals } from './filter.ts';
import type { Condition, Filter } from './filter.ts';
import type { Versions } from './hits.ts';
import { queryPoints } from './requests.ts';
import { hitOf, LONGEST, PAYLOAD } from './search.ts';

/** What was changed last, newest first; documents without a time behind the others, by their ids. */
export async function newestPoints(
  call: Call,
  collection: string,
  filter: Filter,
  versions: Versions,
  wanted: number,
  signal: AbortSignal,
): Promise<Candidate[]> {
  // Versions that do not count and older ones of the same document are met too.
  const limit = Math.min(LONGEST, wanted * 2);
  const ask = async (more: readonly Condition[], query?: unknown) => {
    const search = {
      ...(query !== undefined && { query: query as Schemas['QueryInterface'] }),
      filter: { ...filter, must: [...filter.must, equals('ord', 0), ...more] as const },
      limit,
      with_payload: PAYLOAD,
    };
    const [answer] = await untilAborted(queryPoints({ call, collection }, [search]), signal);
    // Points that are not scored, or scored by a time, have no score that could be compared.
    return versions.among((answer?.points ?? []).flatMap((point) => hitOf({ ...point, score: 0 })));
  };
  const dated = await ask([], { order_by: { key: 'updated', direction: 'desc' } });
  const undated = dated.length < wanted ? await ask([{ is_empty: { key: 'updated' } }]) : [];
  const ids = new Set([...dated, ...undated].map(({ doc }) => doc));
  return [...ids].slice(0, wanted).map((documentId) => ({
    documentId,
    lexical: 0,
    parts: { document: 0, chunk: 0, title: 0 },
    chunkOrdinal: -1,
  }));
}
