import { audited, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Coverage, DocumentId, PersonId, SourceId } from '@fumikura/model';
import type { FacetCounts, IndexFilter } from '@fumikura/ports';
import type { Hit, SearchPage, WithheldDocument } from '@fumikura/retrieval';
import { styleText } from 'node:util';
import type { Context } from '../context.ts';
import { requireTool } from '../duty.ts';
import { count, duration, safe } from '../output.ts';
import type { Output } from '../output.ts';
import type { SearchOptions } from '../options.ts';
import { snippetLine } from '../snippet.ts';

export async function searchCommand(context: Context, query: string, options: SearchOptions): Promise<void> {
  const config = await context.config();
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const person = installation.localPerson();
    const via = options.similarTo === undefined ? 'cli search' : 'cli similar';
    const page = await searchAs(context, installation, query, options, { via, actor: person });
    context.output.json(page);
    printPage(context.output, page, options.group ?? false);
  } finally {
    await installation.close();
  }
}

export function similarCommand(
  context: Context,
  id: DocumentId,
  query: string,
  options: SearchOptions,
): Promise<void> {
  return searchCommand(context, query, { ...options, similarTo: id });
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
    ...(options.facets && { facets: true }),
    ...(options.similarTo !== undefined && { similarTo: options.similarTo }),
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
    const withheld: WithheldDocument[] = [];
    if (!as) requireTool(rightsOf(actor), 'search_knowledge');
    const value = await knowledge.search(wanted, await access.filterFor(as ?? actor), signal, (found) =>
      withheld.push(...found),
    );
    const shown = value.hits.flatMap(({ id, duplicates }) => [id, ...duplicates.map((copy) => copy.id)]);
    return { value, shown, withheld };
  });
}

export function printPage(output: Output, page: SearchPage, isGrouped = false): void {
  for (const { from, to } of page.corrections ?? [])
    output.line(
      `Nothing says "${safe(from)}": looked for "${safe(to)}". Put it in quotes to look for it as it is.`,
    );
  for (const { from, to, by, hits } of page.expansions ?? [])
    output.line(
      `Looked for "${safe(to)}" too, ${from === undefined ? `the long form of an ${by}` : `a ${by} of "${safe(from)}"`}: in ${hits.join(', ')}.`,
    );
  if (isGrouped) printGroups(output, page.hits);
  else for (const hit of page.hits) printHit(output, hit);
  if (page.facets) printFacets(output, page.facets);
  if (page.hits.length === 0) output.line('Nothing found.');
  for (const notice of page.notices) output.line(styleText('yellow', safe(notice)));
  output.line(
    styleText('dim', `${page.hits.length} shown in ${duration(page.tookMs)}. ${coverageLine(page.coverage)}`),
  );
  if (page.nextCursor !== undefined) output.line(styleText('dim', `More: add --cursor ${page.nextCursor}`));
}

/** Groups in the order of their best hits; each hit keeps its rank. */
function printGroups(output: Output, hits: readonly Hit[]): void {
  for (const [source, group] of Map.groupBy(hits, (hit) => hit.source)) {
    output.line(styleText('underline', `${safe(source)}: ${group.length}`));
    for (const hit of group) printHit(output, hit);
  }
}

function printFacets(output: Output, { documents, values, isLowerBound }: FacetCounts): void {
  output.line(
    `${isLowerBound ? 'At least ' : ''}${count(documents, 'document')} match${documents === 1 ? 'es' : ''}.`,
  );
  for (const [field, counts] of Object.entries(values))
    if (counts.length > 0)
      output.line(`  ${field}: ${counts.map((each) => `${safe(each.value)} ${each.documents}`).join(', ')}`);
  output.line();
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
  if (hit.url !== '') output.line(`   ${styleText('cyan', safe(hit.url))}`);
  output.line(`   ${styleText('dim', safe(hit.id))}`);
  if (hit.furtherPassages) output.line(styleText('dim', `   ${hit.furtherPassages} more in this document`));
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
    ...(options.space && { spaces: options.space }),
    ...(options.after !== undefined && { updatedFrom: options.after }),
    ...(options.before !== undefined && { updatedBefore: options.before }),
  };
  return Object.keys(filter).length > 0 ? filter : undefined;
}
