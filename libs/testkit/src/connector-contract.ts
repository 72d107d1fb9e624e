import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { contentCases } from './connector/content-cases.ts';
import type { ConnectorCases } from './connector/content-cases.ts';
import { faultCases } from './connector/fault-cases.ts';
import type { ConnectorCase } from './connector/source-under-test.ts';

const CASES = { ...contentCases, ...faultCases };

export interface ConnectorContract {
  /** An empty source; the items a case makes are its only ones. */
  readonly make: () => Promise<ConnectorCase>;
  /** Cases that do not apply, each with its reason; the connector's own tests show what happens instead. */
  readonly skip?: readonly { readonly case: keyof typeof CASES; readonly reason: string }[];
}

/** The cases about answers of a network, for a source that has none. */
export const NETWORK_CASES = (
  [
    'http-401',
    'http-403',
    'http-404',
    'http-429-with-delay',
    'http-429-without-delay',
    'http-500',
    'http-500-persistent',
    'cut-connection',
    'html-instead-of-json',
    'no-secret-in-errors-or-logs',
  ] as const
).map((name) => name satisfies keyof typeof CASES);

/** What every connector does. */
export function connectorContract({ make, skip = [] }: ConnectorContract): void {
  describe('connector contract', () => {
    it('skips only cases that exist, each once', () => {
      const names = skip.map(({ case: name }) => name);
      assert.deepEqual(
        names.filter((name) => !(name in CASES)),
        [],
      );
      assert.equal(new Set(names).size, names.length);
    });

    for (const [name, work] of Object.entries(CASES as ConnectorCases)) {
      const reason = skip.find((entry) => entry.case === name)?.reason;
      it(name, { skip: reason ?? false }, async () => {
        const each = await make();
        try {
          await work(each);
        } finally {
          await each.source.close();
        }
      });
    }
  });
}
