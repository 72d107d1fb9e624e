import { audited, openInstallation } from '@fumikura/composition';
import type { Verdict } from '@fumikura/retrieval';
import type { Context } from '../context.ts';
import { requireTool } from '../duty.ts';
import { safe } from '../output.ts';

const LEAST_TOKENS = 100;

/** What the person at this terminal says of a document that they may read. */
export async function feedbackCommand(
  context: Context,
  document: string,
  verdict: Verdict['verdict'],
  comment: string,
): Promise<void> {
  const config = await context.config();
  const installation = await openInstallation(config, { ...context, mode: 'one-shot' });
  const { access, audit, feedback, knowledge, localPerson, rightsOf, store } = installation;
  try {
    const { issuer, subject } = localPerson();
    const actor = { issuer, subject };
    const event = {
      action: 'change',
      via: 'cli feedback',
      actor,
      client: { channel: 'cli' },
      object: document,
      details: { verdict },
    } as const;
    const { title } = await audited(audit, store.catalog, event, async () => {
      requireTool(rightsOf(actor), 'get_document');
      const wanted = { id: document, maxTokens: LEAST_TOKENS };
      const value = await knowledge.read(wanted, await access.filterFor(actor), context.signal);
      await feedback.put({
        ...{ document: value.id, verdict, by: JSON.stringify([issuer, subject]) },
        ...(comment !== '' && { comment }),
      });
      return { value, shown: [value.id] };
    });
    context.output.json({ document, verdict });
    context.output.line(`Noted: ${safe(title)} is ${verdict}.`);
    if (!config.search.boosts?.feedback)
      context.output.note('It changes no ranking until search.boosts.feedback is set.');
  } finally {
    await installation.close();
  }
}
