/** A Jira site in memory: people, nested groups, roles, schemes, projects, issues with their history. */
export interface SimulatedUser {
  /** Account id of Cloud, user key of Data Center: never changes. */
  readonly id: string;
  /** Login name; Data Center names people by it. */
  name: string;
  displayName: string;
  email: string;
  hidesEmail: boolean;
  isActive: boolean;
  readonly type: 'atlassian' | 'app' | 'customer';
}

export interface SimulatedGroup {
  readonly id: string;
  readonly name: string;
  /** Users and groups; also itself. */
  readonly members: Set<string>;
}

export type Holder =
  | {
      readonly type: 'group' | 'user' | 'projectRole' | 'userCustomField' | 'groupCustomField';
      readonly of: string;
    }
  /** Without a name: everybody who is signed in. */
  | { readonly type: 'applicationRole'; readonly of?: string }
  | { readonly type: 'anyone' | 'projectLead' | 'reporter' | 'assignee' | 'sd.customer.portal.only' };

export interface SimulatedScheme {
  readonly id: number;
  readonly name: string;
  browse: readonly Holder[];
  agents: readonly Holder[];
}

export interface SimulatedLevel {
  readonly id: string;
  readonly scheme: string;
  readonly name: string;
  holders: readonly Holder[];
}

export interface SimulatedField {
  readonly id: string;
  readonly name: string;
  /** `rich` text, short text, a choice, people or groups. */
  readonly kind: 'rich' | 'text' | 'option' | 'user' | 'group';
}

export interface SimulatedProject {
  readonly id: string;
  readonly key: string;
  name: string;
  lead: string;
  scheme: number;
  /** Role → its actors here. */
  readonly roles: Map<string, { readonly users: Set<string>; readonly groups: Set<string> }>;
  readonly kind: 'software' | 'service_desk';
  /** Team-managed projects have an access level instead of a scheme that several share. */
  readonly isTeamManaged: boolean;
  isPrivate: boolean;
  isArchived: boolean;
  /** Whether our account may administer it, and so read its scheme and roles. */
  isOpenToUs: boolean;
}

export interface Visibility {
  readonly type: 'role' | 'group';
  readonly of: string;
}

export interface SimulatedComment {
  readonly id: string;
  readonly author: string;
  text: string;
  readonly created: number;
  readonly visibility?: Visibility;
  readonly isInternal?: boolean;
}

export interface SimulatedWorklog {
  readonly id: string;
  readonly author: string;
  readonly text: string;
  readonly seconds: number;
  readonly started: number;
  readonly visibility?: Visibility;
}

export interface SimulatedAttachment {
  readonly id: string;
  readonly name: string;
  readonly mediaType: string;
  readonly content: string;
}

export interface HistoryItem {
  readonly at: number;
  readonly author: string;
  readonly field: 'status' | 'assignee' | 'summary';
  readonly from: string | null;
  readonly to: string | null;
}

export interface SimulatedIssue {
  readonly id: string;
  key: string;
  project: string;
  summary: string;
  /** Empty is answered as null. */
  description: string;
  type: string;
  status: string;
  reporter: string | undefined;
  assignee: string | undefined;
  level: string | undefined;
  /** Roles that an issue of a team-managed project is restricted to. */
  restrictedTo: readonly string[];
  parent: string | undefined;
  labels: readonly string[];
  /** By field: text, or ids of people and groups. */
  readonly custom: Map<string, string | readonly string[]>;
  /** Ids of issues that this one blocks. */
  readonly blocks: Set<string>;
  readonly comments: SimulatedComment[];
  readonly worklogs: SimulatedWorklog[];
  readonly attachments: SimulatedAttachment[];
  readonly history: HistoryItem[];
  readonly created: number;
  updated: number;
}

export interface JiraWorld {
  readonly deployment: 'cloud' | 'data-center';
  readonly users: Map<string, SimulatedUser>;
  readonly groups: Map<string, SimulatedGroup>;
  /** Application → groups that have access to it. */
  readonly applications: Map<string, Set<string>>;
  /** Role id → name. */
  readonly roles: Map<string, string>;
  readonly schemes: Map<number, SimulatedScheme>;
  readonly levels: Map<string, SimulatedLevel>;
  readonly fields: Map<string, SimulatedField>;
  readonly projects: Map<string, SimulatedProject>;
  readonly issues: Map<string, SimulatedIssue>;
  /** Keys that issues had before they were moved. */
  readonly oldKeys: Map<string, string>;
  /** Worklog → when it was deleted. */
  readonly deletedWorklogs: Map<string, number>;
  /** The account that reads; its global rights. */
  readonly ourAccount: string;
  readonly ourRights: Set<'ADMINISTER' | 'USER_PICKER'>;
  /** Zone of our account's profile: dates of a query are read in it. */
  timeZone: string;
  /** Milliseconds; passes a little with every change. */
  now: number;
  /** Issues whose last change the search does not know yet, with what it knows instead: undefined is nothing. */
  readonly lagging: Map<string, number | undefined>;
  counter: number;
}

export function nextId(world: JiraWorld): string {
  return String(++world.counter);
}

/** Time passes: seven minutes, unless said otherwise. */
export function later(world: JiraWorld, ms = 7 * 60_000): number {
  world.now += ms;
  return world.now;
}
