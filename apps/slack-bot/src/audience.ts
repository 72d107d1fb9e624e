import type { Answer, Citation } from '@fumikura/answering';
import type { DocumentId, PersonId } from '@fumikura/model';
import type { WebClient } from '@slack/web-api';
import type { Desk } from './desk.ts';
import type { Identity } from './identity.ts';
import type { Shareable } from './render/share.ts';
import type { WorkspaceFacts } from './workspaces.ts';

/** More people than this are not asked for one by one. */
const MAX_PEOPLE = 2_000;
const PAGE = 500;

/** Everybody who can see what stands in a conversation. */
export interface Audience {
  /** Of Slack; without the app itself. */
  readonly users: number;
  readonly persons: readonly PersonId[];
  /** Guests, people of other workspaces, people nobody has linked: they may read nothing. */
  readonly others: number;
  /** Whoever comes into one of its workspaces later sees it too. */
  readonly isPublic: boolean;
  /** Workspaces that the conversation is in. */
  readonly teams: readonly string[];
}

export interface AudienceParts {
  readonly client: WebClient;
  readonly identity: Identity;
  readonly workspace: WorkspaceFacts;
}

/**
 * Who can see a conversation now. A public channel is seen by all of its workspaces, since everybody there may open it;
 * nobody knows who that is in a workspace where the app is not.
 * @returns undefined when they are too many to be asked for
 */
export async function audienceOf(
  channel: string,
  { client, identity, workspace }: AudienceParts,
): Promise<Audience | undefined> {
  const { channel: facts } = await client.conversations.info({ channel });
  const isPublic = facts?.is_private !== true && facts?.is_im !== true && facts?.is_mpim !== true;
  const teams = [...new Set([workspace.team, ...teamsOf(facts)])];
  const users = new Set(await members(client, channel));
  const unseen = teams.filter((team) => !workspace.served.includes(team));
  if (isPublic)
    for (const team of workspace.served.filter((each) => teams.includes(each)))
      for (const user of await everybody(client, team)) users.add(user);
  users.delete(workspace.botUser);
  if (users.size > MAX_PEOPLE) return undefined;
  const persons: PersonId[] = [];
  let others = isPublic ? unseen.length : 0;
  if (isPublic && facts?.is_global_shared === true) others++;
  for (const user of users) {
    const identified = await identity.of(workspace.team, user);
    if (identified.kind === 'person') persons.push(identified.person);
    // Other apps see what is written in the channel too, and so does whoever runs them.
    else if (identified.as !== 'deactivated') others++;
  }
  return { users: users.size, persons, others, isPublic, teams };
}

async function members(client: WebClient, channel: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.conversations.members({ channel, limit: PAGE, ...(cursor && { cursor }) });
    found.push(...(page.members ?? []));
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor && found.length <= MAX_PEOPLE);
  return found;
}

type Channel = Awaited<ReturnType<WebClient['conversations']['info']>>['channel'];

/** Of a channel that several workspaces share; empty for one of a single workspace. */
function teamsOf(channel: Channel): string[] {
  const { shared_team_ids: shared = [], internal_team_ids: internal = [] } = channel ?? {};
  const all = [...shared, ...internal, ...(channel?.connected_team_ids ?? [])];
  return all.filter((id) => id.startsWith('T'));
}

/** Members of a workspace; guests see only the channels that they are in. */
async function everybody(client: WebClient, team: string): Promise<string[]> {
  const found: string[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.users.list({ team_id: team, limit: PAGE, ...(cursor && { cursor }) });
    for (const { id, deleted, is_bot: isBot, is_restricted: isGuest } of page.members ?? [])
      if (id !== undefined && deleted !== true && isBot !== true && isGuest !== true && id !== 'USLACKBOT')
        found.push(id);
    cursor = page.response_metadata?.next_cursor || undefined;
  } while (cursor && found.length <= MAX_PEOPLE);
  return found;
}

/** Documents that everybody of the audience may read now. */
export async function readableByAll(
  { persons, others }: Audience,
  ids: readonly DocumentId[],
  desk: Pick<Desk, 'readable'>,
): Promise<ReadonlySet<DocumentId>> {
  if (others > 0) return new Set();
  let common: readonly DocumentId[] = ids;
  for (const person of persons) {
    if (common.length === 0) break;
    const readable = await desk.readable(person, common);
    common = common.filter((id) => readable.has(id));
  }
  return new Set(persons.length === 0 ? [] : common);
}

/** An answer without whatever comes from a document that not everybody may read, and without what is the asker's own. */
export function shareableOf(answer: Answer, audience: Audience, open: ReadonlySet<DocumentId>): Shareable {
  const citations = answer.citations.filter(({ documentId }) => open.has(documentId));
  const left = answer.citations.filter(({ documentId }) => !open.has(documentId));
  const numbers = new Set(citations.map(({ number }) => number));
  const claims = answer.claims.filter((claim) => claim.citations.every((number) => numbers.has(number)));
  const isOpen = (number: number) => numbers.has(number);
  return {
    answer: {
      ...answer,
      claims,
      citations,
      conflicts: answer.conflicts.filter(({ sides }) => sides.every(({ citation }) => isOpen(citation))),
      related: [],
      relatedQuestions: [],
      notices: [],
      coverage: { complete: true, sources: [] },
    },
    people: audience.users,
    keptSources: documentsIn(citations),
    leftSources: documentsIn(left),
    left,
    leftClaims: answer.claims.length - claims.length,
  };
}

function documentsIn(citations: readonly Citation[]): number {
  return new Set(citations.map(({ documentId }) => documentId)).size;
}
