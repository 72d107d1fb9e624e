import type { PersonalToken } from '@fumikura/access';
import { localPerson, withPersonalTokens } from '@fumikura/composition';
import { AppError, invalidInput } from '@fumikura/errors';
import { recordChange } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty, rightsOfLocal } from '../duty.ts';
import { safe } from '../output.ts';
import type { TokenOptions } from '../options.ts';
import { personOf } from '../person.ts';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 90;
/** What tokens are good for when nobody signs in yet. */
const READ_SCOPE = 'knowledge:read';

export async function createToken(context: Context, name: string, options: TokenOptions): Promise<void> {
  const config = await context.config();
  const own = localPerson(config).subject;
  const person = options.person ?? own;
  const { issuer } = personOf(config, person);
  if (issuer !== 'local')
    throw invalidInput('INVALID_ARGUMENT', '--person: a token is for a person with an entry here.');
  if (person !== own) await requireLocalDuty(context, config, 'tokens', 'cli token create');
  const scopes = options.scope ?? [config.signIn?.readScope ?? READ_SCOPE];
  const expiresAt = new Date(Date.now() + (options.days ?? USUAL_DAYS) * DAY_MS).toISOString();
  const wanted = { person, name: name.slice(0, 100), scopes, expiresAt };
  const details = { name: wanted.name, scopes: scopes.join(' '), expiresAt };
  await recordChange(context, config, { via: 'cli token create', object: `token of ${person}`, details });
  const { token, record } = await withPersonalTokens(config, context.variables, (tokens) =>
    tokens.create(wanted),
  );
  context.output.json({ id: record.id, token, person, scopes, expiresAt });
  context.output.line(token);
  context.output.note(
    `For ${person}, until ${expiresAt.slice(0, 10)}, to ${scopes.join(' ')}. It is shown this once; send it as "Authorization: Bearer …".`,
  );
  if (!config.signIn)
    context.output.note('Nobody has to sign in here yet: add "signIn" to the configuration.');
}

export async function listTokens(context: Context): Promise<void> {
  const config = await context.config();
  const all = await withPersonalTokens(config, context.variables, (tokens) => tokens.list());
  const own = localPerson(config).subject;
  const seen = rightsOfLocal(config).mayDo('tokens') ? all : all.filter(({ person }) => person === own);
  context.output.json({ tokens: seen.map(({ hash: _hash, ...token }) => token) });
  if (seen.length === 0) return context.output.line('No tokens. Make one: fumi token create <name>');
  context.output.table(
    ['id', 'person', 'name', 'scopes', 'expires', 'state'],
    seen.map((token) => [
      token.id,
      token.person,
      safe(token.name),
      token.scopes.join(' '),
      token.expiresAt.slice(0, 10),
      stateOf(token),
    ]),
  );
}

export async function revokeToken(context: Context, id: string): Promise<void> {
  const config = await context.config();
  await withPersonalTokens(config, context.variables, async (tokens) => {
    const token = (await tokens.list()).find((each) => each.id === id);
    if (token?.person !== localPerson(config).subject)
      await requireLocalDuty(context, config, 'tokens', 'cli token revoke');
    if (!token) throw unknownToken(id);
    await recordChange(context, config, {
      via: 'cli token revoke',
      object: `token ${id} of ${token.person}`,
    });
    await tokens.revoke(id);
    context.output.json({ id, revoked: true });
    context.output.line(`Revoked ${id} of ${token.person}.`);
  });
}

function stateOf({ revokedAt, expiresAt }: PersonalToken): string {
  if (revokedAt !== undefined) return `revoked ${revokedAt.slice(0, 10)}`;
  return Date.parse(expiresAt) <= Date.now() ? 'expired' : 'holds';
}

function unknownToken(id: string): AppError {
  const message = `There is no token "${id.slice(0, 40)}". "fumi token list" lists them.`;
  return new AppError('TOKEN_UNKNOWN', 'not-found', message, { publicMessage: message });
}
