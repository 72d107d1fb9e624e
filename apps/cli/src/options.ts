/** What each command is given beside its arguments, as the command line names it. */

export interface AddOptions {
  readonly name?: string;
  readonly reader?: readonly string[];
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

export interface DeadLetterOptions {
  readonly retry?: boolean;
}

export interface SyncOptions {
  readonly retryFailed?: boolean;
  readonly full?: boolean;
  readonly permissions?: boolean;
  readonly directory?: boolean;
  readonly dryRun?: boolean;
  readonly allowRemovals?: boolean;
  readonly watch?: boolean;
}

export interface SearchOptions {
  readonly limit?: number;
  readonly source?: readonly string[];
  readonly kind?: readonly string[];
  readonly language?: readonly string[];
  readonly author?: readonly string[];
  readonly label?: readonly string[];
  readonly after?: string;
  readonly before?: string;
  readonly cursor?: string;
  readonly explain?: boolean;
}

export interface GetOptions {
  readonly section?: string;
  readonly outline?: boolean;
  readonly maxTokens?: number;
  readonly cursor?: string;
}

export interface UpOptions {
  readonly host?: string;
  readonly port?: number;
  readonly watch: boolean;
}

export interface StartOptions {
  readonly port?: number;
  readonly serve: boolean;
}

export interface DemoOptions extends StartOptions {
  readonly folder?: string;
  /** Person id of the company's askers. */
  readonly as?: string;
}

export interface EvalOptions {
  readonly corpus?: string;
  readonly queries?: number;
  readonly compare?: string;
  readonly output?: string;
}
