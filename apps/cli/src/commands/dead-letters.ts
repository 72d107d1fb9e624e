import { openInstallation } from '@fumikura/composition';
import { isSourceId } from '@fumikura/model';
import type { Context } from '../context.ts';
import type { DeadLetterOptions } from '../options.ts';
import { safe } from '../output.ts';
import { unknownSource } from './source.ts';
import { syncCommand } from './sync.ts';

const SHOWN = 1_000;

export async function deadLettersCommand(
  context: Context,
  id: string | undefined,
  { retry }: DeadLetterOptions,
): Promise<void> {
  const config = await context.config();
  if (id !== undefined && !config.sources.some((source) => source.id === id))
    throw unknownSource(id, config.sources);
  if (retry) return syncCommand(context, id, { retryFailed: true });
  const installation = await openInstallation(config, { logger: context.logger, mode: 'one-shot' });
  try {
    const source = id !== undefined && isSourceId(id) ? id : undefined;
    const letters = await installation.store.catalog.deadLetters(source, SHOWN);
    context.output.json({ deadLetters: letters });
    if (letters.length === 0) return context.output.line('Nothing failed.');
    context.output.table(
      ['item', 'tried', 'last', 'why'],
      letters.map(({ documentId, reason, attempts, lastAt }) => [
        safe(documentId),
        String(attempts),
        lastAt,
        safe(reason),
      ]),
    );
  } finally {
    await installation.close();
  }
}
