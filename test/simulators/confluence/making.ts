/** Fills a site: each call is what a person did there. */
import type {
  ConfluenceWorld,
  SimulatedAttachment,
  SimulatedComment,
  SimulatedContent,
  SimulatedGroup,
  SimulatedSpace,
  SimulatedUser,
  SpaceGrant,
} from './world.ts';

export function emptyWorld(
  deployment: ConfluenceWorld['deployment'] = 'cloud',
  parts: Partial<ConfluenceWorld> = {},
): ConfluenceWorld {
  const world: ConfluenceWorld = {
    deployment,
    mode: 'PRE_ROLES',
    isAnonymousAllowed: false,
    mayAskAboutOthers: true,
    account: 'sync',
    users: new Map(),
    groups: new Map(),
    spaces: new Map(),
    content: new Map(),
    attachments: new Map(),
    comments: new Map(),
    revision: 1,
    searchLag: 0,
    version: '9.2.1',
    nextId: 1_000,
    ...parts,
  };
  addUser(world, { id: world.account, name: 'Sync', isApp: false });
  addGroup(world, { id: 'users', name: 'confluence-users', givesAccess: true, members: [world.account] });
  return world;
}

/** A member of the product by default: in the group `users`. */
export function addUser(
  world: ConfluenceWorld,
  user: Pick<SimulatedUser, 'id' | 'name'> & Partial<SimulatedUser> & { readonly isLicensed?: boolean },
): SimulatedUser {
  const { isLicensed = true, ...parts } = user;
  const added: SimulatedUser = {
    email: `${user.id}@acme.example`,
    isActive: true,
    isGuest: false,
    isApp: false,
    ...parts,
  };
  world.users.set(added.id, added);
  if (isLicensed) world.groups.get('users')?.members.add(added.id);
  return added;
}

export function addGroup(
  world: ConfluenceWorld,
  {
    members = [],
    ...parts
  }: Pick<SimulatedGroup, 'id'> &
    Partial<Omit<SimulatedGroup, 'members'>> & { readonly members?: Iterable<string> },
): SimulatedGroup {
  const added = { name: parts.id, givesAccess: false, isHidden: false, ...parts, members: new Set(members) };
  world.groups.set(added.id, added);
  return added;
}

export const toUser = (id: string): SpaceGrant => ({
  to: { kind: 'user', id },
  canRead: true,
  by: 'permission',
});

export const toGroup = (id: string): SpaceGrant => ({
  to: { kind: 'group', id },
  canRead: true,
  by: 'permission',
});

/** Open to everybody who may use the product, and to our account, unless `grants` says otherwise. */
export function addSpace(
  world: ConfluenceWorld,
  space: Pick<SimulatedSpace, 'key'> & Partial<SimulatedSpace>,
): SimulatedSpace {
  const added: SimulatedSpace = {
    id: String(world.nextId++),
    name: space.key,
    isPersonal: false,
    status: 'current',
    grants: [toGroup('users')],
    arePermissionsHidden: false,
    ...space,
  };
  world.spaces.set(added.id, added);
  return added;
}

export function addContent(
  world: ConfluenceWorld,
  content: Pick<SimulatedContent, 'space' | 'title'> & Partial<SimulatedContent>,
): SimulatedContent {
  const revision = ++world.revision;
  const added: SimulatedContent = {
    id: String(world.nextId++),
    kind: 'page',
    parent: undefined,
    text: '',
    status: 'current',
    labels: new Set(),
    author: world.account,
    version: 1,
    createdAt: revision,
    changedAt: revision,
    ...content,
  };
  world.content.set(added.id, added);
  return added;
}

export function addAttachment(
  world: ConfluenceWorld,
  parts: Pick<SimulatedAttachment, 'container' | 'title'> & {
    readonly text?: string;
  } & Partial<SimulatedAttachment>,
): SimulatedAttachment {
  const revision = ++world.revision;
  const { text = '', ...rest } = parts;
  const number = world.nextId++;
  const added: SimulatedAttachment = {
    id: world.deployment === 'cloud' ? `att${number}` : String(number),
    mediaType: 'text/plain',
    bytes: new TextEncoder().encode(text),
    version: 1,
    createdAt: revision,
    changedAt: revision,
    ...rest,
  };
  world.attachments.set(added.id, added);
  return added;
}

export function addComment(
  world: ConfluenceWorld,
  parts: Pick<SimulatedComment, 'container' | 'text'> & Partial<SimulatedComment>,
): SimulatedComment {
  const revision = ++world.revision;
  const added: SimulatedComment = {
    id: String(world.nextId++),
    location: 'footer',
    isResolved: false,
    author: world.account,
    version: 1,
    createdAt: revision,
    changedAt: revision,
    ...parts,
  };
  world.comments.set(added.id, added);
  return added;
}

/** An edit: a new version. */
export function touch(world: ConfluenceWorld, item: { version: number; changedAt: number }): void {
  item.version++;
  item.changedAt = ++world.revision;
}

/** To the trash, or gone for good. Its children move up, which is no edit of theirs. */
export function removeContent(world: ConfluenceWorld, id: string, isPurged = false): void {
  const removed = world.content.get(id);
  if (!removed) return;
  world.revision++;
  for (const child of world.content.values()) if (child.parent === id) child.parent = removed.parent;
  removed.status = 'trashed';
  if (isPurged) world.content.delete(id);
}

export function removeComment(world: ConfluenceWorld, id: string): void {
  for (const reply of [...world.comments.values()])
    if (reply.parentComment === id) removeComment(world, reply.id);
  world.comments.delete(id);
  world.revision++;
}
