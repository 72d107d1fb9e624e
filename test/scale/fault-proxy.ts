import { connect, createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';

/**
 * `cut`: nobody there. `silent`: bytes vanish. `half-open`: bytes vanish on the connections of this moment, new ones work.
 * A number: each piece is late by so many ms.
 */
export type Fault = 'none' | 'cut' | 'silent' | 'half-open' | number;

export interface FaultProxy {
  readonly port: number;
  /** Pieces that vanished. */
  readonly swallowed: number;
  set(fault: Fault): void;
  close(): Promise<void>;
}

/** A way between two processes that can be broken; to a port, of this machine unless a host is named, or to a socket in a folder. */
export async function startFaultProxy(
  target: { host?: string; port: number } | { path: string },
): Promise<FaultProxy> {
  let fault: Fault = 'none';
  let swallowed = 0;
  const open = new Set<Socket>();
  const muted = new WeakSet<Socket>();
  const forward = (from: Socket, to: Socket) => {
    open.add(from);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      open.delete(from);
      to.destroy();
    });
    from.on('data', (part: Buffer) => {
      if (fault === 'silent' || muted.has(from)) {
        swallowed++;
        return;
      }
      if (typeof fault === 'number') setTimeout(() => to.write(part), fault);
      else to.write(part);
    });
  };
  const server = createServer((socket) => {
    if (fault === 'cut') return void abort(socket);
    const other = connect(target);
    forward(socket, other);
    forward(other, socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    port: (server.address() as AddressInfo).port,
    get swallowed() {
      return swallowed;
    },
    set: (wanted) => {
      const wasSilent = fault === 'silent' || fault === 'half-open';
      fault = wanted;
      if (wanted === 'half-open') for (const socket of open) muted.add(socket);
      // What was lost on a connection does not come back: both ends have to begin again.
      if (wanted === 'cut' || wasSilent) for (const socket of open) abort(socket);
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of open) socket.destroy();
      }),
  };
}

/** Without a farewell, where the kind of socket can do without. */
function abort(socket: Socket): void {
  if (socket.remoteAddress === undefined) socket.destroy();
  else socket.resetAndDestroy();
}
