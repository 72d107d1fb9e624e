import type { Asker } from '@fumikura/answering';
import type { WithheldDocument } from '@fumikura/retrieval';
import type { CallContext, Caller } from './deps.ts';

/** The caller as somebody who is answered: their rights are worked out anew when the answer leaves. */
export function answeringAsker(
  call: CallContext,
  { person, access }: Caller,
  signal: AbortSignal,
  withheld: WithheldDocument[],
): Asker {
  return {
    access,
    person: `${person.issuer}#${person.subject}`,
    signal,
    accessNow: async () => (await call.caller()).access,
    onWithheld: (ids) => withheld.push(...ids),
  };
}
