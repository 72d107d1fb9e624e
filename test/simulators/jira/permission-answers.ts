import { userAnswer } from './answers.ts';
import { isMember } from './oracle.ts';
import type { Holder, JiraWorld, SimulatedProject, SimulatedUser } from './world.ts';

export function holderAnswer(world: JiraWorld, holder: Holder) {
  const of = 'of' in holder ? holder.of : undefined;
  const isCloud = world.deployment === 'cloud';
  if (of === undefined) return { type: holder.type };
  switch (holder.type) {
    case 'group': {
      const name = world.groups.get(of)?.name ?? of;
      return isCloud
        ? { type: 'group', parameter: name, value: of, expand: 'group' }
        : { type: 'group', parameter: name, group: { name }, expand: 'group' };
    }
    case 'user': {
      const user = world.users.get(of);
      return isCloud
        ? { type: 'user', parameter: of, value: of, expand: 'user' }
        : {
            type: 'user',
            parameter: user?.id ?? of,
            expand: 'user',
            ...(user && { user: userAnswer(world, of) }),
          };
    }
    default:
      return { type: holder.type, parameter: of, ...(isCloud && { value: of }) };
  }
}

export function schemeAnswer(world: JiraWorld, project: SimulatedProject) {
  const scheme = world.schemes.get(project.scheme);
  const grants = [
    ...(scheme?.browse ?? []).map((holder) => ['BROWSE_PROJECTS', holder] as const),
    ...(scheme?.agents ?? []).map((holder) => ['SERVICEDESK_AGENT', holder] as const),
    ['ADMINISTER_PROJECTS', { type: 'projectLead' } as Holder] as const,
  ];
  return {
    id: project.scheme,
    name: scheme?.name ?? 'none',
    permissions: grants.map(([permission, holder], index) => ({
      id: index + 1,
      permission,
      holder: holderAnswer(world, holder),
    })),
  };
}

export function roleAnswer(world: JiraWorld, project: SimulatedProject, role: string) {
  const { users = [], groups = [] } = project.roles.get(role) ?? {};
  const isCloud = world.deployment === 'cloud';
  const actors = [
    ...[...users].map((id, index) => {
      const { name = id, displayName = id } = world.users.get(id) ?? {};
      const type = 'atlassian-user-role-actor';
      return isCloud
        ? { id: index + 1, displayName, type, actorUser: { accountId: id } }
        : { id: index + 1, displayName, type, name };
    }),
    ...[...groups].map((id, index) => {
      const name = world.groups.get(id)?.name ?? id;
      const type = 'atlassian-group-role-actor';
      return isCloud
        ? {
            id: index + 100,
            displayName: name,
            type,
            name,
            actorGroup: { name, displayName: name, groupId: id },
          }
        : { id: index + 100, displayName: name, type, name, actorGroup: { name, displayName: name } };
    }),
  ];
  return { id: Number(role), name: world.roles.get(role) ?? role, actors };
}

/** Of the group and of those in it: nothing tells that a group is nested. */
export function membersAnswer(world: JiraWorld, group: string): SimulatedUser[] {
  return [...world.users.values()].filter(({ id }) => isMember(world, group, id, new Set()));
}
