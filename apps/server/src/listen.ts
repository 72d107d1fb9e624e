import type { Server } from 'node:http';
import { AppError, toAppError } from '@fumikura/errors';

/** @throws AppError PORT_IN_USE (config) */
export function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(error.code === 'EADDRINUSE' ? portInUse(port, error) : toAppError(error)),
    );
    server.listen(port, host, () => resolve());
  });
}

function portInUse(port: number, cause: Error): AppError {
  return new AppError('PORT_IN_USE', 'config', `port ${port} is in use`, {
    publicMessage: `Port ${port} is taken, perhaps by another Fumikura. Choose another with --port, or --port 0 for any free one.`,
    cause,
  });
}
