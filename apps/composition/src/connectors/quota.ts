import { quotaIn } from '@fumikura/http';
import type { AnswerFact, Quota } from '@fumikura/http';
import type { Connector } from '@fumikura/ports';

/** Remembers what the source last said is left, so that its check-up tells it. */
export function watchQuota() {
  let last: Quota | undefined;
  return {
    onAnswer: ({ headers }: AnswerFact): void => {
      last = (headers && quotaIn(headers)) ?? last;
    },
    told: (connector: Connector): Connector => ({
      ...connector,
      check: async (signal) => {
        const check = await connector.check(signal);
        return { ...check, ...(last && { quota: last }) };
      },
    }),
  };
}
