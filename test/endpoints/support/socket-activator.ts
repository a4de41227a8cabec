/**
 * Does what systemd does with a socket unit: listens on the path it is given, then runs `inherited-server.ts` with
 * the listening socket as descriptor 3. Waits for it without turning the event loop, so that it accepts nothing itself.
 */
import { spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

const [, , path = '', name = ''] = process.argv;
const server = createServer();
await new Promise<void>((resolve) => server.listen(path, resolve));
const { fd } = (server as unknown as { readonly _handle: { readonly fd: number } })._handle;
const script = fileURLToPath(new URL('inherited-server.ts', import.meta.url));
const { status } = spawnSync('sh', ['-c', 'LISTEN_PID=$$ exec "$0" "$1"', process.execPath, script], {
  stdio: ['inherit', 'inherit', 'inherit', fd],
  env: { ...process.env, LISTEN_FDS: '1', LISTEN_FDNAMES: name },
});
// Without closing the server, which would remove the path.
process.exit(status ?? 1);
