import { followDirectories, openInstallation, readDirectory } from '@fumikura/composition';
import type { DirectoryHost, Installation } from '@fumikura/composition';
import { invalidInput, toAppError } from '@fumikura/errors';
import type { DirectoryReading } from '@fumikura/ports';
import { recordChange } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { EXIT_CODES } from '../exit-codes.ts';
import { safe } from '../output.ts';

function hostOf({ logger, variables }: Context, installation: Installation): DirectoryHost {
  const { peopleStore: store, config, audit } = installation;
  return { config, store, audit, logger, variables };
}

/** Until the signal; nothing where the configuration names no directory. */
export async function followPeople(context: Context, installation: Installation): Promise<void> {
  const host = hostOf(context, installation);
  if (host.config.directories.length > 0) await followDirectories(host, context.signal);
}

/** Reads directories now, whenever they were read last. */
export async function peopleSync(
  context: Context,
  id: string | undefined,
  { allowLeavers = false }: { allowLeavers?: boolean },
): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'roles', 'cli people sync');
  const chosen = config.directories.filter((each) => id === undefined || each.id === id);
  if (chosen.length === 0) {
    const known = config.directories.map((each) => each.id).join(', ') || 'none';
    throw invalidInput(
      'INVALID_ARGUMENT',
      `There is no directory "${id ?? ''}" to read. There are: ${known}.`,
    );
  }
  const details = { allowLeavers };
  await recordChange(context, config, { via: 'cli people sync', object: id ?? 'all directories', details });
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const host = hostOf(context, installation);
    const readings: (DirectoryReading | { readonly origin: string; readonly failure: string })[] = [];
    for (const directory of chosen)
      readings.push(
        await readDirectory(host, directory, context.signal, allowLeavers).catch((cause: unknown) => ({
          origin: directory.id,
          failure: toAppError(cause).publicMessage,
        })),
      );
    context.output.json({ readings });
    for (const reading of readings) context.output.line(describeReading(reading));
    if (readings.some((reading) => 'failure' in reading)) process.exitCode = EXIT_CODES.findings;
  } finally {
    await installation.close();
  }
}

export function describeReading(
  reading: { readonly origin: string; readonly failure?: string } & Partial<DirectoryReading>,
): string {
  const { origin, failure, completedAt, counts = {} } = reading;
  const told = Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');
  if (failure !== undefined)
    return `${origin}: NOT READ: ${safe(failure)}${completedAt === undefined ? '' : ` Last read whole ${completedAt}.`}`;
  return `${origin}: ${told}, read whole ${completedAt ?? 'never'}`;
}
