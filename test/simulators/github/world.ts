/** An enterprise on GitHub in memory: people, organisations with teams, repositories with everything in them. */
export interface SimulatedUser {
  readonly id: number;
  login: string;
  name: string | null;
  /** Shown on the profile; hidden when absent. */
  email?: string;
  /** Verified by GitHub, in domains that the organisation has verified. */
  verified?: readonly string[];
  /** What the organisation's sign-in service calls them. */
  nameId?: string;
}

export type Role = 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface SimulatedTeam {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  parent?: number;
  isSecret: boolean;
  /** Direct members; those of child teams count as members too. */
  readonly members: Set<number>;
}

export interface SimulatedOrganisation {
  readonly id: number;
  login: string;
  /** Of the enterprise that the internal repositories are open to. */
  readonly enterprise: string;
  basePermission: 'none' | 'read' | 'write' | 'admin';
  readonly members: Map<number, 'admin' | 'member'>;
  readonly teams: Map<number, SimulatedTeam>;
  /** Members sign in at a service of the organisation's own. */
  hasSignIn?: boolean;
  /** Our account is refused what proves who members are. */
  hidesIdentities?: boolean;
}

export interface SimulatedFile {
  readonly kind: 'file' | 'symlink' | 'submodule';
  readonly bytes: Buffer;
  /** Not in archives: `export-ignore`, or its text replaced there. */
  readonly archived?: 'left-out' | 'altered';
}

export interface SimulatedCommit {
  readonly sha: string;
  readonly parent?: string;
  readonly files: ReadonlyMap<string, SimulatedFile>;
}

export interface SimulatedComment {
  readonly id: number;
  readonly author: number | null;
  body: string;
  readonly createdAt: string;
  updatedAt: string;
  /** Of review comments. */
  readonly path?: string;
}

export interface SimulatedReview {
  readonly id: number;
  readonly author: number | null;
  readonly state: 'APPROVED' | 'CHANGES_REQUESTED' | 'COMMENTED' | 'PENDING';
  readonly body: string;
  readonly submittedAt: string;
}

export interface SimulatedIssue {
  readonly number: number;
  readonly isPull: boolean;
  title: string;
  body: string | null;
  readonly author: number | null;
  state: 'open' | 'closed';
  labels: string[];
  readonly createdAt: string;
  updatedAt: string;
  readonly comments: SimulatedComment[];
  readonly reviewComments: SimulatedComment[];
  readonly reviews: SimulatedReview[];
}

export interface SimulatedDiscussion {
  readonly number: number;
  title: string;
  body: string;
  readonly author: number | null;
  readonly category: string;
  readonly createdAt: string;
  updatedAt: string;
  readonly comments: (SimulatedComment & { readonly replies: SimulatedComment[]; isAnswer: boolean })[];
}

export interface SimulatedRelease {
  readonly id: number;
  readonly tag: string;
  name: string | null;
  body: string | null;
  isDraft: boolean;
  readonly createdAt: string;
}

export interface SimulatedRepository {
  readonly id: number;
  name: string;
  /** Login of an organisation or of a person. */
  owner: string;
  visibility: 'public' | 'internal' | 'private';
  defaultBranch: string;
  /** Branch → commit; none of them in an empty repository. */
  readonly branches: Map<string, string>;
  /** A commit that was collected as garbage is missing. */
  readonly commits: Map<string, SimulatedCommit>;
  hasIssues: boolean;
  hasPulls: boolean;
  hasDiscussions: boolean;
  hasWiki: boolean;
  readonly issues: Map<number, SimulatedIssue>;
  readonly discussions: Map<number, SimulatedDiscussion>;
  readonly releases: Map<number, SimulatedRelease>;
  readonly teams: Map<number, Role>;
  readonly collaborators: Map<number, Role>;
  /** Asked and not accepted yet: no access. */
  readonly invited: Map<number, Role>;
  /** `owner/name` it had before. */
  readonly formerNames: Set<string>;
  /** Issue number → where it went. */
  readonly transferred: Map<number, { readonly repository: number; readonly number: number }>;
  lastNumber: number;
  pushedAt: string;
}

export type Account =
  | {
      readonly kind: 'app';
      /** Whose installation it is. */
      readonly organisation: string;
      readonly repositories: 'all' | Set<number>;
      /** Whether the base permission of the organisation is told. */
      seesBasePermission: boolean;
    }
  | { readonly kind: 'token'; readonly user: number };

export interface GithubWorld {
  readonly users: Map<number, SimulatedUser>;
  readonly organisations: Map<string, SimulatedOrganisation>;
  readonly repositories: Map<number, SimulatedRepository>;
  account: Account;
  /** Milliseconds since 1970; moves with each change. */
  now: number;
  lastId: number;
}

export function nextId(world: GithubWorld): number {
  return ++world.lastId;
}

/** The time of a change, a second after the one before it unless they share theirs. */
export function tick(world: GithubWorld, ms = 1_000): string {
  world.now += ms;
  return new Date(world.now).toISOString().replace('.000Z', 'Z');
}
