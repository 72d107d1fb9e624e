import { audited, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Coverage, DocumentId, PersonId, SourceId } from '@fumikura/model';
import type { IndexFilter } from '@fumikura/ports';
import type { Hit, SearchPage } from '@fumikura/retrieval';
import { styleText } from 'node:util';
import type { Context } from '../context.ts';
import { requireTool } from '../duty.ts';
import { duration, safe } from '../output.ts';
import type { Output } from '../output.ts';
import type { SearchOptions } from '../options.ts';
import { snippetLine } from '../snippet.ts';

export async function searchCommand(context: Context, query: string, options: SearchOptions): Promise<void> {
  const config = await context.config();
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const person = installation.localPerson();
    const page = await searchAs(context, installation, query, options, { via: 'cli search', actor: person });
    context.output.json(page);
    printPage(context.output, page);
  } finally {
    await installation.close();
  }
}

/** The search of one person for another or for themselves, written down before anything of it is shown. */
export function searchAs(
  { signal }: Context,
  { access, audit, knowledge, rightsOf, store }: Installation,
  query: string,
  options: SearchOptions,
  { via, actor, as }: { via: string; actor: PersonId; as?: PersonId },
): Promise<SearchPage> {
  const filter = filterOf(options);
  const wanted = {
    query,
    ...(filter && { filter }),
    ...(options.limit !== undefined && { limit: options.limit }),
    ...(options.cursor !== undefined && { cursor: options.cursor }),
    ...(options.explain && { explain: true }),
    ...(options.live && { live: true }),
  };
  const { issuer, subject } = actor;
  const event = {
    action: 'search' as const,
    via,
    actor: { issuer, subject },
    ...(as && { as }),
    client: { channel: 'cli' as const },
    query,
  };
  return audited(audit, store.catalog, event, async () => {
    const withheld: DocumentId[] = [];
    if (!as) requireTool(rightsOf(actor), 'search_knowledge');
    const value = await knowledge.search(wanted, await access.filterFor(as ?? actor), signal, (ids) =>
      withheld.push(...ids),
    );
    const shown = value.hits.flatMap(({ id, duplicates }) => [id, ...duplicates.map((copy) => copy.id)]);
    return { value, shown, withheld };
  });
}

export function printPage(output: Output, page: SearchPage): void {
  for (const hit of page.hits) printHit(output, hit);
  if (page.hits.length === 0) output.line('Nothing found.');
  for (const notice of page.notices) output.line(styleText('yellow', safe(notice)));
  output.line(
    styleText('dim', `${page.hits.length} shown in ${duration(page.tookMs)}. ${coverageLine(page.coverage)}`),
  );
  if (page.nextCursor !== undefined) output.line(styleText('dim', `More: add --cursor ${page.nextCursor}`));
}

function printHit(output: Output, hit: Hit): void {
  const { snippet } = hit;
  const place = [
    hit.source,
    ...hit.breadcrumbs,
    ...(snippet.place?.page ? [`page ${snippet.place.page}`] : []),
    ...(hit.live ? ['read just now'] : []),
  ];
  output.line(
    `${styleText('bold', `${hit.rank}. ${safe(hit.title)}`)}  ${styleText('dim', place.map(safe).join(' › '))}`,
  );
  output.line(`   ${snippetLine(snippet.text, snippet.highlights, hit.title)}`);
  output.line(`   ${styleText('cyan', safe(hit.url))}`);
  output.line(`   ${styleText('dim', safe(hit.id))}`);
  if (hit.duplicates.length > 0)
    output.line(styleText('dim', `   same text: ${hit.duplicates.map(({ id }) => safe(id)).join(', ')}`));
  if (hit.explain)
    output.line(
      styleText(
        'dim',
        `   ${Object.entries(hit.explain)
          .map(([name, value]) => `${name} ${value.toFixed(3)}`)
          .join('  ')}`,
      ),
    );
  output.line();
}

export function coverageLine({ sources, complete }: Coverage): string {
  if (sources.length === 0) return 'No sources.';
  const troubled = sources.filter(
    ({ state, staleSince, reason }) => state !== 'answered' || staleSince || reason,
  );
  const names = troubled.map(
    ({ source, staleSince, reason }) => `${source} (${reason ?? `stale since ${staleSince}`})`,
  );
  return complete
    ? `Sources: ${sources.map(({ source }) => source).join(', ')}.`
    : `Incomplete: ${names.join(', ')}.`;
}

function filterOf(options: SearchOptions): IndexFilter | undefined {
  const filter: IndexFilter = {
    ...(options.source && { sources: options.source as readonly SourceId[] }),
    ...(options.kind && { kinds: options.kind }),
    ...(options.language && { languages: options.language }),
    ...(options.author && { authors: options.author }),
    ...(options.label && { labels: options.label }),
    ...(options.after !== undefined && { updatedFrom: options.after }),
    ...(options.before !== undefined && { updatedBefore: options.before }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
