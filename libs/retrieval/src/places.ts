import type { DocumentId, SourceId } from '@fumikura/model';
import type { AccessFilter, Catalog, LateCheck, LateTrouble } from '@fumikura/ports';
import { collapse } from './collapse.ts';
import type { Place, RankedDocument } from './collapse.ts';
import type { Ranked } from './fusion.ts';
import type { OnWithheld } from './types.ts';

export interface PlaceParts {
  readonly catalog: Catalog;
  readonly lateCheck?: LateCheck;
}

export interface ReadablePlaces {
  readonly places: readonly Place[];
  /** Sources that did not confirm what would have been shown. */
  readonly troubled: ReadonlyMap<SourceId, LateTrouble>;
}

export interface WantedPlaces {
  readonly count: number;
  /** Of places that were not shown on an earlier page and are not left out. */
  readonly isFresh: (place: Place) => boolean;
}

/** Sources are asked at most so often for one page; what is not confirmed by then is not shown. */
const MAX_ROUNDS = 4;

/**
 * The first `wanted` fresh places after the second check, after collapsing, and after the sources were asked about what would be
 * shown. A withheld document leaves no gap in the ranks.
 */
export async function readablePlaces(
  ranked: readonly Ranked[],
  wanted: WantedPlaces,
  { catalog, lateCheck }: PlaceParts,
  access: AccessFilter,
  signal: AbortSignal,
  onWithheld: OnWithheld,
): Promise<ReadablePlaces> {
  const candidates = createCandidates(ranked, wanted, catalog, access, onWithheld);
  const troubled = new Map<SourceId, LateTrouble>();
  const confirmed = new Set<DocumentId>();
  for (let round = 0; ; round++) {
    const places = (await candidates.fresh()).slice(0, wanted.count);
    if (!lateCheck) return { places, troubled };
    const open = places.flatMap(shownBy).filter(({ id }) => !confirmed.has(id));
    if (open.length === 0) return { places, troubled };
    if (round === MAX_ROUNDS)
      return { places: places.filter((place) => isConfirmed(place, confirmed)), troubled };
    const result = await lateCheck.check(open, access, signal);
    signal.throwIfAborted();
    for (const [source, trouble] of result.troubled) troubled.set(source, trouble);
    for (const { id } of open) if (!result.withheld.has(id)) confirmed.add(id);
    if (result.withheld.size > 0) onWithheld([...result.withheld].map(([id, reason]) => ({ id, reason })));
    candidates.drop(new Set(result.withheld.keys()));
  }
}

/** A place and what is named beside it. */
function shownBy({ record, duplicates }: Place) {
  return [record, ...duplicates].map(({ id, source }) => ({ id, source }));
}

function isConfirmed(place: Place, confirmed: ReadonlySet<DocumentId>): boolean {
  return shownBy(place).every(({ id }) => confirmed.has(id));
}

/** Candidates are read in steps, because most pages need few of them. */
function createCandidates(
  ranked: readonly Ranked[],
  { count, isFresh }: WantedPlaces,
  catalog: Catalog,
  access: AccessFilter,
  onWithheld: OnWithheld,
) {
  const step = Math.max(20, count);
  let documents: RankedDocument[] = [];
  let from = 0;
  const more = async () => {
    const part = ranked.slice(from, from + step);
    from += step;
    const ids = part.map(({ candidate }) => candidate.documentId);
    const records = new Map((await catalog.readable(ids, access)).map((record) => [record.id, record]));
    const refused = ids.filter((id) => !records.has(id));
    if (refused.length > 0) onWithheld(refused.map((id) => ({ id, reason: 'lists-changed' })));
    for (const entry of part) {
      const record = records.get(entry.candidate.documentId);
      if (record) documents.push({ ranked: entry, record });
    }
  };
  return {
    fresh: async () => {
      let fresh = collapse(documents).filter(isFresh);
      while (from < ranked.length && fresh.length < count) {
        await more();
        fresh = collapse(documents).filter(isFresh);
      }
      return fresh;
    },
    drop: (ids: ReadonlySet<DocumentId>) => {
      documents = documents.filter(({ record }) => !ids.has(record.id));
    },
  };
}
