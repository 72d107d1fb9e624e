import { AppError } from '@fumikura/errors';
import type { SourceCheck } from '@fumikura/ports';
import type { Run } from './run.ts';

type Missing = SourceCheck['missing'][number];

interface Probe {
  readonly path: string;
  readonly right: string;
  readonly consequence: string;
  /** A site that does not know the question lacks no right. */
  readonly isOptional?: boolean;
}

const CLOUD: readonly Probe[] = [
  {
    path: 'rest/api/group?limit=1',
    right: 'read groups (read:group:confluence)',
    consequence: 'nobody can be told apart: everything stays closed',
  },
  {
    path: 'api/v2/space-role-mode',
    right: 'read permissions of spaces (read:space.permission:confluence)',
    consequence: 'every space stays closed',
    isOptional: true,
  },
];
const DATA_CENTER: readonly Probe[] = [
  {
    path: 'rest/api/admin/users/list/active?limit=1',
    right: 'Confluence administrator (lists of people and of the members of groups)',
    consequence: 'nobody can be told apart: everything stays closed',
  },
  {
    path: 'rest/api/permissions/anonymous',
    right: 'Confluence administrator (global permissions)',
    consequence: 'spaces that are open to the anonymous stay closed to them',
  },
];

/** As whom we read, what there is, and what stays closed. @throws kinds config, auth, permission */
export async function check({ api, client, config, signal }: Run): Promise<SourceCheck> {
  const account = await api.account(signal);
  const spaces = await api.spaces(signal);
  const missing: Missing[] = [];
  for (const probe of config.deployment === 'cloud' ? CLOUD : DATA_CENTER) {
    const isThere = await answers(client, probe, signal);
    if (!isThere) missing.push({ right: probe.right, consequence: probe.consequence });
  }
  const keys = new Set([...spaces.values()].map(({ key }) => key));
  for (const key of config.spaces === 'all' ? [] : config.spaces)
    if (!keys.has(key))
      missing.push({ right: `view the space ${key}`, consequence: 'nothing of it is read' });
  if (!config.emailsAreVerified)
    missing.push({
      right: 'verified addresses (emailsAreVerified)',
      consequence: 'accounts are linked to people by the configuration alone',
    });
  return { account, missing, counts: { spaces: spaces.size } };
}

async function answers(
  client: Run['client'],
  { path, isOptional }: Probe,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await client.get(path, {}, signal);
    return true;
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    if (error.kind === 'not-found') return isOptional ?? false;
    if (error.kind === 'permission') return false;
    throw error;
  }
}
