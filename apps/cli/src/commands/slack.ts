import { LOCAL_ISSUER } from '@fumikura/access';
import {
  followAudit,
  forwardTargets,
  localPerson,
  openInstallation,
  severalWorkspaces,
  startSlack,
  withState,
} from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { invalidInput } from '@fumikura/errors';
import { createLinks, createReplies, slackManifest } from '@fumikura/slack-bot';
import { recordChange, recordDeed } from '../change.ts';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import type { SlackCodeOptions, SlackManifestOptions } from '../options.ts';
import { safe } from '../output.ts';
import { VERSION } from '../program.ts';
import { untilAborted, whereSlackIs } from './up.ts';

export async function runSlack(context: Context): Promise<void> {
  const { logger, variables, output, signal } = context;
  const config = await context.config();
  const targets = forwardTargets(config, variables, VERSION);
  const installation = await openInstallation(config, { logger, variables, mode: 'service' });
  try {
    const bot = await startSlack(installation, context);
    try {
      output.json(bot.url === undefined ? { mode: 'socket' } : { mode: 'http', url: bot.url });
      output.line(`${whereSlackIs(bot.url)} Ctrl-C ends.`);
      const records = followAudit(installation, targets, logger, signal);
      await untilAborted(signal);
      output.note('Ending: no new questions; those under way are finished or handed over.');
      await records;
    } finally {
      await bot.stop();
    }
  } finally {
    await installation.close();
  }
}

export async function printManifest(context: Context, { url }: SlackManifestOptions): Promise<void> {
  // The manifest comes before the tokens, so before anything is configured.
  const slack = await context.config().then(
    (config) => config.slack,
    () => undefined,
  );
  const publicUrl = url ?? (slack?.mode === 'http' ? slack.publicUrl : undefined);
  if (slack?.mode === 'http' && publicUrl === undefined)
    throw invalidInput(
      'INVALID_ARGUMENT',
      'Slack has to know where to deliver to: set slack.publicUrl or give --url.',
    );
  if (publicUrl !== undefined && URL.parse(publicUrl)?.protocol !== 'https:')
    throw invalidInput('INVALID_ARGUMENT', '--url: Slack delivers to addresses that begin with https://.');
  const manifest = slackManifest({
    name: slack?.name ?? 'Fumikura',
    domains: slack?.domains ?? [],
    linkByEmail: slack?.linkBy === 'email',
    ...(slack?.workspaces && {
      redirectUrl: slack.workspaces.redirectUrl,
      organization: slack.workspaces.organization,
    }),
    ...(publicUrl !== undefined && { url: `${publicUrl.replace(/\/+$/u, '')}/slack/events` }),
  });
  context.output.json(manifest);
  context.output.line(JSON.stringify(manifest, undefined, 2));
}

export async function installSlack(context: Context, code: string | undefined): Promise<void> {
  const { output, variables } = context;
  const config = await context.config();
  await requireLocalDuty(context, config, 'people', 'cli slack install');
  await withState(config, variables, async (state) => {
    const { workspaces, address, redirectUrl } = await severalWorkspaces(config, variables, state);
    if (code === undefined) {
      output.json({ address });
      output.line(address);
      return output.note(
        'Open it, choose the workspace, allow the app, and give what follows "code=" in the address you land on: fumi slack install <code>',
      );
    }
    await recordChange(context, config, { via: 'cli slack install', object: 'slack workspace' });
    const { id, organization } = await workspaces.add(code, redirectUrl);
    if (!organization) {
      output.json({ team: id });
      return output.line(`${safe(id)} is served from now on.`);
    }
    output.json({ organization: id, workspaces: organization.teams });
    output.line(`${safe(id)} is served from now on, in ${inWorkspaces(organization.teams)}.`);
    output.note(
      'An administrator of the organization adds the app to its workspaces; each is served at once.',
    );
  });
}

export async function listWorkspaces(context: Context): Promise<void> {
  const { output, variables } = context;
  const config = await context.config();
  const all = await withState(config, variables, async (state) =>
    (await severalWorkspaces(config, variables, state)).workspaces.list(),
  );
  const organizations = all.flatMap(({ id, organization }) =>
    organization ? [{ id, workspaces: organization.teams }] : [],
  );
  const workspaces = all.flatMap(({ id, organization }) => (organization ? [] : [id]));
  output.json({ workspaces, organizations });
  for (const { id, workspaces: teams } of organizations)
    output.line(`${safe(id)}, an organization: ${inWorkspaces(teams)}`);
  for (const team of workspaces) output.line(safe(team));
  if (all.length === 0) output.line('None yet. Add one: fumi slack install');
}

function inWorkspaces(teams: readonly string[]): string {
  return teams.length === 0 ? 'no workspace yet' : teams.map(safe).join(', ');
}

export async function createCode(context: Context, { for: other }: SlackCodeOptions): Promise<void> {
  const config = await context.config();
  if (other !== undefined) await requireLocalDuty(context, config, 'people', 'cli slack code');
  const { issuer, subject } = other === undefined ? localPerson(config) : personNamed(config, other);
  await recordChange(context, config, { via: 'cli slack code', object: `slack code of ${subject}` });
  const code = await withState(config, context.variables, (state) =>
    createLinks(state).createCode({ issuer, subject }),
  );
  context.output.json({ code, person: subject, holdsMinutes: 10 });
  context.output.line(code);
  context.output.note(
    `Send the bot in Slack, within ten minutes: link ${code}. Whoever says it there first is ${subject} to it: show it to nobody.`,
  );
}

export async function listLinks(context: Context): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'people', 'cli slack links');
  const links = await withState(config, context.variables, (state) => createLinks(state).list());
  context.output.json({ links });
  if (links.length === 0)
    return context.output.line('No links. Somebody makes a code for themselves: fumi slack code');
  context.output.table(
    ['workspace', 'account', 'person', 'since'],
    links.map(({ team, user, person, at }) => [team, user, safe(person.subject), at.slice(0, 10)]),
  );
}

export async function removeLink(context: Context, team: string, user: string): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'people', 'cli slack unlink');
  await recordChange(context, config, { via: 'cli slack unlink', object: `slack ${team}/${user}` });
  const removed = await withState(config, context.variables, (state) =>
    createLinks(state).remove(team, user),
  );
  if (!removed) throw invalidInput('INVALID_ARGUMENT', `No link of ${safe(team)} ${safe(user)}.`);
  context.output.json({ removed });
  context.output.line(`${safe(team)} ${safe(user)} is nobody's any more.`);
}

export async function listFeedback(context: Context): Promise<void> {
  const config = await context.config();
  // Questions and comments are words of persons, as the audit's are.
  await requireLocalDuty(context, config, 'audit', 'cli slack feedback');
  await recordDeed(context, config, { action: 'access', via: 'cli slack feedback', outcome: 'done' });
  const feedback = await withState(config, context.variables, (state) => createReplies(state).feedback());
  context.output.json({ feedback });
  if (feedback.length === 0) return context.output.line('Nothing yet.');
  context.output.table(
    ['at', 'verdict', 'question', 'comment', 'documents'],
    feedback.map(({ at, verdict, question, comment = '', documents }) =>
      [at.slice(0, 10), verdict, question, comment, documents.join(' ')].map(safe),
    ),
  );
}

function personNamed({ persons, left }: Config, id: string) {
  const person = persons.find((each) => each.id === id);
  if (person && !left.includes(id)) return { issuer: LOCAL_ISSUER, subject: id };
  throw invalidInput('INVALID_ARGUMENT', `--for: nobody here is ${safe(id)}.`);
}
