import { askingAs, createLateCheck } from '@fumikura/access';
import type { LateChecker, OwnRightsOf } from '@fumikura/access';
import type { Config } from '@fumikura/config';
import { toAppError } from '@fumikura/errors';
import type { Logger } from '@fumikura/logging';
import type { SourceId } from '@fumikura/model';
import type { Catalog, Connector } from '@fumikura/ports';
import { connectorFor } from './connectors/registry.ts';
import type { Variables } from './connectors/secrets.ts';

/** How old the readers of a source are is looked up again after so long. */
const LOOK_AGAIN_MS = 5_000;
/** Runs among which the last one that read readers is looked for; beyond them it is too long ago. */
const RUNS = 100;

export interface InstalledLateCheck extends LateChecker {
  /** End of the last whole reading of who may read, ISO 8601 UTC. */
  readersAt(source: SourceId): Promise<string | undefined>;
  close(): Promise<void>;
}

/** Asks the configured sources; a connector is made when it is first needed, for this alone. */
export function installLateCheck(
  config: Config,
  catalog: Catalog,
  logger: Logger,
  variables: Variables,
  ownRights: OwnRightsOf,
): InstalledLateCheck {
  const connectors = new Map<SourceId, Connector>();
  const looked = new Map<SourceId, { readonly at: number; readonly age: Promise<string | undefined> }>();
  const connector = (id: SourceId): Connector | undefined => {
    const source = config.sources.find((each) => each.id === id);
    const made = connectors.get(id) ?? (source && connectorFor(source, config, { logger, variables }));
    if (made) connectors.set(id, made);
    return made;
  };
  const readersAt = (source: SourceId) => {
    const last = looked.get(source);
    if (last && Date.now() - last.at < LOOK_AGAIN_MS) return last.age;
    const age = lastReading(catalog, source);
    looked.set(source, { at: Date.now(), age });
    return age;
  };
  const { budgetMs, cacheSeconds, readersMinutes, when } = config.lateCheck;
  const checker = createLateCheck({
    budgetMs,
    cacheMs: cacheSeconds * 1_000,
    askOf: (source, access) => {
      try {
        const made = connector(source);
        const ask = made?.mayRead?.bind(made);
        if (ownRights.isFor(source, access))
          return { ask: askingAs(ownRights, source, access, ask), isOwn: true };
        return ask && { ask, isOwn: false };
      } catch (cause) {
        // A secret that cannot be read, most likely: nothing of the source is confirmed, and the others go on.
        logger.warn('late-check.unavailable', { sourceId: source, message: toAppError(cause).message });
        return { ask: () => failing(cause), isOwn: false };
      }
    },
    whenOf: async (source) => {
      const own = config.sources.find(({ id }) => id === source)?.lateCheck ?? when;
      if (own !== 'stale') return own === 'always' ? 'always' : 'not-due';
      const at = await readersAt(source);
      const isFresh = at !== undefined && Date.now() - Date.parse(at) <= readersMinutes * 60_000;
      return isFresh ? 'not-due' : 'due';
    },
  });
  return {
    ...checker,
    readersAt,
    close: async () => {
      checker.stop();
      await Promise.all([...connectors.values()].map((each) => each.close?.()));
    },
  };
}

async function* failing(cause: unknown): AsyncGenerator<never> {
  throw cause;
}

async function lastReading(catalog: Catalog, source: SourceId): Promise<string | undefined> {
  const runs = await catalog.runs(source, RUNS);
  return runs
    .filter(({ outcome, passes }) => outcome === 'completed' && passes.includes('access'))
    .map(({ endedAt }) => endedAt)
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
}
