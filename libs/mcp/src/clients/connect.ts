/** How a client starts the server over standard input and output. */
export interface StdioEntry {
  readonly command: string;
  readonly args: readonly string[];
}

/** Lines for a person who wants to connect a client to a running server, in the order people ask for them. */
export function connectionLines(
  url: string,
  entry: StdioEntry,
): { readonly client: string; readonly lines: readonly string[] }[] {
  const name = 'fumikura';
  const command = [entry.command, ...entry.args].map(quoted).join(' ');
  const at = entry.args.indexOf('--config');
  const config = at < 0 ? [] : entry.args.slice(at, at + 2);
  const install = (client: string) => ['npx fumi mcp install', client, ...config.map(quoted)].join(' ');
  return [
    {
      client: 'Claude Code',
      lines: [`claude mcp add --transport http ${name} ${url}`, `claude mcp add ${name} -- ${command}`],
    },
    {
      client: 'Claude Desktop',
      lines: [
        install('claude'),
        `Settings › Developer › Edit Config: ${JSON.stringify({ mcpServers: { [name]: entry } })}`,
      ],
    },
    {
      client: 'VS Code',
      lines: [
        install('vscode'),
        `code --add-mcp '${JSON.stringify({ name, type: 'http', url })}'`,
        vsCodeLink(name, url),
      ],
    },
    { client: 'Cursor', lines: [install('cursor'), cursorLink(name, url)] },
    {
      client: 'ChatGPT',
      lines: [
        `Settings › Connectors › Create: ${url}/openai (ChatGPT needs a public https address; put a tunnel or proxy with sign-in before it)`,
      ],
    },
  ];
}

export function cursorLink(name: string, url: string): string {
  const config = Buffer.from(JSON.stringify({ url })).toString('base64');
  return `cursor://anysphere.cursor-deeplink/mcp/install?name=${encodeURIComponent(name)}&config=${encodeURIComponent(config)}`;
}

export function vsCodeLink(name: string, url: string): string {
  return `vscode:mcp/install?${encodeURIComponent(JSON.stringify({ name, type: 'http', url }))}`;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/u.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
