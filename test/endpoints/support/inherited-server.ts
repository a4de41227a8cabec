/** Serves scripted rooms on the socket that is passed to it as `broker`, until its standard input ends. */
import { inheritedSockets } from '../../../src/endpoints/listeners/inherited-sockets.ts';
import { House, unixListener } from './rooms.ts';

const inherited = inheritedSockets(process.env, process.pid);
const house = await House.open(
  () => ({ broker: unixListener('/nowhere/at/all.sock') }),
  undefined,
  inherited,
);
process.stdout.write(`${house.endpoints.listeners()[0]?.address}\n`);
process.stdin.resume();
process.stdin.on('end', async () => {
  await house.close();
  process.exit(0);
});
