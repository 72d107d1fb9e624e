import type { Access, RightsOf } from '@fumikura/access';
import { AppError } from '@fumikura/errors';
import type { Coverage, SourceId } from '@fumikura/model';
import type { AccessFilter, Catalog, IndexFilter } from '@fumikura/ports';
import type { Knowledge } from '@fumikura/retrieval';

/**
 * Access and knowledge as roles narrow them: sources that no role of a caller includes are as if they were not there.
 * Which sources belongs to each filter that this access made; a filter of any other origin is refused.
 */
export function narrowedByRoles(
  access: Access,
  knowledge: Knowledge,
  catalog: Catalog,
  rightsOf: RightsOf,
): { readonly access: Access; readonly knowledge: Knowledge } {
  const seen = new WeakMap<AccessFilter, (source: string) => boolean>();
  const maySee = (filter: AccessFilter) => {
    const known = seen.get(filter);
    if (known) return known;
    throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter without roles');
  };
  const narrowed = async <Q extends { readonly filter?: IndexFilter }>(
    query: Q,
    filter: AccessFilter,
  ): Promise<Q> => {
    const isSeen = maySee(filter);
    const visible = await knowledge.sources(filter);
    if (visible.every(({ id }) => isSeen(id))) return query;
    const wanted = query.filter?.sources ?? visible.map(({ id }) => id);
    return { ...query, filter: { ...query.filter, sources: orNone(wanted.filter((id) => isSeen(id))) } };
  };
  const seenOnly = <R extends { readonly coverage: Coverage }>(reply: R, filter: AccessFilter): R => {
    const isSeen = maySee(filter);
    const sources = reply.coverage.sources.filter(({ source }) => isSeen(source));
    return { ...reply, coverage: { ...reply.coverage, sources } };
  };
  return {
    access: {
      ...access,
      filterFor: async (person) => {
        const filter = await access.filterFor(person);
        seen.set(filter, (source) => rightsOf(person).maySee(source));
        return filter;
      },
    },
    knowledge: {
      search: async (query, filter, signal, onWithheld) =>
        seenOnly(await knowledge.search(await narrowed(query, filter), filter, signal, onWithheld), filter),
      evidence: async (query, filter, signal, onWithheld) =>
        seenOnly(await knowledge.evidence(await narrowed(query, filter), filter, signal, onWithheld), filter),
      documents: async (ids, filter, signal) => {
        const isSeen = maySee(filter);
        const found = await knowledge.documents(ids, filter, signal);
        return found.filter(({ source }) => isSeen(source));
      },
      stillReadable: async (ids, filter) => {
        const isSeen = maySee(filter);
        const records = await catalog.readable(ids, filter);
        return new Set(records.filter(({ source }) => isSeen(source)).map(({ id }) => id));
      },
      read: async (request, filter, signal) => {
        const isSeen = maySee(filter);
        const [record] = await catalog.readable([request.id], filter);
        // What is hidden is refused in the words of a document that is not there, whatever else is asked of it.
        const id = record && !isSeen(record.source) ? '' : request.id;
        return knowledge.read({ ...request, id }, filter, signal);
      },
      sources: async (filter) => {
        const isSeen = maySee(filter);
        return (await knowledge.sources(filter)).filter(({ id }) => isSeen(id));
      },
    },
  };
}

/** No source at all is refused by the search in the words of one that does not exist. */
function orNone(sources: readonly SourceId[]): readonly SourceId[] {
  return sources.length > 0 ? sources : ['files:none'];
}
