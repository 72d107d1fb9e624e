import { Agent, request } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';

/** One client's conversation over a connection of its own, which stays open between questions. */
export interface McpSession {
  /** The handshake of the older eras. */
  begin(): Promise<void>;
  call(tool: string, args: Record<string, unknown>): Promise<ToolAnswer>;
  close(): void;
}

export interface ToolAnswer {
  readonly isError?: boolean;
  readonly content: readonly { readonly text?: string }[];
  readonly structuredContent?: SearchAnswer;
}

export interface SearchAnswer {
  readonly results: readonly { readonly id: string; readonly source: string; readonly title: string }[];
  readonly coverage: {
    readonly complete: boolean;
    readonly sources: readonly {
      readonly source: string;
      readonly state: string;
      readonly reason?: string;
    }[];
  };
  readonly nextCursor?: string;
  readonly notices?: readonly string[];
}

/** What went wrong on the way: a status that is not 200, or a connection that broke. */
export class SessionError extends Error {
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

const VERSION = '2025-06-18';

export function createSession(url: string, token: string, timeoutMs = 15_000): McpSession {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  let session: string | undefined;
  let next = 0;
  const headers = () => ({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': VERSION,
    authorization: `Bearer ${token}`,
    ...(session !== undefined && { 'mcp-session-id': session }),
  });
  const send = async (message: object): Promise<{ result?: unknown; error?: { message: string } }> => {
    const answer = await post(
      url,
      agent,
      headers(),
      JSON.stringify({ jsonrpc: '2.0', ...message }),
      timeoutMs,
    );
    const { 'mcp-session-id': given } = answer.headers;
    if (typeof given === 'string') session = given;
    return parse(answer);
  };
  return {
    begin: async () => {
      const capabilities = {};
      const clientInfo = { name: 'load', version: '1' };
      const params = { protocolVersion: VERSION, capabilities, clientInfo };
      const { error } = await send({ id: next++, method: 'initialize', params });
      if (error) throw new SessionError(error.message);
      await send({ method: 'notifications/initialized' });
    },
    call: async (tool, args) => {
      const { result, error } = await send({
        id: next++,
        method: 'tools/call',
        params: { name: tool, arguments: args },
      });
      if (error) throw new SessionError(error.message);
      return result as ToolAnswer;
    },
    close: () => agent.destroy(),
  };
}

interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

function post(
  url: string,
  agent: Agent,
  headers: Record<string, string>,
  body: string,
  timeoutMs: number,
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error) => reject(new SessionError(error.message));
    const sent = request(url, { method: 'POST', agent, headers, timeout: timeoutMs }, (response) => {
      const parts: Buffer[] = [];
      response.on('data', (part: Buffer) => parts.push(part));
      response.on('error', failed);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(parts).toString(),
        }),
      );
    });
    sent.on('timeout', () => sent.destroy(new Error(`no answer within ${timeoutMs} ms`)));
    sent.on('error', failed);
    sent.end(body);
  });
}

function parse({ status, headers, body }: Answered): { result?: unknown; error?: { message: string } } {
  if (status === 202) return {};
  if (status !== 200) throw new SessionError(`${status} ${body.slice(0, 200)}`, status);
  const text = headers['content-type']?.includes('event-stream')
    ? (/^data: (.+)$/mu.exec(body)?.[1] ?? '{}')
    : body;
  return JSON.parse(text) as { result?: unknown; error?: { message: string } };
}
