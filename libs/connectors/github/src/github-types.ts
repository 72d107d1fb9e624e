/** The parts of GitHub's answers that are read. What newer answers hold, older servers may leave out. */
export interface Account {
  readonly id: number;
  readonly login: string;
  readonly type?: string;
}

export type Author = { readonly login?: string | null } | null | undefined;

export interface Repository {
  readonly id: number;
  readonly node_id: string;
  readonly name: string;
  readonly full_name: string;
  readonly owner: Account;
  readonly private: boolean;
  /** Missing from old servers. */
  readonly visibility?: string;
  readonly html_url: string;
  readonly default_branch?: string;
  readonly has_issues?: boolean;
  readonly has_pull_requests?: boolean;
  readonly has_discussions?: boolean;
  readonly has_wiki?: boolean;
  readonly disabled?: boolean;
}

export interface TreeEntry {
  readonly path: string;
  readonly mode: string;
  readonly type: string;
  readonly sha: string;
  readonly size?: number;
}

export interface Tree {
  readonly sha: string;
  readonly tree: readonly TreeEntry[];
  readonly truncated?: boolean;
}

export interface Comparison {
  readonly status: string;
  readonly files?: readonly {
    readonly filename: string;
    readonly previous_filename?: string;
    readonly status: string;
  }[];
}

interface Timed {
  readonly created_at: string;
  readonly updated_at: string;
}

/** An issue or a pull request; as a pull request is listed, `comments` is missing. */
export interface Issue extends Timed {
  readonly number: number;
  readonly title: string;
  readonly body?: string | null;
  readonly state: string;
  readonly html_url: string;
  readonly url: string;
  readonly user?: Author;
  readonly labels?: readonly (string | { readonly name?: string | null })[];
  readonly assignees?: readonly Author[] | null;
  readonly milestone?: { readonly title?: string } | null;
  readonly comments?: number;
  readonly pull_request?: { readonly merged_at?: string | null } | null;
  readonly merged_at?: string | null;
}

export interface Comment extends Timed {
  readonly id: number;
  readonly body?: string | null;
  readonly user?: Author;
  readonly issue_url?: string;
  readonly pull_request_url?: string;
  /** Of review comments: the file they are about. */
  readonly path?: string;
}

export interface Review {
  readonly id: number;
  readonly body?: string | null;
  readonly state: string;
  readonly user?: Author;
  readonly submitted_at?: string | null;
}

export interface Release {
  readonly id: number;
  readonly tag_name: string;
  readonly name?: string | null;
  readonly body?: string | null;
  readonly draft?: boolean;
  readonly prerelease?: boolean;
  readonly created_at: string;
  readonly published_at?: string | null;
  readonly updated_at?: string | null;
  readonly html_url: string;
  readonly author?: Author;
}

export interface Organisation {
  readonly id: number;
  readonly login: string;
  readonly default_repository_permission?: string | null;
}

export interface Collaborator extends Account {
  readonly permissions?: { readonly pull?: boolean };
}

export interface Team {
  readonly id: number;
  readonly slug: string;
}

/** Of GraphQL. */
export interface Connection<T> {
  readonly totalCount?: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor?: string | null };
  readonly nodes?: readonly (T | null)[] | null;
}

export interface DiscussionComment {
  readonly id: string;
  readonly body: string;
  readonly author?: Author;
  readonly createdAt: string;
  readonly isAnswer?: boolean;
  readonly replies?: Connection<DiscussionComment>;
}

export interface Discussion {
  readonly id: string;
  readonly number: number;
  readonly title: string;
  readonly body: string;
  readonly url: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly author?: Author;
  readonly category?: { readonly name?: string } | null;
  readonly comments: Connection<DiscussionComment>;
}
