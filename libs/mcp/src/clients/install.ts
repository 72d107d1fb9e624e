import { copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { AppError } from '@fumikura/errors';
import type { StdioEntry } from './connect.ts';

export type Client = 'claude' | 'vscode' | 'cursor';

export interface InstallPlace {
  readonly home: string;
  readonly platform: NodeJS.Platform;
  /** %APPDATA% on Windows. */
  readonly appData?: string;
}

export interface Installed {
  readonly file: string;
  /** The file as it is afterwards. */
  readonly text: string;
  readonly isChanged: boolean;
  readonly backup?: string;
}

/** Where each client keeps its servers, and under which key. */
export function clientFile(
  client: Client,
  { home, platform, appData }: InstallPlace,
): { file: string; key: string } {
  const support =
    platform === 'darwin'
      ? join(home, 'Library', 'Application Support')
      : platform === 'win32'
        ? (appData ?? join(home, 'AppData', 'Roaming'))
        : join(home, '.config');
  switch (client) {
    case 'claude':
      return { file: join(support, 'Claude', 'claude_desktop_config.json'), key: 'mcpServers' };
    case 'vscode':
      return { file: join(support, 'Code', 'User', 'mcp.json'), key: 'servers' };
    case 'cursor':
      return { file: join(home, '.cursor', 'mcp.json'), key: 'mcpServers' };
  }
}

/**
 * Enters the server in a client's configuration, keeping everything else; the old file stays beside it.
 * @throws AppError CONFIG_INVALID (config) for a file that is no plain JSON: comments would be lost
 */
export async function installInto(
  client: Client,
  entry: StdioEntry,
  place: InstallPlace,
  isDry = false,
): Promise<Installed> {
  const { file, key } = clientFile(client, place);
  const before = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  const config = parse(file, before);
  const servers = objectAt(config, key, file);
  const after = {
    ...config,
    [key]: { ...servers, fumikura: client === 'vscode' ? { type: 'stdio', ...entry } : entry },
  };
  const text = `${JSON.stringify(after, null, 2)}\n`;
  const isChanged = JSON.stringify(config) !== JSON.stringify(after);
  if (isDry || !isChanged) return { file, text, isChanged };
  await mkdir(dirname(file), { recursive: true });
  const backup = `${file}.before-fumikura`;
  if (before !== undefined) await copyFile(file, backup);
  await writeFile(`${file}.tmp`, text, { mode: 0o600 });
  await rename(`${file}.tmp`, file);
  return { file, text, isChanged, ...(before !== undefined && { backup }) };
}

function parse(file: string, text: string | undefined): Record<string, unknown> {
  if (text === undefined || text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // falls through to the same refusal as JSON of another shape
  }
  throw unusable(file);
}

function objectAt(config: Record<string, unknown>, key: string, file: string): Record<string, unknown> {
  const value = config[key] ?? {};
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw unusable(file);
}

function unusable(file: string): AppError {
  return new AppError('CONFIG_INVALID', 'config', `${file} is no plain JSON object`, {
    publicMessage: `${file} holds something else than plain JSON (comments, perhaps). It is left as it is; add the entry by hand: see "fumi mcp install --dry-run".`,
  });
}
