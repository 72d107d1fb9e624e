import type { GroupName } from '../people.ts';

export interface WrittenRepository {
  readonly name: string;
  readonly visibility: 'public' | 'internal' | 'private';
  readonly teams: readonly GroupName[];
  /** People from outside, or single ones. */
  readonly collaborators?: readonly string[];
  readonly files: Readonly<Record<string, string>>;
  readonly issues?: readonly (readonly [
    title: string,
    author: string,
    body: string,
    ...comments: string[],
  ])[];
  readonly pulls?: readonly (readonly [title: string, author: string, body: string, review: string])[];
  readonly discussions?: readonly (readonly [title: string, body: string, answer: string])[];
  /** Newest last. */
  readonly releases?: readonly (readonly [tag: string, note: string])[];
}
