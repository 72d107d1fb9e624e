import type { Access, RightsOf } from '@fumikura/access';
import { AppError } from '@fumikura/errors';
import type { Coverage, SourceId } from '@fumikura/model';
import type { AccessFilter, Catalog } from '@fumikura/ports';
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
): {
  readonly access: Access;
  readonly knowledge: Knowledge;
  readonly maySee: (filter: AccessFilter, source: string) => boolean;
} {
  const seen = new WeakMap<AccessFilter, (source: string) => boolean>();
  const maySee = (filter: AccessFilter) => {
    const known = seen.get(filter);
    if (known) return known;
    throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter without roles');
  };
  const narrowed = async <Q extends { readonly within?: readonly SourceId[] }>(
    query: Q,
    filter: AccessFilter,
  ): Promise<Q> => {
    const isSeen = maySee(filter);
    const visible = await knowledge.sources(filter);
    if (visible.every(({ id }) => isSeen(id))) return query;
    return { ...query, within: visible.map(({ id }) => id).filter((id) => isSeen(id)) };
  };
  const seenOnly = <R extends { readonly coverage: Coverage }>(reply: R, filter: AccessFilter): R => {
    const isSeen = maySee(filter);
    const sources = reply.coverage.sources.filter(({ source }) => isSeen(source));
    return { ...reply, coverage: { ...reply.coverage, sources } };
  };
  return {
    maySee: (filter, source) => maySee(filter)(source),
    access: {
      ...access,
      filterFor: async (person, credential) => {
        const filter = await access.filterFor(person, credential);
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
        const readable = await knowledge.stillReadable(ids, filter);
        const records = await catalog.readable([...readable], filter);
        return new Set(records.filter(({ source }) => isSeen(source)).map(({ id }) => id));
      },
      read: async (request, filter, signal) => {
        const isSeen = maySee(filter);
        const [record] = await catalog.readable([request.id], filter);
        // What is hidden is refused in the words of a document that is not there, whatever else is asked of it.
        const id = record && !isSeen(record.source) ? '' : request.id;
        return knowledge.read({ ...request, id }, filter, signal);
      },
      ...(knowledge.cacheCounts && { cacheCounts: knowledge.cacheCounts }),
      suggest: async (request, filter, signal) =>
        knowledge.suggest(await narrowed(request, filter), filter, signal),
      sources: async (filter) => {
        const isSeen = maySee(filter);
        return (await knowledge.sources(filter)).filter(({ id }) => isSeen(id));
      },
    },
  };
}
