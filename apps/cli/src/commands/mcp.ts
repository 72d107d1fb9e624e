import { fileURLToPath } from 'node:url';
import { homedir } from 'node:os';
import { openInstallation } from '@fumikura/composition';
import { mcpFactory } from '@fumikura/composition/serving';
import type { Config } from '@fumikura/config';
import { installInto } from '@fumikura/mcp';
import type { StdioEntry, ToolSet } from '@fumikura/mcp';
import { runStdio } from '@fumikura/server';
import type { Context } from '../context.ts';
import { VERSION } from '../program.ts';

export async function mcpCommand(context: Context, { tools }: { tools: ToolSet }): Promise<void> {
  const installation = await openInstallation(await context.config(), {
    logger: context.logger,
    mode: 'service',
    variables: context.variables,
  });
  try {
    installation.localPerson();
    // The first question should not wait for it; what is wrong with it, that question will tell.
    installation.embedder?.warmUp(context.signal).catch(() => undefined);
    const serving = { installation, logger: context.logger, version: VERSION, variables: context.variables };
    await runStdio(mcpFactory(serving, tools), context.logger, context.signal);
  } finally {
    await installation.close();
  }
}

export async function installCommand(
  context: Context,
  client: 'claude' | 'vscode' | 'cursor',
  options: { dryRun?: boolean },
): Promise<void> {
  const config = await context.config();
  const appData = process.env['APPDATA'];
  const place = { home: homedir(), platform: process.platform, ...(appData && { appData }) };
  const result = await installInto(client, stdioEntry(config), place, options.dryRun ?? false);
  context.output.json({ client, ...result });
  const verb = options.dryRun ? 'Would write' : result.isChanged ? 'Wrote' : 'Already in';
  context.output.line(`${verb} ${result.file}`);
  if (options.dryRun) context.output.line(result.text);
  if (result.backup) context.output.line(`The file as it was: ${result.backup}`);
  if (!options.dryRun && result.isChanged) context.output.line(`Restart ${client} to see it.`);
}

/** The command a client starts: this very program on this configuration, wherever the client runs. */
export function stdioEntry({ file }: Pick<Config, 'file'>): StdioEntry {
  const isSource = import.meta.url.endsWith('.ts');
  const program = fileURLToPath(new URL(isSource ? '../../bin/fumi.mjs' : './fumi.mjs', import.meta.url));
  return { command: process.execPath, args: [program, 'mcp', '--config', file] };
}
