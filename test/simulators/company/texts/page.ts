export interface WrittenPage {
  readonly title: string;
  /** Title of the page above, which is written before. */
  readonly parent?: string;
  readonly author: string;
  /** Paragraphs by line. */
  readonly text: string;
  readonly labels?: readonly string[];
  /** A restriction of this page and of what lies below. */
  readonly readers?: { readonly users?: readonly string[]; readonly groups: readonly string[] };
  /** Who, and what. */
  readonly comments?: readonly (readonly [author: string, text: string])[];
}
