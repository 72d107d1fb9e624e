import type { Asker, Claim, Citation, Confidence, Refusal } from '@fumikura/answering';
import type { AuditEvent } from '@fumikura/audit';
import type { Installation } from '@fumikura/composition';
import { toAppError } from '@fumikura/errors';
import type { PersonId } from '@fumikura/model';
import type { WithheldDocument } from '@fumikura/retrieval';
import { styleText } from 'node:util';
import type { Context } from './context.ts';
import { requireTool } from './duty.ts';
import { safe } from './output.ts';
import type { Output } from './output.ts';

/** One answer at the command line: each document is written down before anything of it is shown, and the end as well. */
export async function answered<T>(
  { signal }: Context,
  { access, audit, rightsOf }: Installation,
  { tool, via, query, actor }: { tool: string; via: string; query: string; actor: PersonId },
  work: (asker: Asker) => Promise<T>,
): Promise<T> {
  const { issuer, subject } = actor;
  const event = {
    action: 'answer',
    via,
    actor: { issuer, subject },
    client: { channel: 'cli' },
    query,
  } as const;
  const withheld: WithheldDocument[] = [];
  const write = (more: Pick<AuditEvent, 'outcome'> & Partial<AuditEvent>) =>
    audit.record({ ...event, ...more });
  try {
    requireTool(rightsOf(actor), tool);
    const value = await work({
      access: await access.filterFor(actor),
      accessNow: () => access.filterFor(actor),
      person: `${issuer}#${subject}`,
      signal,
      beforeShown: (shown) => write({ outcome: 'done', shown, details: { phase: 'shown' } }),
      onWithheld: (ids) => withheld.push(...ids),
    });
    await write({ outcome: 'done', withheld, details: { phase: 'ended' } });
    return value;
  } catch (cause) {
    const { code, kind } = toAppError(cause);
    await write({ outcome: kind === 'internal' ? 'failed' : 'refused', code });
    throw cause;
  }
}

export function printClaim(output: Output, { text, citations }: Claim): void {
  const numbers = citations.map((number) => styleText('cyan', `[${number}]`)).join('');
  output.line(`${safe(text)} ${numbers}`);
}

/** Where each number leads: the document at the place, and how to read it here. */
export function printCitations(output: Output, citations: readonly Citation[]): void {
  for (const { number, title, url, headingPath, place, documentId, updatedAt, start } of citations) {
    const where = [
      // The first heading of a page is its title, more often than not.
      ...(headingPath[0] === title ? headingPath.slice(1) : headingPath),
      ...(place?.page ? [`page ${place.page}`] : []),
      ...(place?.slide ? [`slide ${place.slide}`] : []),
      ...(place?.sheet ? [`sheet ${place.sheet}`] : []),
    ];
    const at = where.length > 0 ? ` › ${where.map(safe).join(' › ')}` : '';
    const date = updatedAt === undefined ? '' : styleText('dim', ` (as of ${updatedAt.slice(0, 10)})`);
    output.line(`${styleText('cyan', `[${number}]`)} ${styleText('bold', safe(title))}${at}${date}`);
    if (url !== '') output.line(`    ${styleText('cyan', safe(url))}`);
    const section = headingPath.at(-1);
    const open = section === undefined ? '' : ` --section ${JSON.stringify(safe(section))}`;
    output.line(
      styleText('dim', `    fumi get ${JSON.stringify(safe(documentId))}${open}  (character ${start})`),
    );
  }
}

export function printRefusal(output: Output, { message, searched, missing }: Refusal): void {
  output.line(message);
  if (searched.length > 0) output.line(styleText('dim', `Searched for: ${searched.map(safe).join(' / ')}`));
  if (missing.length > 0)
    output.line(styleText('dim', `Found nowhere near: ${missing.map(safe).join(', ')}`));
}

export function confidenceLine({ value, words }: Confidence): string {
  return `Confidence: ${words} (${value.toFixed(2)})`;
}
