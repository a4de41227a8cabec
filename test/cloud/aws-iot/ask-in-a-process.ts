/** Asks the fake for a certificate with the SDK's default chain of credentials, in a process with an environment of its own. */
import { writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { SystemClock } from '../../../src/clock.ts';
import { openIotControlPlane } from '../../../src/cloud/aws-iot/iot-control-plane.ts';
import { createSdkAgent } from '../../../src/cloud/aws-iot/sdk-agent.ts';
import { ProxyAddress } from '../../../src/cloud/proxy.ts';

/** With a `file` it is written after the first question, and a second one follows. */
const { file, text, rootCaPem, endpoint, proxy, certificateId } = JSON.parse(
  process.argv[2] ?? '{}',
) as Record<string, string>;
// Every module of the daemon, as it starts.
await import('../../../src/daemon.ts');
const modules = createRequire(import.meta.url).cache ?? {};
const loaded = () => Object.keys(modules).some((file) => file.includes('/@aws-sdk/'));
const loadedAtStart = loaded();
const clock = new SystemClock();
const timeoutMs = () => 5_000;
const controlPlane = await openIotControlPlane({
  region: 'eu-west-1',
  endpoint,
  agent: createSdkAgent({
    rootCaPems: () => [rootCaPem ?? ''],
    proxyOf: () => (proxy === undefined ? undefined : new ProxyAddress(proxy)),
    timeoutMs,
    clock,
  }),
  requestTimeoutMs: timeoutMs,
  clock,
});
const ask = () => controlPlane.describeCertificate(certificateId ?? '', AbortSignal.timeout(20_000));
const first = await ask();
if (file !== undefined) writeFileSync(file, text ?? '');
const outcome = file === undefined ? first : await ask();
process.stdout.write(JSON.stringify({ first, outcome, loadedAtStart, loaded: loaded() }), () =>
  process.exit(),
);
