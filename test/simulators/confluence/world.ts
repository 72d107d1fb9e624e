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
