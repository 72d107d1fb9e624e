import type { Access, RightsOf } from '@fumikura/access';
import { AppError } from '@fumikura/errors';
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
): { readonly access: Access; readonly knowledge: Knowledge } {
  const seen = new WeakMap<AccessFilter, (source: string) => boolean>();
  const maySee = (filter: AccessFilter) => {
    const known = seen.get(filter);
    if (known) return known;
    throw new AppError('ACCESS_FILTER_INVALID', 'internal', 'an access filter without roles');
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
      search: async (query, filter, signal, onWithheld) => {
        const isSeen = maySee(filter);
        const visible = await knowledge.sources(filter);
        if (visible.every(({ id }) => isSeen(id))) return knowledge.search(query, filter, signal, onWithheld);
        const within = visible.map(({ id }) => id).filter((id) => isSeen(id));
        const narrowed = { ...query, within };
        const page = await knowledge.search(narrowed, filter, signal, onWithheld);
        const shown = page.coverage.sources.filter(({ source }) => isSeen(source));
        return { ...page, coverage: { ...page.coverage, sources: shown } };
      },
      read: async (request, filter, signal) => {
        const isSeen = maySee(filter);
        const [record] = await catalog.readable([request.id], filter);
        // What is hidden is refused in the words of a document that is not there, whatever else is asked of it.
        const id = record && !isSeen(record.source) ? '' : request.id;
        return knowledge.read({ ...request, id }, filter, signal);
      },
      ...(knowledge.cacheCounts && { cacheCounts: knowledge.cacheCounts }),
      suggest: async (request, filter, signal) => {
        const isSeen = maySee(filter);
        const visible = await knowledge.sources(filter);
        if (visible.every(({ id }) => isSeen(id))) return knowledge.suggest(request, filter, signal);
        const within = visible.map(({ id }) => id).filter((id) => isSeen(id));
        return knowledge.suggest({ ...request, within }, filter, signal);
      },
      sources: async (filter) => {
        const isSeen = maySee(filter);
        return (await knowledge.sources(filter)).filter(({ id }) => isSeen(id));
      },
    },
  };
}
