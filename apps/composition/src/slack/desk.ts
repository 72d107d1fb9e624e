import type { Asker } from '@fumikura/answering';
import type { AuditEvent, Withheld } from '@fumikura/audit';
import { AppError, toAppError } from '@fumikura/errors';
import type { DocumentId, PersonId } from '@fumikura/model';
import type { AccessFilter, DocumentRecord } from '@fumikura/ports';
import type { Desk, DocumentCard, Place } from '@fumikura/slack-bot';
import { audited } from '../audit.ts';
import type { Installation } from '../installation.ts';
import { searchedAddress, sameAddress } from './address.ts';

/** Hits among which the document of an address is looked for. */
const LOOKED_THROUGH = 50;

/** Slack's bot on the same knowledge, rights and records as everything else. */
export function slackDesk(installation: Installation): Desk {
  const { answering, knowledge, audit, store } = installation;
  const { catalog } = store;
  const cardsOf = async (ids: readonly DocumentId[], filter: AccessFilter): Promise<DocumentCard[]> => {
    const readable = await knowledge.stillReadable(ids, filter);
    return (await catalog.readable([...readable], filter)).map(cardOf);
  };
  return {
    ask: (person, { text, earlier, sources }, place, signal) => {
      const event = eventOf(person, place, { action: 'answer', via: 'slack ask', query: text });
      return recorded(installation, event, { person, tool: 'ask_question', signal }, (asker) =>
        answering.ask(text, asker, {
          ...(earlier !== undefined && { context: earlier }),
          ...(sources && { filter: { sources } }),
        }),
      );
    },
    summarize: (person, target, place, signal) => {
      const query = 'query' in target ? { query: target.query } : {};
      const event = eventOf(person, place, { action: 'answer', via: 'slack summarize', ...query });
      return recorded(installation, event, { person, tool: 'create_summary', signal }, (asker) =>
        answering.summarize(target, asker),
      );
    },
    search: (person, { text, cursor, sources }, place, signal) => {
      const event = eventOf(person, place, { action: 'search', via: 'slack search', query: text });
      return audited(audit, catalog, event, async () => {
        const filter = await filterOf(installation, person, 'search_knowledge');
        const withheld: Withheld[] = [];
        const query = {
          query: text,
          ...(cursor !== undefined && { cursor }),
          ...(sources && { filter: { sources } }),
        };
        const page = await knowledge.search(query, filter, signal, (found) => withheld.push(...found));
        const shown = page.hits.flatMap(({ id, duplicates }) => [id, ...duplicates.map((each) => each.id)]);
        return { value: page, shown, withheld };
      });
    },
    readable: async (person, ids) => {
      const filter = await unlessNobody(filterOf(installation, person, 'get_document'));
      return filter ? knowledge.stillReadable(ids, filter) : new Set();
    },
    recheck: async (person, answer, place) => {
      const access = await filterOf(installation, person, 'ask_question');
      const event = eventOf(person, place, { action: 'answer', via: 'slack recheck' });
      return answering.recheck(answer, {
        ...askerOf(installation, person, access, AbortSignal.timeout(installation.config.search.deadlineMs)),
        beforeShown: (shown) => audit.record({ ...event, outcome: 'done', shown }),
      });
    },
    documentAt: async (person, url) => {
      const filter = await unlessNobody(filterOf(installation, person, 'get_document'));
      const query = searchedAddress(url);
      if (!filter || query === '') return undefined;
      const signal = AbortSignal.timeout(installation.config.search.deadlineMs);
      const { hits } = await knowledge.search({ query, limit: LOOKED_THROUGH }, filter, signal);
      const found = hits.flatMap((hit) => [hit, ...hit.duplicates]).find((hit) => sameAddress(hit.url, url));
      return found && (await cardsOf([found.id], filter))[0];
    },
    cards: async (person, ids) => cardsOf(ids, await filterOf(installation, person, 'get_document')),
    sources: async (person) => knowledge.sources(await filterOf(installation, person, 'list_sources')),
    record: (person, place, { withheld = [], details = {}, ...event }) =>
      audit.record({
        ...eventOf(person, place, event),
        withheld: withheld.map((id) => ({ id, reason: 'not-allowed' })),
        outcome: event.outcome,
        details: { ...details, ...placeOf(place) },
      }),
  };
}

type Deed = Omit<AuditEvent, 'actor' | 'client' | 'outcome'>;

function eventOf(person: PersonId | undefined, place: Place, event: Deed): Deed & Partial<AuditEvent> {
  return {
    ...event,
    ...(person && { actor: { issuer: person.issuer, subject: person.subject } }),
    client: { channel: 'slack', name: `${place.team}/${place.user}` },
    details: placeOf(place),
  };
}

function placeOf({ team, channel, user, kind }: Place): NonNullable<AuditEvent['details']> {
  return { team, channel, user, place: kind };
}

function cardOf({ id, title, url, source, authors, updatedAt }: DocumentRecord): DocumentCard {
  return { id, title, url, source, authors: authors ?? [], ...(updatedAt !== undefined && { updatedAt }) };
}

/**
 * The rights of this moment. Links outlive persons: whoever is no person any more is nobody, also for what anyone may
 * read.
 * @throws AppError PERSON_UNKNOWN, ROLE_MISSING (permission)
 */
async function filterOf(installation: Installation, person: PersonId, tool: string): Promise<AccessFilter> {
  const { access, directory, rightsOf } = installation;
  if ((await directory.principalsOf(person)).length === 0)
    throw new AppError('PERSON_UNKNOWN', 'permission', 'linked to nobody who is a person here', {
      publicMessage: 'You are not known to Fumikura any more. Ask whoever runs it.',
    });
  if (!rightsOf(person).mayUse(tool))
    throw new AppError('ROLE_MISSING', 'permission', `no role includes ${tool}`, {
      publicMessage: 'Your roles do not include this.',
    });
  return access.filterFor(person);
}

async function unlessNobody(filter: Promise<AccessFilter>): Promise<AccessFilter | undefined> {
  return filter.catch((cause: unknown) => {
    if (toAppError(cause).kind === 'permission') return undefined;
    throw cause;
  });
}

function askerOf(
  installation: Installation,
  person: PersonId,
  access: AccessFilter,
  signal: AbortSignal,
): Asker {
  return {
    ...{ access, signal, person: `${person.issuer}#${person.subject}` },
    accessNow: () => filterOf(installation, person, 'ask_question'),
  };
}

interface Asking {
  readonly person: PersonId;
  readonly tool: string;
  readonly signal: AbortSignal;
}

/** Each document is written down before anything of it is shown, and the end as well. */
async function* recorded<T>(
  installation: Installation,
  event: Deed & Partial<AuditEvent>,
  { person, tool, signal }: Asking,
  work: (asker: Asker) => AsyncIterable<T>,
): AsyncIterable<T> {
  const withheld: Withheld[] = [];
  const write = ({ phase, ...more }: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent> & { phase: string }) =>
    installation.audit.record({ ...event, ...more, details: { ...event.details, phase } });
  try {
    const access = await filterOf(installation, person, tool);
    yield* work({
      ...askerOf(installation, person, access, signal),
      accessNow: () => filterOf(installation, person, tool),
      beforeShown: (shown) => write({ outcome: 'done', shown, phase: 'shown' }),
      onWithheld: (documents) => withheld.push(...documents),
    });
    await write({ outcome: 'done', withheld, phase: 'ended' });
  } catch (cause) {
    const { code, kind } = toAppError(cause);
    await write({ outcome: kind === 'internal' ? 'failed' : 'refused', code, phase: 'ended' });
    throw cause;
  }
}
