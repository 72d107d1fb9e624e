import type { SimulatedAnswer, SimulatedRequest } from '../kit/simulator.ts';
import { collaboratorAnswer } from './answers.ts';
import type { Answers } from './answers.ts';
import { judge } from './oracle.ts';
import { accountSeesCollaborators, roleOf } from './rights.ts';
import type { SimulatedRepository } from './world.ts';

const BASE: Readonly<Record<string, string>> = { maintain: 'write', triage: 'read' };

/** What is public or internal gives without a role. */
export function permission(
  answers: Answers,
  repository: SimulatedRepository,
  login: string,
): SimulatedAnswer | undefined {
  const { world } = answers;
  if (!accountSeesCollaborators(world, repository))
    return refusal('Must have push access to view collaborator permission.');
  const user = [...world.users.values()].find((each) => each.login === login);
  if (!user) return undefined;
  const role = roleOf(world, user.id, repository);
  const open = judge(world, user.id, repository.id).mayRead ? 'read' : 'none';
  const base = role === 'none' ? open : (BASE[role] ?? role);
  const told = collaboratorAnswer(answers, user, role === 'none' ? 'read' : role);
  return {
    status: 200,
    body: { permission: base, role_name: role === 'none' ? open : role, user: { ...told, role_name: base } },
  };
}

export function collaborators(
  answers: Answers,
  repository: SimulatedRepository,
  { url }: SimulatedRequest,
  paged: (all: readonly unknown[]) => SimulatedAnswer,
): SimulatedAnswer {
  const { world } = answers;
  if (!accountSeesCollaborators(world, repository))
    return refusal('Must have push access to view repository collaborators.');
  const affiliation = url.searchParams.get('affiliation') ?? 'all';
  const organisation = world.organisations.get(repository.owner);
  const all = [...world.users.values()].flatMap((user) => {
    const role = roleOf(world, user.id, repository);
    const isDirect = repository.collaborators.has(user.id);
    const isOutside = isDirect && !organisation?.members.has(user.id);
    const isAsked = { all: true, direct: isDirect, outside: isOutside }[affiliation] ?? false;
    return isAsked && role !== 'none' ? [collaboratorAnswer(answers, user, role)] : [];
  });
  return paged(all);
}

function refusal(message: string): SimulatedAnswer {
  return { status: 403, body: { message, documentation_url: 'https://docs.github.com/rest', status: '403' } };
}
