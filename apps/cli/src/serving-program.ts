import { Option } from 'commander';
import type { Command } from 'commander';
import { argumentOf, examples, numberFrom } from './examples.ts';
import type { MakeContext } from './examples.ts';
import type { DemoOptions, StartOptions, UpOptions, ServerOptions, WorkerOptions } from './options.ts';

/** Servers and clients. */
export function addServing(program: Command, context: MakeContext): void {
  const tools = new Option('--tools <set>', 'tools offered')
    .choices(['knowledge', 'openai'])
    .default('knowledge');
  const mcp = program
    .command('mcp')
    .description('serve one MCP client over standard input and output')
    .addOption(tools)
    .addHelpText('after', examples('fumi mcp', 'fumi mcp --tools openai', 'fumi mcp install claude'))
    .action(async (options: { tools: 'knowledge' | 'openai' }, command: Command) =>
      (await import('./commands/mcp.ts')).mcpCommand(context(command), options),
    );
  mcp
    .command('install')
    .description('enter Fumikura in an MCP client of this machine')
    .addArgument(argumentOf('<client>', 'which', ['claude', 'vscode', 'cursor']))
    .option('--dry-run', 'show the change, write nothing')
    .addHelpText('after', examples('fumi mcp install claude', 'fumi mcp install vscode --dry-run'))
    .action(async (client: 'claude' | 'vscode' | 'cursor', options: { dryRun?: boolean }, command: Command) =>
      (await import('./commands/mcp.ts')).installCommand(context(command), client, options),
    );
  program
    .command('up')
    .description('serve MCP over HTTP on this machine and follow changes of the sources')
    .option('--host <address>', 'loopback address (default: 127.0.0.1)')
    .option('--port <number>', 'port (default: 7700; 0 takes a free one)', numberFrom(0, 65_535))
    .option('--no-watch', 'serve what is indexed, follow nothing')
    .addHelpText('after', examples('fumi up', 'fumi up --port 8080 --no-watch'))
    .action(async (options: UpOptions, command: Command) =>
      (await import('./commands/up.ts')).upCommand(context(command), options),
    );
  program
    .command('server')
    .description('one of any number of servers: MCP over HTTP and webhooks; reads no source')
    .option('--host <address>', 'address (default: as configured)')
    .option('--port <number>', 'port (default: 7700; 0 takes a free one)', numberFrom(0, 65_535))
    .addHelpText('after', examples('fumi server', 'fumi --config servers.yaml server --port 8080'))
    .action(async (options: ServerOptions, command: Command) =>
      (await import('./commands/server.ts')).serverCommand(context(command), options),
    );
  program
    .command('worker')
    .description('one of any number of workers: follows the sources and makes vectors; answers nobody')
    .option('--host <address>', 'address for health (default: 127.0.0.1)')
    .option('--port <number>', 'port for health (default: none; 0 takes a free one)', numberFrom(0, 65_535))
    .addHelpText('after', examples('fumi worker', 'fumi --config servers.yaml worker --port 7701'))
    .action(async (options: WorkerOptions, command: Command) =>
      (await import('./commands/worker.ts')).workerCommand(context(command), options),
    );
  program
    .command('start')
    .description('see it work: index the example handbook, answer three questions, serve MCP')
    .option(
      '--port <number>',
      'port (default: 7700, or a free one when that is taken)',
      numberFrom(0, 65_535),
    )
    .option('--no-serve', 'stop after the questions')
    .addHelpText('after', examples('fumi start', 'fumi start --no-serve'))
    .action(async (options: StartOptions, command: Command) =>
      (await import('./commands/start.ts')).startCommand(context(command), options),
    );
  program
    .command('demo')
    .description('an invented company in four systems, searched as three persons with different rights')
    .option('--as <person>', 'who sits at this machine afterwards: emi, rika or henrik', 'emi')
    .option('--folder <folder>', 'keep configuration and database there (default: a temporary folder)')
    .option(
      '--port <number>',
      'port (default: 7700, or a free one when that is taken)',
      numberFrom(0, 65_535),
    )
    .option('--no-serve', 'stop after the questions')
    .addHelpText('after', examples('fumi demo', 'fumi demo --as henrik', 'fumi demo --no-serve --json'))
    .action(async (options: DemoOptions, command: Command) =>
      (await import('./commands/demo.ts')).demoCommand(context(command), options),
    );
}
