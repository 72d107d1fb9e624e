export interface Server {
  readonly host: string;
  readonly port: number;
  readonly https: boolean;
  /** Path before the server's own, without a slash at its end. */
  readonly prefix?: string;
}

/** Sends a body that is JSON already. @returns the `result` of the answer */
export type Post = (path: string, body: string) => Promise<unknown>;

/**
 * For searches. The client hands each value of a request and of its answer to a function of its own, which costs more
 * than many a search: the rights of a caller are thousands of values, and stand in each of its lists.
 */
export function createPost({
  host,
  port,
  https,
  prefix = '',
  apiKey,
  timeoutMs,
}: Server & { readonly apiKey?: string; readonly timeoutMs: number }): Post {
  const base = `${https ? 'https' : 'http'}://${host}:${port}${prefix}`;
  const headers = {
    'content-type': 'application/json',
    ...(apiKey !== undefined && { 'api-key': apiKey }),
  };
  return async (path, body) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const answer = await fetch(`${base}${path}`, { method: 'POST', headers, body, signal });
    if (answer.ok) return ((await answer.json()) as { result: unknown }).result;
    throw await refusalOf(answer);
  };
}

async function refusalOf(answer: Response): Promise<Error> {
  const text = await answer.text();
  const isJson = answer.headers.get('content-type')?.includes('json') ?? false;
  return Object.assign(new Error(text.slice(0, 200)), {
    status: answer.status,
    retry_after: answer.headers.get('retry-after') ?? undefined,
    ...(isJson && { data: JSON.parse(text) as unknown }),
  });
}
