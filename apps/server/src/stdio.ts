import type { Logger } from '@fumikura/logging';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

/** Serves one client over standard input and output until it hangs up or the signal fires. */
export async function runStdio(
  factory: McpServerFactory,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  const stdio = serveStdio(factory, {
    onerror: (error) => logger.warn('mcp.stdio.failed', { message: error.message }),
  });
  await new Promise<void>((resolve) => {
    process.stdin.once('end', resolve).once('close', resolve);
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await stdio.close();
}
