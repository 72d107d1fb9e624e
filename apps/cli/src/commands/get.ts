import { audited, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { DocumentPage } from '@fumikura/retrieval';
import { styleText } from 'node:util';
import type { Context } from '../context.ts';
import { requireTool } from '../duty.ts';
import { safe } from '../output.ts';
import type { Output } from '../output.ts';
import type { GetOptions } from '../options.ts';

export async function getCommand(context: Context, id: string, options: GetOptions): Promise<void> {
  const config = await context.config();
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const page = await read(context, installation, id, options);
    context.output.json(options.outline ? { id: page.id, title: page.title, outline: page.outline } : page);
    print(context.output, page, options.outline ?? false);
  } finally {
    await installation.close();
  }
}

function read(
  { signal }: Context,
  { access, audit, knowledge, localPerson, rightsOf, store }: Installation,
  id: string,
  options: GetOptions,
): Promise<DocumentPage> {
  const { issuer, subject } = localPerson();
  const actor = { issuer, subject };
  const event = { action: 'read', via: 'cli get', actor, client: { channel: 'cli' }, object: id } as const;
  const wanted = {
    id,
    ...(options.section !== undefined && { section: options.section }),
    ...(options.maxTokens !== undefined && { maxTokens: options.maxTokens }),
    ...(options.cursor !== undefined && { cursor: options.cursor }),
  };
  return audited(audit, store.catalog, event, async () => {
    requireTool(rightsOf(actor), 'get_document');
    const value = await knowledge.read(wanted, await access.filterFor(actor), signal);
    return { value, shown: [id] };
  });
}

function print(output: Output, page: DocumentPage, outlineOnly: boolean): void {
  const { kind, updatedAt, authors, notices } = page.metadata;
  output.line(styleText('bold', safe(page.title)));
  output.line(
    styleText(
      'dim',
      [page.source, kind, updatedAt, ...authors]
        .filter(Boolean)
        .map((part) => safe(String(part)))
        .join(' · '),
    ),
  );
  output.line(styleText('cyan', safe(page.url)));
  for (const notice of notices) output.line(styleText('yellow', safe(notice)));
  output.line();
  if (outlineOnly) {
    for (const { heading, level } of page.outline) output.line(`${'  '.repeat(level - 1)}${safe(heading)}`);
    return;
  }
  output.line(page.text.split('\n').map(safe).join('\n'));
  if (page.nextCursor !== undefined)
    output.line(styleText('dim', `\nThe document goes on: add --cursor ${page.nextCursor}`));
}
