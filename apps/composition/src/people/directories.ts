import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { planSnapshot } from '@fumikura/access';
import type { AuditTrail } from '@fumikura/audit';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { DirectoryReading, PeopleStore } from '@fumikura/ports';
import type { LdapOptions } from '@fumikura/provider-ldap';
import { withSecrets } from '../connectors/secrets.ts';
import type { Variables } from '../connectors/secrets.ts';

type Directory = Config['directories'][number];

export interface DirectoryHost {
  readonly config: Config;
  readonly store: PeopleStore;
  readonly audit: AuditTrail;
  readonly logger: Logger;
  readonly variables: Variables;
}

/** How often it is looked whether a directory is due. */
const LOOK_EVERY_MS = 1_000;

/** Reads each directory by its clock until the signal; one process of an installation at a time. */
export async function followDirectories(host: DirectoryHost, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    for (const directory of host.config.directories)
      await readIfDue(host, directory, signal).catch((cause: unknown) => {
        const { code, message } = toAppError(cause);
        if (!signal.aborted)
          host.logger.error('people.directory.failed', { directory: directory.id, code, message });
      });
    await delay(LOOK_EVERY_MS, undefined, { signal, ref: false }).catch(() => undefined);
  }
}

async function readIfDue(host: DirectoryHost, directory: Directory, signal: AbortSignal): Promise<void> {
  if (await host.store.claim(directory.id, directory.everySeconds * 1_000))
    await readDirectory(host, directory, signal);
}

/** One reading, written down with what came of it. @throws AppError, after it was noted */
export async function readDirectory(
  { config, store, audit, variables }: DirectoryHost,
  directory: Directory,
  signal: AbortSignal,
  allowLeavers = false,
): Promise<DirectoryReading> {
  const attemptedAt = new Date().toISOString();
  const origin = directory.id;
  const before = (await store.readings()).find((each) => each.origin === origin);
  try {
    const { readLdap } = await import('@fumikura/provider-ldap');
    const snapshot = await readLdap(ldapOptions(config, directory, variables), signal);
    const { counts } = planSnapshot(await store.read(), origin, snapshot, allowLeavers);
    if (counts.joined + counts.changed + counts.left + counts.regrouped > 0) {
      // What cannot be written down is not done.
      await audit.record({
        action: 'change',
        via: 'directory',
        outcome: 'done',
        object: origin,
        client: { channel: 'service' },
        details: counts,
      });
      await store.change((people) => planSnapshot(people, origin, snapshot, allowLeavers).apply(people));
    }
    const leftOut = Object.fromEntries(
      Object.entries(snapshot.leftOut).map(([why, count]) => [`left out: ${why}`, count]),
    );
    const reading = {
      origin,
      attemptedAt,
      completedAt: new Date().toISOString(),
      counts: { ...counts, ...leftOut },
    };
    await store.putReading(reading);
    return reading;
  } catch (cause) {
    const failure = toAppError(cause).publicMessage;
    await store.putReading({
      origin,
      attemptedAt,
      failure,
      counts: before?.counts ?? {},
      ...(before?.completedAt !== undefined && { completedAt: before.completedAt }),
    });
    throw cause;
  }
}

function ldapOptions(config: Config, { id, ldap }: Directory, variables: Variables): LdapOptions {
  const problems: ConfigProblem[] = [];
  const { ca, password: reference, bindDn, groups, ...rest } = ldap;
  const place = { path: `directories.${id}.ldap.password`, folder: config.folder, variables };
  const password = reference === undefined ? undefined : withSecrets(reference, place, problems);
  if (problems.length > 0) throw invalid(config.file, problems);
  return {
    ...rest,
    ...(bindDn !== undefined && { bindDn }),
    ...(groups && { groups }),
    ...(password instanceof Secret && { password }),
    ...(ca !== undefined && { ca: readFileSync(resolve(config.folder, ca), 'utf8') }),
  };
}
