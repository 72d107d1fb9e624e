/**
 * Somebody or some group a source knows, by the source's own unchanging id. Never an e-mail, never a display name.
 * `source` is a source id (`confluence:acme`) or `local` for persons and groups of the configuration file.
 */
export type Principal =
  'anyone' | `authenticated:${string}` | `user:${string}:${string}` | `group:${string}:${string}`;

const PRINCIPAL = /^(?:anyone|authenticated:[^\s:][^\s]*|(?:user|group):[^\s:]+(?::[^\s:]+)?:\S.*)$/u;

export function isPrincipal(value: unknown): value is Principal {
  return typeof value === 'string' && PRINCIPAL.test(value);
}

/** A person of this installation: the issuer that vouches for them and their id there. Stdio uses issuer `local`. */
export interface PersonId {
  readonly issuer: string;
  readonly subject: string;
}

export interface Person extends PersonId {
  readonly name?: string;
}
