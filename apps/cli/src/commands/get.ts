import { openInstallation } from '@fumikura/composition';
import type { DocumentPage } from '@fumikura/retrieval';
import { styleText } from 'node:util';
import type { Context } from '../context.ts';
import { safe } from '../output.ts';
import type { Output } from '../output.ts';
import type { GetOptions } from '../options.ts';

export async function getCommand(context: Context, id: string, options: GetOptions): Promise<void> {
  const config = await context.config();
  const installation = await openInstallation(config, { logger: context.logger, mode: 'one-shot' });
  try {
    const access = await installation.access.filterFor(installation.localPerson());
    const page = await installation.knowledge.read(
      {
        id,
        ...(options.section !== undefined && { section: options.section }),
        ...(options.maxTokens !== undefined && { maxTokens: options.maxTokens }),
        ...(options.cursor !== undefined && { cursor: options.cursor }),
      },
      access,
      context.signal,
    );
    context.output.json(options.outline ? { id: page.id, title: page.title, outline: page.outline } : page);
    print(context.output, page, options.outline ?? false);
  } finally {
    await installation.close();
  }
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
