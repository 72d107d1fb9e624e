import { explainAccess, localPrincipal, reachOf, readersOf, reviewPrincipal } from '@fumikura/access';
import type { Explanation, LateAnswer, ListVerdict } from '@fumikura/access';
import { localIdsOf, openInstallation } from '@fumikura/composition';
import type { Installation } from '@fumikura/composition';
import type { Config } from '@fumikura/config';
import { AppError } from '@fumikura/errors';
import { isPrincipal } from '@fumikura/model';
import type { PersonId, Principal, SourceId } from '@fumikura/model';
import type { AccessFilter, DocumentRecord } from '@fumikura/ports';
import type { Context } from '../context.ts';
import { requireLocalDuty } from '../duty.ts';
import { safe } from '../output.ts';
import { personOf } from '../person.ts';
import { compareReaders, printCompared } from './access-compared.ts';
import { changesSince, printSince } from './access-since.ts';
import { printPage, searchAs } from './search.ts';

/** Opens the installation for somebody who may look at rights; what they looked at is written down before it is shown. */
async function looking(
  context: Context,
  via: string,
  event: { object: string; as?: (config: Config) => PersonId },
  work: (installation: Installation, config: Config) => Promise<() => void>,
): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'access', via);
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const as = event.as?.(config);
    const { issuer, subject } = installation.localPerson();
    const show = await work(installation, config);
    await installation.audit.record({
      action: 'access',
      via,
      outcome: 'done',
      actor: { issuer, subject },
      client: { channel: 'cli' },
      object: event.object,
      ...(as && { as }),
    });
    show();
  } finally {
    await installation.close();
  }
}

export function explainCommand(context: Context, name: string, document: string): Promise<void> {
  const as = (config: Config) => personOf(config, name);
  return looking(context, 'cli access explain', { object: document, as }, async (installation, config) => {
    const { access, directory, rightsOf, store } = installation;
    const person = personOf(config, name);
    const explanation = await explainAccess(person, document, directory, store.catalog);
    const filter = await access.filterFor(person);
    const readable = await store.catalog.readable([document], filter);
    if (readable.length > 0 !== explanation.mayRead) throw disagreement(document);
    const { roles, maySee } = rightsOf(person);
    const [shown] = readable;
    const byRole = shown === undefined || maySee(shown.source);
    const source = shown && (await askSource(installation, config, shown, filter));
    return () => {
      context.output.json({ person, roles, seenByRole: byRole, ...explanation, ...(source && { source }) });
      printExplanation(context, name, explanation, roles, byRole);
      if (source) printSource(context, source);
    };
  });
}

function printExplanation(
  { output }: Context,
  name: string,
  { document, exists, mayRead, lists, deniedBy, principals }: Explanation,
  roles: readonly string[],
  byRole: boolean,
): void {
  if (!exists) return output.line(`There is no document "${safe(document)}" here.`);
  const may = mayRead && byRole;
  output.line(`${name} ${may ? 'may read' : 'may not read'} ${safe(document)}.`);
  output.line(`As ${principals} principals, with the roles ${roles.join(', ') || '(none)'}.`);
  if (mayRead && !byRole) output.line('Stopped by the roles: none includes this source.');
  for (const denied of deniedBy) output.line(`stopped by   a denial of ${safe(denied)}`);
  if (lists.length === 0) output.line('stopped by   having no readers at all');
  for (const list of lists) output.line(describe(list));
}

interface SourceSays {
  readonly source: SourceId;
  readonly says: LateAnswer;
  readonly askedAt: string;
  readonly readersAt?: string;
  /** When it is asked before the document is shown. */
  readonly when: Config['lateCheck']['when'];
}

/** Asked now, however fresh the readers are; what the lists close already, no source is asked about. */
async function askSource(
  { lateCheck }: Installation,
  config: Config,
  { id, source }: Pick<DocumentRecord, 'id' | 'source'>,
  filter: AccessFilter,
): Promise<SourceSays> {
  const readersAt = await lateCheck.readersAt(source);
  const own = config.sources.find((each) => each.id === source)?.lateCheck;
  return {
    source,
    says: await lateCheck.ask({ id, source }, filter),
    askedAt: new Date().toISOString(),
    when: own ?? config.lateCheck.when,
    ...(readersAt !== undefined && { readersAt }),
  };
}

const SAYS: Readonly<Record<LateAnswer, string>> = {
  admitted: 'may read',
  refused: 'MAY NOT read: withheld whenever the source is asked',
  'timed-out': 'nothing in time',
  failed: 'nothing: it could not be asked',
  cannot: 'nothing: it tells our account nothing of others, the lists decide',
};

function printSource({ output }: Context, { source, says, readersAt, when }: SourceSays): void {
  output.line(`source says  ${source}, asked now: ${SAYS[says]}`);
  output.line(
    `             its readers were last read whole ${readersAt ?? 'never'}; asked before showing: ${when}`,
  );
}

function describe({ list, readAt, members, admittedBy }: ListVerdict): string {
  const age = readAt === undefined ? 'never read' : `read ${readAt}`;
  if (admittedBy.length === 0) return `stopped by   ${safe(list)} (${members} members, ${age})`;
  const ways = admittedBy.map(({ path, directoryReadAt }) => {
    const read = directoryReadAt === undefined ? '' : `, directory read ${directoryReadAt}`;
    return `${path.map(safe).join(' → ')}${read}`;
  });
  return `admitted by  ${safe(list)} (${members} members, ${age}): ${ways.join('; ')}`;
}

/** Two ways to the same answer that differ: neither is shown. */
function disagreement(document: string): AppError {
  return new AppError('UNEXPECTED', 'internal', `the check and its explanation disagree about ${document}`);
}

export async function searchAsCommand(
  context: Context,
  name: string,
  query: string,
  options: { limit?: number },
): Promise<void> {
  const config = await context.config();
  await requireLocalDuty(context, config, 'access', 'cli access as');
  const as = personOf(config, name);
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  try {
    const actor = installation.localPerson();
    const page = await searchAs(context, installation, query, options, { via: 'cli access as', actor, as });
    context.output.note(`As ${name} sees it. Written down under your name and theirs.`);
    context.output.json(page);
    printPage(context.output, page);
  } finally {
    await installation.close();
  }
}

export function reviewCommand(
  context: Context,
  subject: string,
  { since }: { since?: string } = {},
): Promise<void> {
  return looking(context, 'cli access review', { object: subject }, async (installation, config) => {
    const show = await review(context, installation, config, subject);
    if (since === undefined) return () => show({});
    const [document] = await installation.store.catalog.known([subject]).then((known) => [...known.keys()]);
    const source = config.sources.find(({ id }) => subject === id || subject.startsWith(`${id}/`))?.id as
      SourceId | undefined;
    const changed = await changesSince(installation, config, since, source, document);
    const principal = principalOf(subject);
    const about = principal
      ? { principal }
      : source === subject
        ? { source: source as SourceId }
        : { document: document ?? subject };
    const compared = await compareReaders(installation, since, about);
    return () => {
      show({ changed, compared });
      printCompared(context.output, since, compared);
      printSince(context.output, changed);
    };
  });
}

/** Prints it, with what else belongs into its JSON. */
type Show = (more: Record<string, unknown>) => void;

async function review(
  context: Context,
  installation: Installation,
  config: Config,
  subject: string,
): Promise<Show> {
  const people = localIdsOf(config);
  const principal = principalOf(subject);
  if (principal) return reviewGroup(context, installation, people, principal);
  if (config.sources.some(({ id }) => id === subject))
    return reviewSource(context, installation, people, subject);
  return reviewDocument(context, installation, people, subject);
}

/** `group:hr` is of the configuration, `group:<source>:<id>` of a source. */
function principalOf(subject: string): Principal | undefined {
  if (/^group:[a-z0-9][a-z0-9._-]*$/u.test(subject)) return localPrincipal(subject);
  const isOne = /^(?:anyone$|authenticated:|group:|user:)/u.test(subject);
  return isOne && isPrincipal(subject) ? subject : undefined;
}

async function reviewGroup(
  { output }: Context,
  { directory, store }: Installation,
  people: readonly PersonId[],
  principal: Principal,
): Promise<Show> {
  const review = await reviewPrincipal(principal, people, directory, store.catalog);
  return (more) => {
    output.json({ ...review, ...more });
    output.line(
      `${safe(principal)}: ${review.persons.map(({ subject }) => subject).join(', ') || 'nobody with an entry here'}`,
    );
    output.table(
      ['opens in', 'documents'],
      review.opens.map(({ source, documents }) => [source, String(documents)]),
    );
  };
}

async function reviewSource(
  { output }: Context,
  { directory, store }: Installation,
  people: readonly PersonId[],
  source: string,
): Promise<Show> {
  const readers: { person: string; documents: number }[] = [];
  for (const person of people) {
    const reach = await reachOf(person, directory, store.catalog);
    const documents = reach.find((each) => each.source === source)?.documents ?? 0;
    readers.push({ person: person.subject, documents });
  }
  return (more) => {
    output.json({ source, readers, ...more });
    output.table(
      ['person', 'documents they may read'],
      readers.map(({ person, documents }) => [person, String(documents)]),
    );
  };
}

async function reviewDocument(
  { output }: Context,
  { directory, store }: Installation,
  people: readonly PersonId[],
  document: string,
): Promise<Show> {
  const review = await readersOf(document, people, directory, store.catalog);
  if (!review) {
    const message = `There is no document, source or group "${document}".`;
    throw new AppError('DOCUMENT_NOT_FOUND', 'not-found', message, { publicMessage: message });
  }
  const rows = people.map(({ subject }, index) => ({ person: subject, explanation: review.readers[index] }));
  const readers = rows.filter(({ explanation }) => explanation?.mayRead);
  return (more) => {
    output.json({ document, lists: review.lists, readers: readers.map(({ person }) => person), ...more });
    output.table(
      ['list', 'members', 'read'],
      review.lists.map(({ id, members, readAt }) => [
        safe(id),
        members.map(safe).join(' ') || 'nobody',
        readAt,
      ]),
    );
    output.line();
    output.table(
      ['person', 'admitted by'],
      readers.map(({ person, explanation }) => [
        person,
        explanation?.lists
          .map(({ admittedBy }) => safe(admittedBy[0]?.path.join(' → ') ?? ''))
          .join(' and ') ?? '',
      ]),
    );
  };
}
