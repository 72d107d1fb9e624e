import { readAudit } from '@fumikura/audit';
import type { StoredRecord } from '@fumikura/audit';
import { auditFolder } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import type { SourceId } from '@fumikura/model';
import { safe } from '../output.ts';
import type { Output } from '../output.ts';

/** What happened to somebody's rights, and who made use of them. */
export interface Since {
  readonly since: string;
  /** Changes of persons, groups, roles, tokens and sources by whoever made them. */
  readonly changes: readonly {
    readonly at: string;
    readonly by: string;
    readonly via: string;
    readonly about: string;
  }[];
  /** Runs that found other readers than before. */
  readonly readings: readonly {
    readonly at: string;
    readonly source: SourceId;
    readonly lists: number;
    readonly items: number;
  }[];
  /** Whom a document was shown, and how often. */
  readonly shownTo: readonly { readonly person: string; readonly times: number }[];
}

const RUNS = 1_000;

/** @param document only then it is told whom it was shown */
export async function changesSince(
  { store }: Installation,
  config: Config,
  since: string,
  source: SourceId | undefined,
  document: string | undefined,
): Promise<Since> {
  const folder = auditFolder(config);
  const changes: Since['changes'][number][] = [];
  for await (const record of readAudit(folder, { since, action: 'change', outcome: 'done' }))
    changes.push({ at: record.at, by: nameOf(record), via: record.via, about: aboutOf(record) });
  const shown = new Map<string, number>();
  if (document !== undefined)
    for await (const record of readAudit(folder, { since, document }))
      if (record.shown?.includes(document)) {
        const person = nameOf(record);
        shown.set(person, (shown.get(person) ?? 0) + 1);
      }
  const runs = await store.catalog.runs(source, RUNS);
  const readings = runs
    .filter(
      ({ startedAt, counters }) =>
        startedAt >= since && (counters['lists'] ?? 0) + (counters['aclChanged'] ?? 0) > 0,
    )
    .map(({ startedAt, source: of, counters }) => ({
      at: startedAt,
      source: of,
      lists: counters['lists'] ?? 0,
      items: counters['aclChanged'] ?? 0,
    }));
  const byTime = (a: { at: string }, b: { at: string }) => (a.at < b.at ? -1 : 1);
  return {
    since,
    changes: changes.sort(byTime),
    readings: readings.sort(byTime),
    shownTo: [...shown].map(([person, times]) => ({ person, times })).sort((a, b) => b.times - a.times),
  };
}

function nameOf({ actor, as }: StoredRecord): string {
  const name = (person: typeof actor) =>
    person ? (person.issuer === 'local' ? person.subject : `${person.issuer}#${person.subject}`) : 'fumikura';
  return as ? `${name(actor)} as ${name(as)}` : name(actor);
}

function aboutOf({ object = '', details = {} }: StoredRecord): string {
  const told = Object.entries(details).map(([key, value]) => `${key} ${value}`);
  return [object, ...told].filter(Boolean).join(', ');
}

export function printSince(output: Output, { since, changes, readings, shownTo }: Since): void {
  output.line(`\nSince ${since}:`);
  output.table(
    ['when', 'who', 'changed by', 'about'],
    changes.map(({ at, by, via, about }) => [at, by, via, about].map(safe)),
  );
  for (const { at, source, lists, items } of readings)
    output.line(`${at}  ${source}: ${lists} lists read, readers of ${items} items changed`);
  for (const { person, times } of shownTo) output.line(`shown to ${safe(person)} ${times} times`);
  if (changes.length + readings.length + shownTo.length === 0) output.line('nothing.');
}
