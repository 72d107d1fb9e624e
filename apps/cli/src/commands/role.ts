import { BUILT_IN_ROLES, createRights, LOCAL_ISSUER } from '@fumikura/access';
import type { Role } from '@fumikura/access';
import { localPerson, openPeopleStore, withState } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import { recordChange } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { personOf } from '../person.ts';

export async function listRoles(context: Context): Promise<void> {
  const config = await context.config();
  const roles = rolesOf(config);
  const rightsOf = createRights(config.persons, config.owner, config.roles, config.left);
  const people = [...new Set([config.owner, ...config.persons.map(({ id }) => id)])];
  const holders = people.map((id) => ({
    person: id,
    roles: rightsOf({ issuer: LOCAL_ISSUER, subject: id }).roles,
  }));
  context.output.json({ roles, holders, decided: config.decided.roles });
  context.output.table(
    ['role', 'tools', 'sources', 'duties', 'held by'],
    roles.map(({ id, tools, sources, duties }) => [
      id,
      tools.join(' ') || 'none',
      sources.join(' ') || 'none',
      duties.join(' ') || 'none',
      holders
        .filter((each) => each.roles.includes(id))
        .map(({ person }) => person)
        .join(' '),
    ]),
  );
  for (const { person, role, isHeld, by, at } of config.decided.roles)
    context.output.line(
      `${at}  ${by} ${isHeld ? 'gave' : 'took'} "${role}" ${isHeld ? 'to' : 'from'} ${person}`,
    );
}

export async function changeRole(
  context: Context,
  verb: 'grant' | 'revoke',
  person: string,
  name: string,
): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'roles', `cli role ${verb}`);
  const id = personOf(config, person);
  if (id.issuer !== LOCAL_ISSUER)
    throw invalidInput('INVALID_ARGUMENT', 'Roles belong to persons with an entry here.');
  const known = rolesOf(config).map((role) => role.id);
  if (!known.includes(name))
    throw invalidInput('INVALID_ARGUMENT', `There is no role "${name}". There are: ${known.join(', ')}.`);
  const { roles } = createRights(config.persons, config.owner, config.roles, config.left)(id);
  const next = verb === 'grant' ? [...new Set([...roles, name])] : roles.filter((each) => each !== name);
  await recordChange(context, config, { via: `cli role ${verb}`, object: person, details: { role: name } });
  const by = localPerson(config).subject;
  await withState(config, context.variables, async (state) => {
    const people = await openPeopleStore(config, state, context.logger);
    await people.change((edit) => edit.decideRole({ person, role: name, isHeld: verb === 'grant', by }));
  });
  context.output.json({ person, roles: next });
  context.output.line(
    `${person}: ${next.join(', ') || 'no role'}. Servers that run know it within five seconds.`,
  );
}

function rolesOf(config: Config): readonly Role[] {
  return [...BUILT_IN_ROLES, ...config.roles];
}
