import { explainAccess, holdersAt, LOCAL_ISSUER, reachAt } from '@fumikura/access';
import type { Moment } from '@fumikura/access';
import { momentsOf } from '@fumikura/composition';
import type { Installation, Moments } from '@fumikura/composition';
import type { DocumentId, Principal, SourceId } from '@fumikura/model';
import { safe } from '../output.ts';
import type { Output } from '../output.ts';

/** Who may read what they could not read at a time, and the other way round. */
export interface Compared extends Pick<Moments, 'since' | 'knownSince'> {
  readonly gained: readonly Difference[];
  readonly lost: readonly Difference[];
  /** Of a source: who can read more or fewer of the documents that it has now, beside those. */
  readonly changed: readonly (Difference & { readonly before: number; readonly now: number })[];
}

interface Difference {
  readonly person: string;
  readonly because: string;
}

export type Subject =
  { readonly document: DocumentId } | { readonly source: SourceId } | { readonly principal: Principal };

const PAGE = 1_000;

export async function compareReaders(
  installation: Installation,
  since: string,
  subject: Subject,
): Promise<Compared> {
  const document = 'document' in subject ? subject.document : undefined;
  const moments = await momentsOf(installation, since, document);
  const [then, now] = [
    await reachOf(installation, moments.then, subject),
    await reachOf(installation, moments.now, subject),
  ];
  const gained = [...now.keys()].filter((person) => !then.has(person)).sort();
  const lost = [...then.keys()].filter((person) => !now.has(person)).sort();
  const others = [...now].filter(([person, count]) => then.has(person) && then.get(person) !== count);
  const differences = (persons: readonly string[], isNow: boolean) =>
    Promise.all(
      persons.map(async (person) => ({
        person,
        because: await reasonOf(installation, moments, person, document, isNow),
      })),
    );
  return {
    since: moments.since,
    knownSince: moments.knownSince,
    gained: await differences(gained, true),
    lost: await differences(lost, false),
    changed: others.map(([person, count]) => {
      const before = then.get(person) ?? 0;
      return { person, before, now: count, because: `${before} → ${count} documents` };
    }),
  };
}

/** Documents by person; 1 for whoever is a principal. */
async function reachOf(
  { store: { catalog } }: Installation,
  moment: Moment,
  subject: Subject,
): Promise<ReadonlyMap<string, number>> {
  if ('principal' in subject) {
    const holders = (await holdersAt(moment)).get(subject.principal) ?? [];
    return new Map(holders.map((person) => [person, 1]));
  }
  const one = async function* () {
    if ('document' in subject) yield [subject.document];
  };
  return reachAt(moment, 'source' in subject ? idsOf(catalog, subject.source) : one());
}

async function* idsOf(
  catalog: Installation['store']['catalog'],
  source: SourceId,
): AsyncGenerator<readonly DocumentId[]> {
  for (let after: DocumentId | undefined; ;) {
    const ids: readonly DocumentId[] = await catalog.listIds(source, after, PAGE);
    if (ids.length === 0) return;
    yield ids;
    after = ids.at(-1);
  }
}

async function reasonOf(
  { directory, store }: Installation,
  { then, now }: Moments,
  person: string,
  document: DocumentId | undefined,
  isNow: boolean,
): Promise<string> {
  if (isNow && !then.persons.includes(person)) return 'joined since';
  if (!isNow && !now.persons.includes(person)) return 'is no person here any more';
  if (document === undefined) return isNow ? 'admitted since' : 'admitted no more';
  const id = { issuer: LOCAL_ISSUER, subject: person };
  const { lists, deniedBy } = await explainAccess(id, document, directory, store.catalog);
  if (isNow) return lists.map(({ admittedBy }) => (admittedBy[0]?.path ?? []).join(' → ')).join(' and ');
  const stopped = lists.find(({ admittedBy }) => admittedBy.length === 0);
  if (stopped) return `not in ${stopped.list}`;
  return deniedBy.length > 0 ? `denied as ${deniedBy.join(', ')}` : 'without readers';
}

export function printCompared(output: Output, asked: string, compared: Compared): void {
  const { since, knownSince, gained, lost, changed } = compared;
  if (since.slice(0, asked.length) !== asked && since === knownSince)
    output.line(`\nWho could read before ${knownSince} is not known: compared with then.`);
  output.line(`\nReaders since ${since}:`);
  const rows = [
    ...gained.map(({ person, because }) => ['gained', person, because]),
    ...lost.map(({ person, because }) => ['lost', person, because]),
    ...changed.map(({ person, because }) => ['changed', person, because]),
  ];
  if (rows.length === 0) return output.line('nobody gained or lost access.');
  output.table(
    ['', 'person', 'because'],
    rows.map((row) => row.map(safe)),
  );
}
