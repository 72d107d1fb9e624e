import { main } from './main.ts';

// Entry of the built file; from a checkout bin/fumi.mjs is used, which also finds a new enough Node.
process.exitCode = await main(process.argv.slice(2));
