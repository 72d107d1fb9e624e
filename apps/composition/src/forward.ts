import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { forwardAudit, httpTarget, syslogTarget, toOcsf } from '@fumikura/audit';
import type { ForwardTarget, StoredRecord } from '@fumikura/audit';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import { auditFolder } from './audit.ts';
import { withSecrets } from './connectors/secrets.ts';
import type { Variables } from './connectors/secrets.ts';

const EVERY_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** @throws AppError CONFIG_INVALID (config) for a secret that cannot be read */
export function forwardTargets(config: Config, variables: Variables, version: string): ForwardTarget[] {
  const problems: ConfigProblem[] = [];
  const targets = config.audit.forward.map((each, index): ForwardTarget => {
    const { id, format, syslog, ca, http = '', authorization: reference } = each;
    const message = (record: StoredRecord) =>
      JSON.stringify(format === 'ocsf' ? toOcsf(record, { version }) : record);
    if (syslog !== undefined) {
      const pem = ca === undefined ? {} : { ca: readFileSync(resolve(config.folder, ca), 'utf8') };
      return { id, deliver: syslogTarget({ url: syslog, message, ...pem }) };
    }
    const place = { path: `audit.forward.${index}.authorization`, folder: config.folder, variables };
    const secret = reference === undefined ? undefined : withSecrets(reference, place, problems);
    const authorization = secret instanceof Secret ? { authorization: secret.reveal() } : {};
    return { id, deliver: httpTarget({ url: http, message, ...authorization }) };
  });
  if (problems.length > 0) throw invalid(config.file, problems);
  return targets;
}

/** Until the signal; a target that cannot be reached is tried later and later, up to a minute, and the others go on. */
export async function followForwarding(
  config: Config,
  targets: readonly ForwardTarget[],
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const folder = auditFolder(config);
  await Promise.all(
    targets.map(async (target) => {
      let waitMs = EVERY_MS;
      while (!signal.aborted) {
        try {
          await forwardAudit(folder, target, signal);
          waitMs = EVERY_MS;
        } catch (cause) {
          if (signal.aborted) return;
          waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
          const { message } = toAppError(cause);
          logger.warn('audit.forward.failed', { target: target.id, message: message.slice(0, 300), waitMs });
        }
        await delay(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      }
    }),
  );
}
