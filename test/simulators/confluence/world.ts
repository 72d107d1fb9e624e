/** A Confluence site in memory: people, groups, spaces, what is written in them, and who was granted what. */
export interface SimulatedUser {
  /** Account id on Cloud, user key on Data Center. */
  readonly id: string;
  name: string;
  email: string;
  isActive: boolean;
  /** An external collaborator: in the product, but not one of "all licensed users". */
  isGuest: boolean;
  isApp: boolean;
}

export interface SimulatedGroup {
  /** On Data Center the name is the identity. */
  readonly id: string;
  readonly name: string;
  /** User and group ids; Cloud has no nested groups and tells everybody who is in by any way. */
  readonly members: Set<string>;
  /** Its members may use the product. */
  givesAccess: boolean;
  /** Our account may not read its members. */
  isHidden: boolean;
}

export const ACCESS_CLASSES = [
  'anonymous-users',
  'authenticated-users',
  'all-licensed-users',
  'all-product-admins',
] as const;
export type AccessClass = (typeof ACCESS_CLASSES)[number];

export interface SpaceGrant {
  readonly to:
    | { readonly kind: 'user' | 'group'; readonly id: string }
    | { readonly kind: 'class'; readonly id: AccessClass };
  /** Some grants let one do something without letting one read. */
  readonly canRead: boolean;
  /** In a site between the two models each grant is of one of them. */
  readonly by: 'permission' | 'role';
}

export interface SimulatedSpace {
  readonly id: string;
  readonly key: string;
  name: string;
  isPersonal: boolean;
  status: 'current' | 'archived';
  grants: readonly SpaceGrant[];
  /** Our account may read the space but not who else may. */
  arePermissionsHidden: boolean;
}

/** Who may read, where a restriction is set. Deleted groups may stay in it. */
export interface Restriction {
  readonly users: ReadonlySet<string>;
  readonly groups: ReadonlySet<string>;
}

export type ContentKind = 'page' | 'blogpost' | 'folder' | 'whiteboard' | 'database';

export interface SimulatedContent {
  readonly id: string;
  readonly kind: ContentKind;
  space: string;
  parent: string | undefined;
  title: string;
  /** Paragraphs by line. */
  text: string;
  /** A recorded ADF or storage body instead of `text`. */
  body?: { readonly atlas_doc_format?: string; readonly storage?: string };
  status: 'current' | 'archived' | 'trashed';
  readonly labels: Set<string>;
  restriction?: Restriction;
  author: string;
  version: number;
  createdAt: number;
  /** Revision of the last edit; moves, restrictions and labels are none. */
  changedAt: number;
  /** A container that answers nothing to our account although what lies in it is shown. */
  isUnreachable?: boolean;
}

export interface SimulatedAttachment {
  readonly id: string;
  readonly container: string;
  title: string;
  mediaType: string;
  bytes: Uint8Array;
  version: number;
  readonly createdAt: number;
  changedAt: number;
}

export interface SimulatedComment {
  readonly id: string;
  readonly container: string;
  readonly location: 'footer' | 'inline';
  readonly parentComment?: string;
  text: string;
  selection?: string;
  isResolved: boolean;
  author: string;
  version: number;
  readonly createdAt: number;
  changedAt: number;
}

export interface ConfluenceWorld {
  readonly deployment: 'cloud' | 'data-center';
  /** Cloud only. */
  mode: 'PRE_ROLES' | 'ROLES_TRANSITION' | 'ROLES';
  /** Global permission of the anonymous: without it what spaces grant them has no effect. */
  isAnonymousAllowed: boolean;
  /** Our account administers Confluence. */
  mayAskAboutOthers: boolean;
  /** The account that syncs. */
  readonly account: string;
  readonly users: Map<string, SimulatedUser>;
  readonly groups: Map<string, SimulatedGroup>;
  readonly spaces: Map<string, SimulatedSpace>;
  readonly content: Map<string, SimulatedContent>;
  readonly attachments: Map<string, SimulatedAttachment>;
  readonly comments: Map<string, SimulatedComment>;
  /** Counts every change. */
  revision: number;
  /** What was changed in the last so many revisions is not in the search index yet. */
  searchLag: number;
  /** Data Center: of the build that answers. */
  version: string;
  nextId: number;
}

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

/** The content and what it lies in, nearest first. */
export function lineOf(world: ConfluenceWorld, content: SimulatedContent): SimulatedContent[] {
  const line: SimulatedContent[] = [];
  for (let at: SimulatedContent | undefined = content; at && !line.includes(at);) {
    line.push(at);
    at = at.parent === undefined ? undefined : world.content.get(at.parent);
  }
  return line;
}

const EPOCH = Date.parse('2026-01-05T08:00:00.000Z');
const REVISION_MS = 45_000;

/** When a revision happened; the source's clock is not ours. */
export function timeOf(revision: number): string {
  return new Date(EPOCH + revision * REVISION_MS).toISOString();
}
