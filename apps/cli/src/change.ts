import { localPerson, openAudit } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import type { AuditEvent } from '@fumikura/audit';
import type { Context } from './context.ts';

export interface Change {
  readonly via: string;
  readonly object: string;
  readonly details?: AuditEvent['details'];
}

/** Writes a change of the installation down before it is made; what cannot be written down is not done. */
export function recordChange(context: Context, config: Config, change: Change): Promise<void> {
  return recordDeed(context, config, { action: 'change', outcome: 'done', ...change });
}

/** One record by the person at this terminal. */
export async function recordDeed(
  { logger, variables }: Context,
  config: Config,
  event: Omit<AuditEvent, 'actor' | 'client'>,
): Promise<void> {
  const audit = openAudit(config, logger, variables);
  try {
    const { issuer, subject } = localPerson(config);
    await audit.record({ ...event, actor: { issuer, subject }, client: { channel: 'cli' } });
  } finally {
    await audit.close();
  }
}
