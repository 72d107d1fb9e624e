/** What a person is told and asked when they add a source of this kind. Asked in order; each path is a flag too. */
export interface SourceSetup {
  /** For a list of kinds: `SharePoint through Microsoft Graph`. */
  readonly title: string;
  /** What to do in the source's own screens to get the account and its secret; one step an entry. */
  readonly steps: readonly string[];
  /** Rights of that account, the least ones first, with what stays closed or unread where one is not given. */
  readonly rights: readonly { readonly right: string; readonly without: string }[];
  readonly fields: readonly SetupField[];
}

export interface SetupField {
  /** Where it lies in the source's configuration, by dots: `credential.secret`. */
  readonly path: string;
  readonly question: string;
  /**
   * `text`: one value. `list`: several, parted by commas. `secret`: never shown, stored apart from the configuration.
   * `file`: the path of a file that holds the secret.
   */
  readonly kind: 'text' | 'list' | 'secret' | 'file';
  /** The only values allowed, with what each means. */
  readonly choices?: readonly { readonly value: string; readonly means: string }[];
  readonly example?: string;
  /** Taken when nothing is answered; a field without one must be answered unless it is optional. */
  readonly default?: string;
  readonly isOptional?: boolean;
  /** Asked only where an earlier field has this value; that field may exist for this alone. */
  readonly when?: { readonly path: string; readonly is: string };
  /** For few: a flag, and never a question. */
  readonly isFlagOnly?: boolean;
  /** Steers later questions and is not written into the configuration. */
  readonly isChoiceOnly?: boolean;
}
