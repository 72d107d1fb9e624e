import { styleText } from 'node:util';
import type { Hit } from '@fumikura/retrieval';
import { count, safe } from '../output.ts';
import type { Output } from '../output.ts';
import { snippetLine } from '../snippet.ts';
import type { Answer, PersonalAnswer } from './ask.ts';
import type { Asker, Introduction } from './company.ts';
import type { DemoHome } from './home.ts';
import type { Closed } from './reasons.ts';

const SYSTEMS: Readonly<Record<string, string>> = {
  confluence: 'Confluence',
  jira: 'Jira',
  github: 'GitHub',
  sharepoint: 'SharePoint',
};
/** Columns of the best answer's text. */
const SNIPPET = 100;

export function showAskers(output: Output, persons: readonly Asker[], documents: number): void {
  output.line(
    `\n${count(documents, 'document')} in one index. Three people ask it the same questions,\nand each finds what the four systems themselves would show them:\n`,
  );
  for (const { name, role } of persons) output.line(`  ${styleText('bold', name.padEnd(14))} ${role}`);
  output.line('\nWhat is closed to one of them is counted here to show it; a search itself tells nobody.');
}

export function showAnswer(output: Output, persons: readonly Asker[], answer: Answer): void {
  output.line(`\n${styleText('bold', styleText('yellow', `? ${answer.question}`))}`);
  for (const personal of answer.people) {
    const name = persons.find(({ id }) => id === personal.person)?.name ?? personal.person;
    output.line(`\n  ${styleText('bold', name)}`);
    showPersonal(output, name, personal);
  }
}

function showPersonal(output: Output, name: string, { hits, closed }: PersonalAnswer): void {
  if (hits.length === 0) output.line('    Nothing found.');
  for (const hit of hits) {
    output.line(`    ${hit.rank}. ${safe(hit.title)}  ${styleText('dim', placeOf(hit))}`);
    if (hit.rank === 1) output.line(`       ${beginningOf(hit)}`);
  }
  const reasons = reasonsLine(name, closed);
  if (reasons !== undefined) output.line(styleText('magenta', `    ${reasons}`));
}

/** The first columns of what was found, without the heading or the table of fields that it begins with. */
function beginningOf({ snippet: { text, highlights }, title }: Hit): string {
  const lead = /^(?:[|#][^\n]*\n|\s*\n)+/u.exec(text)?.[0].length ?? 0;
  let columns = 0;
  let end = lead;
  // Signs from the kana on take two columns.
  for (; end < text.length && columns < SNIPPET; end++) columns += text.charCodeAt(end) > 0x2e80 ? 2 : 1;
  const isCut = end < text.length;
  // No half words, of what has spaces between them.
  if (isCut && /[\w'’]/u.test(text.charAt(end)))
    end = lead + text.slice(lead, end).replace(/\s+[\w'’]*$/u, '').length;
  const kept = highlights
    .filter(([from, to]) => from >= lead && to <= end)
    .map(([from, to]) => [from - lead, to - lead] as const);
  return `${snippetLine(text.slice(lead, end), kept, title)}${isCut ? ' …' : ''}`;
}

/** A source's kind as people write it. */
export function systemOf(source: string): string {
  const [kind = ''] = source.split(':');
  return SYSTEMS[kind] ?? kind;
}

function placeOf({ source, breadcrumbs }: Hit): string {
  return [systemOf(source), ...breadcrumbs.slice(0, 2)].map(safe).join(' › ');
}

/** Without titles: of what is closed somebody learns nothing, not even in a demonstration. */
function reasonsLine(name: string, closed: Closed): string | undefined {
  const rules = Object.entries(closed);
  if (rules.length === 0) return undefined;
  const documents = rules.reduce((sum, [, number]) => sum + number, 0);
  const by = rules.map(([rule, number]) => (number === 1 ? rule : `${rule} (${number})`));
  const [first] = name.split(' ');
  return `Not for ${first}: ${count(documents, 'answer')} that others get, closed by ${LIST.format(by)}.`;
}

const LIST = new Intl.ListFormat('en');

export function answerForScripts({ question, people }: Answer) {
  return {
    question,
    people: people.map(({ person, hits, closed }) => ({
      person,
      hits: hits.map(({ id, title, source, url }) => ({ id, title, source, url })),
      closed,
    })),
  };
}

/** How to connect, by addresses alone: a configuration that is gone tomorrow is entered in no client. */
export function showNext(
  output: Output,
  { persons }: Introduction,
  home: DemoHome,
  sitsHere: string,
  url: string,
): void {
  const name = persons.find(({ id }) => id === sitsHere)?.name;
  const others = persons.map(({ id }) => id).filter((id) => id !== sitsHere);
  output.line(`\nServing MCP at ${url}/mcp. Whoever connects is ${name}. Ctrl-C ends everything.\n`);
  output.line(`  Claude Code  claude mcp add --transport http fumi-demo ${url}/mcp`);
  const server = JSON.stringify({ name: 'fumi-demo', type: 'http', url: `${url}/mcp` });
  output.line(`  VS Code      code --add-mcp '${server}'`);
  output.line(
    `\nAs somebody else: npx fumi demo --as ${others.join(' or --as ')}. Or search from a second terminal:\n`,
  );
  for (const { id } of persons) output.line(`  npx fumi search bonus --config ${home.configOf(id)}`);
}
