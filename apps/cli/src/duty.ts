import { createRights, requireDuty } from '@fumikura/access';
import type { Duty, Rights } from '@fumikura/access';
import { localPerson } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import { recordDeed } from './change.ts';
import type { Context } from './context.ts';

export function rightsOfLocal(config: Config): Rights {
  return createRights(config.persons, config.owner, config.roles, config.left)(localPerson(config));
}

/** @throws AppError ROLE_MISSING (permission), after the refusal was written down */
export async function requireLocalDuty(
  context: Context,
  config: Config,
  duty: Duty,
  via: string,
): Promise<void> {
  try {
    requireDuty(rightsOfLocal(config), duty);
  } catch (error) {
    await recordDeed(context, config, { action: 'access', via, outcome: 'refused', code: 'ROLE_MISSING' });
    throw error;
  }
}

/** @throws AppError ROLE_MISSING (permission) */
export function requireTool(rights: Rights, tool: string): void {
  if (rights.mayUse(tool)) return;
  const message = `Your roles (${rights.roles.join(', ') || 'none'}) do not include reading.`;
  throw new AppError('ROLE_MISSING', 'permission', message, { publicMessage: message });
}
