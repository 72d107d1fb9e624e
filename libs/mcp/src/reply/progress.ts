import type { ServerContext } from '@modelcontextprotocol/server';

/** The part of a request that every handler needs, whatever it handles. Completions come without the optional parts. */
export interface RequestContext {
  readonly mcpReq: Pick<ServerContext['mcpReq'], 'signal'> &
    Partial<Pick<ServerContext['mcpReq'], '_meta' | 'notify'>>;
}

/**
 * Tells a client that asked for it, and no other, that its call is still running: always increasing, without a total,
 * because nobody knows it. Stops with the first report that cannot be sent: the client is gone.
 */
export function reportProgress(
  { mcpReq }: RequestContext,
  everyMs: number,
): { readonly stop: () => void; readonly tell: (stage: string) => void } {
  const { notify, _meta } = mcpReq;
  const progressToken = _meta?.progressToken;
  if (progressToken === undefined || !notify) return { stop: () => undefined, tell: () => undefined };
  let progress = 0;
  let message = 'Still searching';
  const report = () => {
    progress += 1;
    const params = { progressToken, progress, message };
    notify({ method: 'notifications/progress', params }).catch(() => clearInterval(timer));
  };
  const timer = setInterval(report, everyMs);
  return {
    stop: () => clearInterval(timer),
    tell: (stage) => {
      if (stage === message) return;
      message = stage;
      report();
    },
  };
}
