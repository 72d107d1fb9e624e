import { quotaIn } from '@fumikura/http';
import type { AnswerFact, Quota } from '@fumikura/http';
import type { Connector } from '@fumikura/ports';

/** Remembers what the source last said is left of each of its quotas, so that its check-up tells the scarcest. */
export function watchQuota() {
  const told = new Map<string, Quota>();
  return {
    onAnswer: ({ headers }: AnswerFact): void => {
      const quota = headers && quotaIn(headers);
      if (quota) told.set(quota.resource ?? '', quota);
    },
    told: (connector: Connector): Connector => ({
      ...connector,
      check: async (signal) => {
        const check = await connector.check(signal);
        const [quota] = [...told.values()].sort((a, b) => shareOf(a) - shareOf(b));
        return { ...check, ...(quota && { quota }) };
      },
    }),
  };
}

function shareOf({ limit, remaining }: Quota): number {
  return limit > 0 ? remaining / limit : 0;
}
