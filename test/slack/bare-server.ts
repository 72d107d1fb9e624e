// node test/slack/bare-server.ts: takes whatever comes over HTTP and does nothing with it, in a process of its own. What it
// takes for that is what the machine and the client take.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer((incoming, outgoing) => {
  incoming.resume().once('end', () => outgoing.writeHead(200).end());
});
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  process.stdout.write(`${JSON.stringify({ url: `http://127.0.0.1:${port}/slack/events` })}\n`);
});
process.once('SIGTERM', () => {
  server.close();
  server.closeAllConnections();
});
