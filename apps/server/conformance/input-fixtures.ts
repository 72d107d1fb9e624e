import { randomBytes } from 'node:crypto';
import {
  acceptedContent,
  createRequestStateCodec,
  inputRequired,
  inputResponse,
} from '@modelcontextprotocol/server';
import type { CallToolResult, InputRequests, McpServer, ServerContext } from '@modelcontextprotocol/server';
import { z } from 'zod';

/** State that travels through the client, sealed so that a changed one is refused. */
export const stateCodec = createRequestStateCodec<{ readonly step: string }>({ key: randomBytes(32) });

const NAME = z.object({ name: z.string() });
const CONFIRMATION = z.object({ ok: z.boolean() });
const COLOUR = z.object({ color: z.string() });
const CONTEXT = z.object({ context: z.string() });

const elicit = (message: string, requestedSchema: z.ZodObject) =>
  inputRequired.elicit({ message, requestedSchema });
const sample = (question: string, maxTokens: number) =>
  inputRequired.createMessage({
    messages: [{ role: 'user', content: { type: 'text', text: question } }],
    maxTokens,
  });
const text = (value: string): CallToolResult => ({ content: [{ type: 'text', text: value }] });

/** Tools that need something of the client first; each call carries what was given so far. */
export function registerInputTools(server: McpServer): void {
  const tool = (
    name: string,
    answer: (context: ServerContext) => ReturnType<typeof inputRequired> | CallToolResult | Promise<never>,
  ) => server.registerTool(name, { description: `Conformance fixture ${name}.` }, answer);

  const asksName = ({ mcpReq }: ServerContext) => {
    const given = acceptedContent(mcpReq.inputResponses, 'user_name', NAME);
    return given
      ? text(`Hello, ${given.name}!`)
      : inputRequired({ inputRequests: { user_name: elicit('What is your name?', NAME) } });
  };
  tool('test_input_required_result_elicitation', asksName);
  tool('test_streaming_elicitation', asksName);

  const asksModel = ({ mcpReq }: ServerContext) => {
    const given = inputResponse(mcpReq.inputResponses, 'capital_question');
    return given.kind === 'sampling'
      ? text(`The model says: ${JSON.stringify(given.result.content)}`)
      : inputRequired({
          inputRequests: { capital_question: sample('What is the capital of France?', 100) },
        });
  };
  tool('test_input_required_result_sampling', asksModel);
  tool('test_missing_capability', asksModel);
  tool('test_input_required_result_list_roots', ({ mcpReq }) => {
    const given = inputResponse(mcpReq.inputResponses, 'client_roots');
    return given.kind === 'roots'
      ? text(`Roots: ${given.roots.map(({ uri }) => uri).join(', ')}`)
      : inputRequired({ inputRequests: { client_roots: inputRequired.listRoots() } });
  });
  tool('test_input_required_result_capabilities', () => {
    const declared = server.server.getClientCapabilities();
    const inputRequests: InputRequests = {
      ...(declared?.sampling && { question: sample('Say something.', 50) }),
      ...(declared?.elicitation && { user_name: elicit('What is your name?', NAME) }),
    };
    return inputRequired({ inputRequests });
  });
  registerStatefulTools(server);
  registerInputPrompt(server);
}

function registerStatefulTools(server: McpServer): void {
  const confirmed = async ({ mcpReq }: ServerContext) => {
    const given = acceptedContent(mcpReq.inputResponses, 'confirm', CONFIRMATION);
    if (given && mcpReq.requestState<{ step: string }>()?.step === 'confirm') return text('state-ok');
    return inputRequired({
      inputRequests: { confirm: elicit('Please confirm', CONFIRMATION) },
      requestState: await stateCodec.mint({ step: 'confirm' }),
    });
  };
  for (const name of [
    'test_input_required_result_request_state',
    'test_input_required_result_tampered_state',
  ])
    server.registerTool(name, { description: 'Carries state through the client.' }, confirmed);

  server.registerTool(
    'test_input_required_result_multiple_inputs',
    { description: 'Asks for three things at once.' },
    async ({ mcpReq }) => {
      const name = acceptedContent(mcpReq.inputResponses, 'user_name', NAME);
      const greeting = inputResponse(mcpReq.inputResponses, 'greeting');
      const roots = inputResponse(mcpReq.inputResponses, 'client_roots');
      if (name && greeting.kind === 'sampling' && roots.kind === 'roots')
        return text(`${name.name}, ${roots.roots.length} roots`);
      return inputRequired({
        inputRequests: {
          user_name: elicit('What is your name?', NAME),
          greeting: sample('Generate a greeting', 50),
          client_roots: inputRequired.listRoots(),
        },
        requestState: await stateCodec.mint({ step: 'all' }),
      });
    },
  );
  server.registerTool(
    'test_input_required_result_multi_round',
    { description: 'Asks twice.' },
    async ({ mcpReq }) => {
      const step = mcpReq.requestState<{ step: string }>()?.step;
      const colour = acceptedContent(mcpReq.inputResponses, 'step2', COLOUR);
      if (step === 'second' && colour) return text(`Favourite colour: ${colour.color}`);
      const name = acceptedContent(mcpReq.inputResponses, 'step1', NAME);
      return step !== undefined && name
        ? inputRequired({
            inputRequests: { step2: elicit('Step 2: What is your favorite color?', COLOUR) },
            requestState: await stateCodec.mint({ step: 'second' }),
          })
        : inputRequired({
            inputRequests: { step1: elicit('Step 1: What is your name?', NAME) },
            requestState: await stateCodec.mint({ step: 'first' }),
          });
    },
  );
}

function registerInputPrompt(server: McpServer): void {
  server.registerPrompt(
    'test_input_required_result_prompt',
    { description: 'Needs something first.' },
    ({ mcpReq }) => {
      const given = acceptedContent(mcpReq.inputResponses, 'user_context', CONTEXT);
      if (given) return { messages: [{ role: 'user', content: { type: 'text', text: given.context } }] };
      return inputRequired({
        inputRequests: { user_context: elicit('What context should the prompt use?', CONTEXT) },
      });
    },
  );
}
