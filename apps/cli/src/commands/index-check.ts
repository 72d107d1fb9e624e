import { openInstallation } from '@fumikura/composition';
import type { Damage } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { EXIT_CODES } from '../exit-codes.ts';

/** Compares the index with the catalog; with `repair`, the index is made to say what the catalog says. */
export async function indexCheckCommand(context: Context, options: { repair?: boolean }): Promise<void> {
  const { output, logger, signal } = context;
  const installation = await openInstallation(await context.config(), { logger, mode: 'service' });
  try {
    const { store } = installation;
    if (options.repair && store.paired) {
      const settled = await store.paired.recover(signal);
      const { orphans, readers, missing } = await store.paired.compare({ repair: true, signal });
      output.json({ settled, orphans, readers, missing, repaired: true });
      output.line(`Driven on: ${settled} notes of batches that broke off.`);
      output.line(
        `Repaired: ${orphans} versions removed, ${readers} documents given their readers, ${missing} documents written again.`,
      );
      return;
    }
    if (options.repair) await store.rebuild({ signal });
    const damages = await store.index.check(signal);
    report(context, damages);
  } finally {
    await installation.close();
  }
}

function report({ output }: Context, damages: readonly Damage[]): void {
  output.json({ damages });
  if (damages.length === 0) output.line('Index and catalog fit together.');
  for (const { what, remedy } of damages) output.line(`${what}. ${remedy}`);
  if (damages.length > 0) process.exitCode = EXIT_CODES.findings;
}
