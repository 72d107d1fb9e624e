/** A tenant in memory: people, nested groups, sites with libraries, pages and lists, and who was granted what. */
export interface SimulatedUser {
  readonly id: string;
  name: string;
  upn: string;
  isGuest: boolean;
  isEnabled: boolean;
}

export interface SimulatedGroup {
  readonly id: string;
  name: string;
  isHidden: boolean;
  /** User and group ids. */
  readonly members: Set<string>;
}

export type Grantee =
  | { readonly to: 'user'; readonly id: string }
  | { readonly to: 'group'; readonly id: string }
  | { readonly to: 'siteGroup'; readonly id: string }
  | { readonly to: 'everyone' }
  | { readonly to: 'everyoneExceptExternal' };

export type Grant =
  | {
      readonly kind: 'role';
      readonly role: 'read' | 'write' | 'owner' | 'Limited Access';
      readonly grantee: Grantee;
    }
  | {
      readonly kind: 'link';
      readonly scope: 'users' | 'organization' | 'anonymous';
      readonly users: readonly string[];
      readonly expires?: string;
      readonly hasPassword?: boolean;
    };

export interface SimulatedItem {
  readonly id: string;
  name: string;
  parent: string | undefined;
  readonly isFolder: boolean;
  readonly isNotebook?: boolean;
  content: string;
  /** Present when inheritance is broken here. */
  grants?: readonly Grant[];
  version: number;
  /** Revision of the last change that delta tells. */
  changedAt: number;
}

export interface SimulatedDrive {
  readonly id: string;
  readonly name: string;
  /** Where people open it. */
  readonly url: string;
  readonly items: Map<string, SimulatedItem>;
  readonly tombstones: Map<string, number>;
  grants?: readonly Grant[];
}

export interface SimulatedPage {
  readonly id: string;
  title: string;
  text: string;
  version: number;
  modified: string;
  grants?: readonly Grant[];
}

export interface SimulatedListItem {
  readonly id: string;
  fields: Record<string, string>;
  version: number;
  changedAt: number;
  grants?: readonly Grant[];
}

export interface SimulatedList {
  readonly id: string;
  readonly name: string;
  readonly items: Map<string, SimulatedListItem>;
  readonly tombstones: Map<string, number>;
}

export interface SimulatedSite {
  readonly id: string;
  readonly name: string;
  readonly path: string;
  grants: readonly Grant[];
  /** Group number → user and Entra group ids; Graph tells nobody. */
  readonly siteGroups: Map<string, Set<string>>;
  readonly administrators: Set<string>;
  readonly drives: Map<string, SimulatedDrive>;
  readonly pages: Map<string, SimulatedPage>;
  readonly lists: Map<string, SimulatedList>;
}

export interface GraphWorld {
  readonly tenant: string;
  readonly users: Map<string, SimulatedUser>;
  readonly groups: Map<string, SimulatedGroup>;
  readonly sites: Map<string, SimulatedSite>;
  /** Counts every change; delta tokens name one. */
  revision: number;
  /** Tokens of earlier revisions are refused with 410. */
  oldestToken: number;
}

export function emptyWorld(tenant: string): GraphWorld {
  return { tenant, users: new Map(), groups: new Map(), sites: new Map(), revision: 1, oldestToken: 0 };
}

/** A site's id begins with its host. */
export function siteUrl({ id, path }: SimulatedSite): string {
  return `https://${id.split(',')[0]}${path}`;
}

export function addDrive(site: SimulatedSite, id: string, name: string): SimulatedDrive {
  const root: SimulatedItem = {
    id: `${id}-root`,
    name: 'root',
    parent: undefined,
    isFolder: true,
    content: '',
    version: 1,
    changedAt: 1,
  };
  const url = `${siteUrl(site)}/${encodeURIComponent(name)}`;
  const drive: SimulatedDrive = { id, name, url, items: new Map([[root.id, root]]), tombstones: new Map() };
  site.drives.set(id, drive);
  return drive;
}

export function addItem(
  world: GraphWorld,
  drive: SimulatedDrive,
  item: Pick<SimulatedItem, 'id' | 'name' | 'isFolder'> & Partial<SimulatedItem>,
): SimulatedItem {
  const added: SimulatedItem = {
    content: '',
    parent: `${drive.id}-root`,
    version: 1,
    changedAt: ++world.revision,
    ...item,
  };
  drive.items.set(added.id, added);
  return added;
}

/** A folder goes with everything in it, and only its own removal is told. */
export function removeItem(world: GraphWorld, drive: SimulatedDrive, id: string): void {
  drive.tombstones.set(id, ++world.revision);
  const remove = (each: string) => {
    for (const child of [...drive.items.values()]) if (child.parent === each) remove(child.id);
    drive.items.delete(each);
  };
  remove(id);
}

export function touch(world: GraphWorld, item: SimulatedItem): void {
  item.version++;
  item.changedAt = ++world.revision;
}

/** The item and its ancestors, nearest first. */
export function lineOf(drive: SimulatedDrive, item: SimulatedItem): SimulatedItem[] {
  const line = [item];
  for (let at = item; at.parent !== undefined;) {
    const parent = drive.items.get(at.parent);
    if (!parent) break;
    line.push(parent);
    at = parent;
  }
  return line;
}

/** An id as Entra gives them. */
export function guid(kind: number, index: number): string {
  return `${kind.toString(16).padStart(8, '0')}-0000-4000-8000-${index.toString(16).padStart(12, '0')}`;
}
