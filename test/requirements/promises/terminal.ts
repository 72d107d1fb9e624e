import type { Promises } from '../sources.ts';

/** What a person meets at the terminal. */
export const TERMINAL: Promises = {
  commands: {
    'cli.pipe': 'A command whose output nobody reads any more ends in silence.',
    'cli.guided': 'A source behind a network is added by questions or flags, and tried before it is written.',
    'cli.first-hit': 'A new user gets from nothing to a hit by init, source add, sync and search.',
    'cli.help': 'Every command has help with examples.',
    'cli.documented': 'What pages and help tell people to type is taken by the commands that there are.',
    'cli.json': 'Every command with --json prints one JSON value alone on standard output.',
    'cli.plain': 'Without a terminal, output is plain lines without control characters.',
    'cli.exit-codes': 'Exit codes have a meaning each, which a command lists.',
    'cli.remove-asks': 'A source is only forgotten by a second word.',
    'cli.init-refuses': 'The init command overwrites nothing and says why a folder cannot be used.',
    'config.comments': 'Commands that change a configuration keep its comments.',
    'mcp.install': 'Entering a client keeps its other entries, and what cannot be kept is refused.',
  },
  demo: {
    'demo.differs': 'The same question gives three persons of the invented company different, right answers.',
    'demo.reasons': 'What is closed to a person is counted by the rule that closes it, without titles.',
    'demo.ends': 'With the demonstration its company ends, also when the demonstration is killed.',
    'demo.serves': 'The demonstration serves MCP as the chosen person, and says how to search as another.',
    'demo.oracle': 'The index opens to each person of the company what each system itself shows them.',
    'demo.size': 'The company has written at least 400 items in four systems.',
  },
};
