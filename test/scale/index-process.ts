// The stand-in of the index as a process of its own; prints its address.
import { startQdrant } from '../simulators/qdrant/server.ts';

const { url } = await startQdrant({ judged: false });
process.stdout.write(`${url}\n`);
