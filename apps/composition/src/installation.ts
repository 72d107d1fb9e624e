import { availableParallelism, userInfo } from 'node:os';
import { createAccess, LOCAL_ISSUER } from '@fumikura/access';
import { createAnswering } from '@fumikura/answering';
import type { Answering } from '@fumikura/answering';
import type { Access, Directory, RightsOf } from '@fumikura/access';
import type { AuditTrail } from '@fumikura/audit';
import type { Config } from '@fumikura/config';
import { createDocumentPipeline } from '@fumikura/documents';
import { AppError, toAppError } from '@fumikura/errors';
import { sweepFolders } from '@fumikura/http';
import { createIngest } from '@fumikura/ingest';
import type { Ingest } from '@fumikura/ingest';
import { withoutWarnings } from '@fumikura/logging';
import type { Logger } from '@fumikura/logging';
import type { Person } from '@fumikura/model';
import type { PeopleStore } from '@fumikura/ports';
import { createFeedback, createKnowledge, fusionWeights } from '@fumikura/retrieval';
import type { BoostSettings, Feedback, Knowledge } from '@fumikura/retrieval';
import type { RebuildOptions } from '@fumikura/store-sqlite';
import { auditedIngest, openAudit } from './audit.ts';
import { keepPlace } from './audit-places/places.ts';
import { createChunking, requireChunking } from './chunking.ts';
import type { Chunking } from './chunking.ts';
import { watchCommits } from './commits.ts';
import type { Variables } from './connectors/secrets.ts';
import { installEmbedder } from './embedding.ts';
import type { InstalledEmbedder } from './embedding.ts';
import type { OnChanged } from './commits.ts';
import { installModel } from './language-model.ts';
import { installLateCheck } from './late-check.ts';
import type { InstalledLateCheck } from './late-check.ts';
import { liveKnowledge } from './live.ts';
import { installOwnRights } from './own-rights.ts';
import type { InstalledOwnRights } from './own-rights.ts';
import { narrowedByRoles } from './narrowed.ts';
import { tellOpenKey } from './open-key.ts';
import { openPeople } from './people/live-people.ts';
import type { LivePeople } from './people/live-people.ts';
import type { PeopleConfig } from './people/people.ts';
import { installReranker } from './rerankers.ts';
import { openPeopleStore } from './people/provisioned.ts';
import { openStore } from './store.ts';
import { installSynonyms } from './synonyms.ts';
import type { InstalledStore } from './store.ts';

/** Everything one process works with, put together from a configuration. */
export interface Installation {
  readonly config: Config;
  readonly store: InstalledStore;
  readonly chunking: Chunking;
  readonly access: Access;
  readonly knowledge: Knowledge;
  /** Answers and summaries, over the same knowledge. */
  readonly answering: Answering;
  /** Every run is written down. */
  readonly ingest: Ingest;
  /** Absent when the configuration names none: then words alone are compared. */
  readonly embedder?: InstalledEmbedder;
  readonly audit: AuditTrail;
  /** What people say of documents. */
  readonly feedback: Feedback;
  /** Who people are, at each moment; the two below ask it. */
  readonly people: LivePeople;
  readonly peopleStore: PeopleStore;
  /** What the roles of somebody include. */
  readonly rightsOf: RightsOf;
  readonly directory: Directory;
  /** Asks sources before something of theirs is shown, where their readers are too old. */
  readonly lateCheck: InstalledLateCheck;
  /** Asks sources as their people, with tokens that are exchanged for theirs. */
  readonly ownRights: InstalledOwnRights;
  /**
   * The person who sits at this machine: the one whose `osUser` is the login name; the owner when the configuration
   * names no login at all.
   * @throws AppError PERSON_UNKNOWN (config) when the configuration names none
   */
  localPerson(): Person;
  /**
   * Calls back with the ids after each commit that touched documents: of any process where the store tells, else of this
   * one. @returns the way to stop it
   */
  readonly onChanged: OnChanged;
  close(): Promise<void>;
}

export interface OpenOptions {
  readonly logger: Logger;
  /** `one-shot` runs the store in this thread, which starts faster and blocks it; `service` uses threads. */
  readonly mode: 'one-shot' | 'service';
  /** When another version's tokeniser made the index, it is made anew before this opens: told and ended by these. */
  readonly rebuild?: RebuildOptions;
  /** Of the process, for secrets that lie there; default none. */
  readonly variables?: Variables;
  /** Chunks of another size than the configuration asks for are no reason to refuse: they are about to be changed. */
  readonly isRecutting?: boolean;
}

export async function openInstallation(
  config: Config,
  { logger, mode, rebuild, variables = {}, isRecutting = false }: OpenOptions,
): Promise<Installation> {
  // Before anything is opened that would have to be closed when it cannot be used.
  const synonyms = await installSynonyms(config, logger, { isOneShot: mode === 'one-shot' });
  const audit = openAudit(config, logger, variables);
  const store = await openStore(config, { inline: mode === 'one-shot', ...(rebuild && { rebuild }) });
  // Once: who waits for stores that are not there yet comes by here again and again, and a short command is not worth it.
  if (mode === 'service') tellOpenKey(config.stores, logger);
  const chunking = createChunking(store);
  if (!isRecutting)
    await requireChunking(config, store).catch(async (error: unknown) => {
      await store.close();
      await audit.close();
      throw error;
    });
  const pipeline = createDocumentPipeline({
    workers: config.parsing.workers || Math.max(1, availableParallelism() - 1),
    limits: { maxBytes: config.parsing.maxBytes, timeoutMs: config.parsing.timeoutMs },
    chunking: () => chunking.forDocuments(),
  });
  const commits = watchCommits(store);
  const peopleStore = await openPeopleStore(config, store.catalog.state, logger);
  const people = await openPeople({
    config,
    catalog: store.catalog,
    logger,
    store: peopleStore,
    isOneShot: mode === 'one-shot',
  });
  const { directory, rightsOf } = people;
  await keepPlace(config, store.catalog.state).catch((cause: unknown) =>
    // The next one that opens says it; what is asked now is not in the way of it.
    logger.warn('audit.place.not-kept', { message: toAppError(cause).message }),
  );
  if (mode === 'service') sweep(logger);
  const embedder = installEmbedder(config, store, logger, {
    chunking,
    variables,
    isOneShot: mode === 'one-shot',
  });
  // Whoever asks one question reads in its reply what was missing; operators of a service read it in the log.
  const asking = mode === 'one-shot' ? withoutWarnings(logger) : logger;
  const ownRights = installOwnRights(config, { logger: asking, variables });
  people.onChanged(() => ownRights.clear());
  const lateCheck = installLateCheck(config, store.catalog, asking, variables, ownRights);
  const rerank = installReranker(config, variables, asking);
  const model = installModel(config, variables, { embedder, logger: asking });
  const feedback = createFeedback(store.catalog.state);
  const allKnowledge = await createKnowledge({
    store,
    lateCheck,
    freshnessMs: config.freshnessMinutes * 60_000,
    deadlineMs: config.search.deadlineMs,
    ...(embedder && { embedQuery: embedder.embedQuery, fusion: fusionWeights(config.embedder?.weight) }),
    ...(config.search.boosts && { boosts: boostsOf(config.search.boosts) }),
    feedback,
    ...(synonyms && { synonyms: () => synonyms.now() }),
    ...(rerank && { rerank }),
    // A process that ends after one question has nothing to use again.
    ...(mode === 'one-shot' && { cacheBytes: 0 }),
    notesQuestions: mode === 'service' && config.audit.queryText === 'keep',
    onWithoutNotes: ({ code, message }) => logger.warn('search.without-notes', { code, message }),
    onWithoutVectors: ({ code, message }) => {
      asking.warn('search.without-vectors', { code, message });
      if (code === 'FINGERPRINT_MISMATCH') embedder?.reconsider();
    },
  });
  const narrowed = narrowedByRoles(
    createAccess(store.catalog, directory),
    allKnowledge,
    store.catalog,
    rightsOf,
  );
  const live = {
    config,
    store,
    documents: pipeline,
    logger: asking,
    variables,
    maySee: narrowed.maySee,
    ownRights,
  };
  return {
    config,
    store,
    chunking,
    ...(embedder && { embedder }),
    access: narrowed.access,
    feedback,
    knowledge: liveKnowledge(narrowed.knowledge, live),
    answering: createAnswering({ knowledge: narrowed.knowledge, ...(model && { model }) }),
    people,
    peopleStore,
    directory,
    lateCheck,
    ownRights,
    rightsOf,
    ingest: auditedIngest(createIngest({ store: commits.store, documents: pipeline, logger }), audit),
    audit,
    localPerson: () => localPerson(people.now().config),
    onChanged: store.onChanged ?? commits.onChanged,
    close: async () => {
      await people.close();
      await lateCheck.close();
      await ownRights.close();
      await embedder?.close();
      await rerank?.close();
      await pipeline.close();
      synonyms?.close();
      await allKnowledge.close();
      await audit.close();
      await store.close();
    },
  };
}

/** In nobody's way: what cannot be swept now is swept by the next one that starts. */
function sweep(logger: Logger): void {
  sweepFolders().then(
    (folders) => folders > 0 && logger.info('folders.swept', { folders }),
    (cause: unknown) => logger.warn('folders.not-swept', { message: toAppError(cause).message }),
  );
}

function boostsOf(settings: NonNullable<Config['search']['boosts']>): BoostSettings {
  const { recency, feedback, links, people, ...boosts } = settings;
  return {
    ...boosts,
    ...(recency && { recency }),
    ...(feedback && { feedback }),
    ...(links && { links }),
    ...(people && { people }),
  };
}

/** @throws AppError PERSON_UNKNOWN (config) */
export function localPerson({ persons, file, owner, left }: Omit<PeopleConfig, 'signIn'>): Person {
  const login = userInfo().username;
  // Without any login named, the installation is one person's: who runs it can read its files anyway.
  const isOnePersons = persons.every(({ osUser }) => osUser === undefined);
  const person = isOnePersons ? { id: owner, name: owner } : persons.find(({ osUser }) => osUser === login);
  if (person && !left.includes(person.id))
    return { issuer: LOCAL_ISSUER, subject: person.id, name: person.name ?? person.id };
  throw new AppError('PERSON_UNKNOWN', 'config', `no person with osUser ${login}`, {
    publicMessage: `Nobody in ${file} has the login name "${login}". Add "osUser: ${login}" to the person you are.`,
  });
}
