/** One event of a stream as it is sent; `name` stands before the data where the interface names its events. */
export interface StreamEvent {
  readonly name?: string;
  readonly data: object;
}

/** An answer as an interface streams it. */
export interface Streamed {
  readonly opening: readonly StreamEvent[];
  piece(text: string): StreamEvent;
  closing(whole: string, declines: boolean): readonly StreamEvent[];
  /** Behind the last event. */
  readonly end: string;
}

const CREATED = 1_760_000_000;
const INPUT_TOKENS = 900;
/** Characters of a token, as usage counts them. */
const CHARACTERS = 4;

export function chatStream(model: string): Streamed {
  const chunk = (delta: object, finish: string | null = null) => ({
    data: {
      id: 'chatcmpl-simulated',
      object: 'chat.completion.chunk',
      created: CREATED,
      model,
      system_fingerprint: 'fp_simulated',
      choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
      usage: null,
    },
  });
  return {
    opening: [chunk({ role: 'assistant', content: '', refusal: null })],
    piece: (content) => chunk({ content }),
    closing: (whole, declines) => {
      const tokens = Math.ceil(whole.length / CHARACTERS);
      const usage = {
        prompt_tokens: INPUT_TOKENS,
        completion_tokens: tokens,
        total_tokens: INPUT_TOKENS + tokens,
      };
      const last = chunk(declines ? { refusal: 'I cannot help with that.' } : {}, 'stop');
      return [last, { data: { ...last.data, choices: [], usage } }];
    },
    end: 'data: [DONE]\n\n',
  };
}

export function responsesStream(model: string, instructions: string): Streamed {
  let sequence = 0;
  const event = (type: string, more: object): StreamEvent => ({
    name: type,
    data: { type, ...more, sequence_number: sequence++ },
  });
  const [item, place] = ['msg_simulated', { output_index: 0, content_index: 0 }];
  const part = (text: string) => ({ type: 'output_text', annotations: [], logprobs: [], text });
  const message = (status: string, content: readonly object[]) => ({
    id: item,
    type: 'message',
    status,
    content,
    role: 'assistant',
  });
  const response = (status: string, output: readonly object[], usage?: object) => ({
    response: {
      id: 'resp_simulated',
      object: 'response',
      created_at: CREATED,
      status,
      error: null,
      incomplete_details: null,
      instructions,
      max_output_tokens: null,
      model,
      output,
      parallel_tool_calls: true,
      previous_response_id: null,
      store: false,
      temperature: 1,
      text: { format: { type: 'text' } },
      tool_choice: 'auto',
      tools: [],
      top_p: 1,
      truncation: 'disabled',
      metadata: {},
      ...(usage && { usage }),
    },
  });
  return {
    opening: [
      event('response.created', response('in_progress', [])),
      event('response.in_progress', response('in_progress', [])),
      event('response.output_item.added', { output_index: 0, item: message('in_progress', []) }),
      event('response.content_part.added', { item_id: item, ...place, part: part('') }),
    ],
    piece: (delta) => event('response.output_text.delta', { item_id: item, ...place, delta, logprobs: [] }),
    closing: (whole, declines) => {
      const tokens = Math.ceil(whole.length / CHARACTERS);
      const done = message('completed', [part(whole)]);
      const usage = {
        input_tokens: INPUT_TOKENS,
        input_tokens_details: { cached_tokens: 0, cache_write_tokens: 0 },
        output_tokens: tokens,
        output_tokens_details: { reasoning_tokens: 0 },
        total_tokens: INPUT_TOKENS + tokens,
      };
      return [
        ...(declines
          ? [event('response.refusal.delta', { item_id: item, ...place, delta: 'I cannot help with that.' })]
          : []),
        event('response.output_text.done', { item_id: item, ...place, text: whole, logprobs: [] }),
        event('response.content_part.done', { item_id: item, ...place, part: part(whole) }),
        event('response.output_item.done', { output_index: 0, item: done }),
        event('response.completed', response('completed', [done], usage)),
      ];
    },
    end: '',
  };
}
