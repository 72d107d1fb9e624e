import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { Secret } from '@fumikura/config';
import { createOpenaiModel } from '@fumikura/provider-openai';
import { loadSpecification } from '../kit/specification.ts';
import { chatStream, responsesStream } from './events.ts';
import { startModel } from './server.ts';

const SPECIFICATION = new URL('../../../../shared/specs/openai.json', import.meta.url);
const RECORDINGS = new URL('../../../../shared/fixtures/openai/', import.meta.url);
const skip =
  existsSync(SPECIFICATION) && existsSync(RECORDINGS) ? false : 'the shared descriptions are absent';

interface Recorded {
  readonly exchanges: readonly { readonly response: { readonly status: number; readonly body: string } }[];
}

function recorded(name: string): object[] {
  const { exchanges } = JSON.parse(readFileSync(new URL(`${name}.json`, RECORDINGS), 'utf8')) as Recorded;
  return exchanges.flatMap(({ response }) =>
    [...response.body.matchAll(/^data: (\{.*)$/gmu)].map(([, data = '']) => JSON.parse(data) as object),
  );
}

/** Names of the events in order, runs of one as one. */
function order(events: readonly object[]): string[] {
  const names = events.map((event) => ('type' in event ? String(event.type) : shapeOf(event)));
  return names.filter((name, at) => name !== names[at - 1]);
}

function shapeOf(event: object): string {
  const { choices = [], usage } = event as {
    choices?: { delta: object; finish_reason: string | null }[];
    usage?: object | null;
  };
  const [choice] = choices;
  if (!choice) return usage ? 'usage' : 'nothing';
  return choice.finish_reason === null ? 'delta' : 'finish';
}

/** What the vendor sends against its own description. */
const FAULTS_OF_RESPONSES = [
  'POST /responses: event/response/user must be string',
  'POST /responses: event/response/usage must be object',
  "POST /responses: event/response/usage/input_tokens_details must have required property 'cache_write_tokens'",
];

describe('the events of the simulated model', { skip }, () => {
  const specification = loadSpecification(SPECIFICATION);
  const text = '{"claims":[],"answered":false}';
  const cases = [
    [
      '/chat/completions',
      'chat-completion-streaming',
      chatStream('m'),
      ['POST /chat/completions: event/system_fingerprint must be string'],
    ],
    ['/responses', 'responses-create-streaming', responsesStream('m', 'Be short.'), FAULTS_OF_RESPONSES],
  ] as const;

  for (const [path, name, form, faultsOfVendor] of cases) {
    const made = [...form.opening, form.piece(text), ...form.closing(text, false)].map(({ data }) => data);

    it(`of ${path} fit the description, as what was recorded does`, () => {
      const described = specification.find('POST', path);
      assert.ok(described);
      for (const event of made) assert.deepEqual(described.checkEvent(200, event), []);
      const known = recorded(name);
      assert.ok(known.length > 3);
      const faults = known.flatMap((event) => described.checkEvent(200, event));
      assert.deepEqual([...new Set(faults)], faultsOfVendor);
    });

    it(`of ${path} come in the order that was recorded`, () =>
      assert.deepEqual(order(made), order(recorded(name))));

    it(`of ${path} are judged at all`, () => {
      const described = specification.find('POST', path);
      const [first = {}] = made;
      for (const key of Object.keys(first).filter((each) => each === 'choices' || each === 'response'))
        assert.notDeepEqual(described?.checkEvent(200, { ...first, [key]: 1 }), []);
    });
  }

  it('are read by the client whichever interface it has, and none is against the description', async () => {
    for (const api of ['chat', 'responses'] as const) {
      const endpoint = await startModel();
      try {
        const { baseUrl, model, key } = endpoint;
        const language = createOpenaiModel({ baseUrl, model, api, apiKey: new Secret(key) });
        let said = '';
        let tokens = 0;
        const passages = [{ number: 1, title: 't', text: 'The office opens at nine on every working day.' }];
        for await (const part of language.write({
          instructions: 'Answer.',
          input: JSON.stringify({ question: 'When does the office open?', passages }),
          schema: { name: 'claims', schema: { type: 'object', properties: {}, additionalProperties: false } },
          maxTokens: 100,
          signal: new AbortController().signal,
        }))
          if ('text' in part) said += part.text;
          else tokens = part.usage.outputTokens;
        assert.match(said, /The office opens at nine/u);
        assert.ok(tokens > 0);
        assert.deepEqual(endpoint.violations, []);
      } finally {
        await endpoint.close();
      }
    }
  });
});
