/** Code of our own refusals in JSON-RPC's range for servers, as the protocol's own Host and Origin refusals use it. */
const SERVER_ERROR = -32_000;

export function plainText(status: number, body: string): Response {
  return new Response(`${body}\n`, { status, headers: { 'content-type': 'text/plain; charset=utf-8' } });
}

/** 429: wait as long as `Retry-After` says, then send the same request again. The body says the same to MCP clients. */
export function tooManyRequests(afterSeconds: number): Response {
  const error = {
    code: SERVER_ERROR,
    message: `Too many requests. Try again in ${afterSeconds} s.`,
    data: { code: 'RATE_LIMITED', retryAfterMs: afterSeconds * 1_000 },
  };
  const headers = { 'retry-after': String(afterSeconds) };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 429, headers });
}

/** 503: nothing is wrong with the request; there is no room for its answer now. */
export function overloaded(): Response {
  const error = {
    code: SERVER_ERROR,
    message: 'The server is busy. Try again in 5 s.',
    data: { code: 'OVERLOADED', retryAfterMs: 5_000 },
  };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 503, headers: { 'retry-after': '5' } });
}

/** 415: bodies are read as they are, so that a small one cannot become a large one. */
export function encodedBody(): Response {
  return plainText(415, 'Send the body without Content-Encoding.');
}

/** 500 for a caller whom we could not even identify; `reference` is in the log. */
export function internalError(reference: string): Response {
  const message = `Something went wrong here. Tell the operator this reference: ${reference}.`;
  const error = { code: -32_603, message };
  return Response.json({ jsonrpc: '2.0', id: null, error }, { status: 500 });
}
