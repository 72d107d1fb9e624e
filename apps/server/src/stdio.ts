import { Console } from 'node:console';
import type { Logger } from '@fumikura/logging';
import type { McpServerFactory } from '@modelcontextprotocol/server';
import { serveStdio, StdioServerTransport } from '@modelcontextprotocol/server/stdio';

/** One message may be as long as one request over HTTP. */
const MAX_MESSAGE_BYTES = 262_144;

/**
 * Serves one client over standard input and output until it hangs up or the signal fires. Standard output belongs to
 * the protocol: whatever else would be printed there, by us or by a package, goes to standard error.
 */
export async function runStdio(
  factory: McpServerFactory,
  logger: Logger,
  signal: AbortSignal,
): Promise<void> {
  globalThis.console = new Console(process.stderr, process.stderr);
  const { stdin, stdout } = process;
  const transport = new StdioServerTransport(stdin, stdout, { maxBufferSize: MAX_MESSAGE_BYTES });
  const stdio = serveStdio(factory, {
    transport,
    onerror: (error) => logger.info('mcp.stdio.refused', { message: error.message.slice(0, 300) }),
  });
  await new Promise<void>((resolve) => {
    stdin.once('end', resolve).once('close', resolve);
    // A client that died leaves a pipe that cannot be written to: nobody is there any more.
    stdout.once('error', () => resolve());
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
  await stdio.close();
}
