import type { AuditTrail } from '@fumikura/audit';
import { invalid, Secret } from '@fumikura/config';
import type { Config, ConfigProblem } from '@fumikura/config';
import type { PeopleStore } from '@fumikura/ports';
import { createScim, SCIM_PATH } from '@fumikura/scim';
import type { Provisioning } from '@fumikura/server';
import { withSecrets } from '../connectors/secrets.ts';
import type { Variables } from '../connectors/secrets.ts';

const LEAST_TOKEN_CHARACTERS = 20;

/** Undefined where the configuration has none. @throws AppError CONFIG_INVALID (config) */
export function openScim(
  config: Config,
  store: PeopleStore,
  audit: AuditTrail,
  variables: Variables,
): Provisioning | undefined {
  const { scim, signIn, server } = config;
  if (!scim) return undefined;
  const handle = createScim({
    store,
    token: tokenOf(config, scim.token, variables),
    publicUrl: signIn?.publicUrl ?? `http://${server.host}:${server.port}`,
    onChange: ({ verb, resource, details }) =>
      audit.record({
        action: 'change',
        via: `scim ${verb}`,
        outcome: 'done',
        object: resource,
        client: { channel: 'http', credential: 'scim' },
        details,
      }),
    onRefused: (request) =>
      audit.record({
        action: 'access',
        via: 'scim',
        outcome: 'refused',
        object: new URL(request.url).pathname,
        client: { channel: 'http' },
      }),
  });
  return { path: SCIM_PATH, handle };
}

function tokenOf(config: Config, reference: unknown, variables: Variables): string {
  const problems: ConfigProblem[] = [];
  const place = { path: 'scim.token', folder: config.folder, variables };
  const token = withSecrets(reference, place, problems);
  const text = token instanceof Secret ? token.reveal() : '';
  if (problems.length === 0 && text.length < LEAST_TOKEN_CHARACTERS)
    problems.push({ path: 'scim.token', message: `it has at least ${LEAST_TOKEN_CHARACTERS} characters` });
  if (problems.length > 0) throw invalid(config.file, problems);
  return text;
}
