import type { Installation } from '@fumikura/composition';
import type { DocumentId, PersonId } from '@fumikura/model';

/** Rule → how many documents it closes. */
export type Closed = Readonly<Record<string, number>>;

/** Lists of readers as people call the rule that made them; the first that fits. */
const RULES: readonly (readonly [list: RegExp, rule: string])[] = [
  [/^confluence:[^/]+\/space\//u, 'a Confluence space'],
  [/^confluence:[^/]+\/content\//u, 'a restricted page in Confluence'],
  [/^jira:[^/]+\/project\/[^/]+\/level\//u, 'a Jira security level'],
  [/^jira:[^/]+\/project\/[^/]+\/(?:restricted|role|agents)(?:\/|$)/u, 'a role in a Jira project'],
  [/^jira:/u, 'a Jira project'],
  [/^github:/u, 'a GitHub repository'],
  [/^sharepoint:[^/]+\/drive\/[^/]+\/item\/[^/]+-root\//u, 'a SharePoint library'],
  [/^sharepoint:[^/]+\/drive\//u, 'a SharePoint folder'],
  [/^sharepoint:/u, 'a SharePoint site'],
];

/**
 * Which rule closes each of these documents to a person: the first list of the document that holds nobody of them. Only
 * for documents that are closed to them; it counts and names rules, never documents.
 */
export async function closedBy(
  { store: { catalog }, directory }: Installation,
  person: PersonId,
  closed: readonly DocumentId[],
): Promise<Closed> {
  const mine = new Set(await directory.principalsOf(person));
  const known = await catalog.known(closed);
  const ids = [...new Set([...known.values()].flatMap(({ acl }) => acl.allow))];
  const lists = new Map((await catalog.lists(ids)).map((list) => [list.id, list.members]));
  const admits = (list: string) => (lists.get(list) ?? []).some((member) => mine.has(member));
  const counts: Record<string, number> = {};
  for (const { acl } of known.values()) {
    const stops = acl.allow.find((list) => !admits(list));
    const rule = RULES.find(([pattern]) => stops !== undefined && pattern.test(stops))?.[1] ?? 'its readers';
    counts[rule] = (counts[rule] ?? 0) + 1;
  }
  return counts;
}
