import { audited, openInstallation } from '@fumikura/composition';
import { styleText } from 'node:util';
import type { Context } from '../context.ts';
import { requireTool } from '../duty.ts';
import type { SuggestOptions } from '../options.ts';
import { safe } from '../output.ts';

export async function suggestCommand(context: Context, text: string, options: SuggestOptions): Promise<void> {
  const { output, signal } = context;
  const installation = await openInstallation(await context.config(), { ...context, mode: 'one-shot' });
  const { access, audit, knowledge, localPerson, rightsOf, store } = installation;
  try {
    const { issuer, subject } = localPerson();
    const actor = { issuer, subject };
    const event = {
      action: 'search',
      via: 'cli suggest',
      actor,
      client: { channel: 'cli' },
      query: text,
    } as const;
    const found = await audited(audit, store.catalog, event, async () => {
      requireTool(rightsOf(actor), 'search_knowledge');
      const request = { text, ...(options.limit !== undefined && { limit: options.limit }) };
      const value = await knowledge.suggest(request, await access.filterFor(actor), signal);
      return { value, shown: value.documents.map(({ id }) => id), withheld: [] };
    });
    output.json(found);
    for (const query of found.queries) output.line(safe(query));
    for (const { title, id } of found.documents)
      output.line(`${styleText('bold', safe(title))}  ${styleText('dim', safe(id))}`);
    if (found.queries.length + found.documents.length === 0) output.line('Nothing to suggest.');
  } finally {
    await installation.close();
  }
}
