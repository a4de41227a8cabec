/** Runs AWS's client (`aws-device.ts`); a native abort of it fails the one test that asked for it. */
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import type { AwsReport, AwsTask } from './aws-device.ts';

const DEVICE = fileURLToPath(new URL('aws-device.ts', import.meta.url));
/** An alert of TLS is told by the client only after 10 to 30 seconds, on purpose. */
const LONGEST_MS = 60_000;

export async function asAwsDevice(task: AwsTask): Promise<AwsReport> {
  const child = spawn(process.execPath, ['--no-deprecation', DEVICE], {
    stdio: ['pipe', 'pipe', 'pipe'],
    timeout: LONGEST_MS,
    killSignal: 'SIGKILL',
  });
  child.stdin.end(JSON.stringify(task));
  const ended = new Promise<string>((resolve) => {
    child.once('close', (code, signal) => resolve(`${signal ?? code}`));
  });
  const [output, errors, how] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (how !== '0' || output === '') throw new Error(`AWS's client ended (${how}):\n${errors}`);
  return JSON.parse(output) as AwsReport;
}
