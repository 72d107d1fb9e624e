/** What is read of Jira's answers. Anything may be missing: sites differ, and recordings lack fields that are described. */
export interface JiraUser {
  readonly accountId?: string | null;
  readonly accountType?: string | null;
  /** Data Center: the key never changes, the name is for signing in. */
  readonly key?: string | null;
  readonly name?: string | null;
  readonly displayName?: string | null;
  readonly emailAddress?: string | null;
  readonly active?: boolean | null;
  readonly timeZone?: string | null;
}

export interface JiraGroup {
  readonly groupId?: string | null;
  readonly name?: string | null;
}

export interface JiraProject {
  readonly id: string;
  readonly key?: string | null;
  readonly name?: string | null;
  readonly projectTypeKey?: string | null;
  readonly simplified?: boolean | null;
  readonly style?: string | null;
  readonly isPrivate?: boolean | null;
  readonly lead?: JiraUser | null;
}

export interface JiraVisibility {
  readonly type?: string | null;
  readonly value?: string | null;
  readonly identifier?: string | null;
}

export interface JiraComment {
  readonly id?: string;
  readonly author?: JiraUser | null;
  readonly body?: unknown;
  readonly created?: string | null;
  readonly updated?: string | null;
  readonly visibility?: JiraVisibility | null;
  readonly jsdPublic?: boolean | null;
  readonly properties?: readonly { readonly key?: string; readonly value?: unknown }[] | null;
}

export interface JiraWorklog {
  readonly id?: string;
  readonly author?: JiraUser | null;
  readonly comment?: unknown;
  readonly started?: string | null;
  readonly updated?: string | null;
  readonly timeSpent?: string | null;
  readonly visibility?: JiraVisibility | null;
}

export interface JiraAttachment {
  readonly id?: string | number;
  readonly filename?: string;
  readonly mimeType?: string;
  readonly size?: number;
  readonly created?: string;
  readonly author?: JiraUser | null;
  readonly content?: string;
}

export interface JiraHistory {
  readonly created?: string | number | null;
  readonly author?: JiraUser | null;
  readonly items?: readonly {
    readonly field?: string | null;
    readonly fromString?: string | null;
    readonly toString?: unknown;
  }[];
}

export interface JiraRelated {
  readonly id?: string;
  readonly key?: string;
}

export interface JiraLink {
  readonly type?: { readonly inward?: string; readonly outward?: string; readonly name?: string };
  readonly inwardIssue?: JiraRelated;
  readonly outwardIssue?: JiraRelated;
}

export interface JiraIssue {
  readonly id: string;
  readonly key?: string;
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly changelog?: { readonly histories?: readonly JiraHistory[] };
}

export interface JiraHolder {
  readonly type?: string;
  readonly parameter?: string | null;
  readonly value?: string | null;
  readonly user?: JiraUser | null;
  readonly group?: JiraGroup | null;
}

export interface JiraScheme {
  readonly permissions?: readonly { readonly permission?: string; readonly holder?: JiraHolder }[];
}

export interface JiraRole {
  readonly id?: number;
  readonly name?: string;
  readonly actors?: readonly {
    readonly type?: string;
    readonly name?: string | null;
    readonly actorUser?: JiraUser | null;
    readonly actorGroup?: JiraGroup | null;
  }[];
}

export interface JiraLevelMember {
  readonly issueSecurityLevelId?: string;
  readonly holder?: JiraHolder;
}

export interface JiraField {
  readonly id: string;
  readonly name?: string;
  readonly custom?: boolean;
  readonly schema?: { readonly type?: string; readonly custom?: string };
}

export interface OffsetPage<T> {
  readonly values?: readonly T[];
  readonly isLast?: boolean;
  readonly total?: number;
}
