import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DaemonClient } from '../../../plugins/aedes/daemon-client.ts';
import { isVerdict } from '../../../plugins/aedes/daemon-port.ts';
import { until } from '../../e2e/support/until.ts';
import { GrpcDaemon } from './support/grpc-daemon.ts';

describe('the daemon over gRPC', () => {
  let daemon: GrpcDaemon;
  let client: DaemonClient;

  beforeEach(async () => {
    daemon = new GrpcDaemon();
    await daemon.start();
    client = clientOf(daemon);
  });

  afterEach(() => {
    client.close();
    daemon.stop();
  });

  function clientOf(of: GrpcDaemon): DaemonClient {
    return new DaemonClient({
      contract: of.contract,
      address: of.address,
      brokerInstanceId: 'broker',
      authenticationDeadlineMs: 300,
    });
  }

  const credential = { clientId: 'thing', certificatePem: 'pem' };

  it('opens a session with what the device showed', async () => {
    const answer = await client.openSession(credential, 'correlation');
    expect(answer).toMatchObject({ clientDeviceAuthToken: 'token-1', thingName: 'thing', epoch: 'epoch' });
    expect(daemon.asked).toEqual([{ ...credential, correlationId: 'correlation' }]);
  });

  it('passes on a refusal with its reason, category and delay', async () => {
    daemon.verdict = () => ({
      reason: 'TOKEN_CACHE_FULL',
      retryAfterMs: 1_500,
      metadata: { category: 'REFUSAL_CLIENT_ID' },
    });
    const error = await client.openSession(credential, '').catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      reason: 'TOKEN_CACHE_FULL',
      retryAfterMs: 1_500,
      metadata: { category: 'REFUSAL_CLIENT_ID' },
    });
    expect(isVerdict(error)).toBe(false);
  });

  it('takes only INVALID_CREDENTIAL for a verdict about the device', async () => {
    daemon.verdict = () => ({ reason: 'INVALID_CREDENTIAL' });
    const error = await client.openSession(credential, '').catch((reason: unknown) => reason);
    expect(isVerdict(error)).toBe(true);
  });

  it('gives up at the deadline, without a verdict', async () => {
    daemon.verdict = () => undefined;
    const error = await client.openSession(credential, '').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: 'VERIFICATION_UNAVAILABLE' });
  });

  it('fails at once, without a verdict, when there is no daemon, and works again when there is', async () => {
    daemon.stop();
    const error = await client.openSession(credential, '').catch((reason: unknown) => reason);
    expect(error).toMatchObject({ reason: 'VERIFICATION_UNAVAILABLE' });
    const successor = new GrpcDaemon();
    await successor.start();
    const again = clientOf(successor);
    await expect(again.openSession(credential, '')).resolves.toMatchObject({ thingName: 'thing' });
    again.close();
    successor.stop();
  });

  it('carries the update stream both ways and tells its end once', async () => {
    const updates: unknown[] = [];
    let ends = 0;
    const stream = client.openUpdates({
      onUpdate: (update) => updates.push(update),
      onEnd: () => ends++,
    });
    stream.send({ hello: { brokerInstanceId: 'broker', epoch: '', caller: '' } });
    stream.send({ held: { clientDeviceAuthTokens: ['a'], last: true } });
    await until('the snapshot', () => updates.length > 0);
    expect(updates[0]).toMatchObject({ epoch: 'epoch', sequence: 1, snapshot: { last: true } });
    expect(daemon.held).toEqual(['a']);
    daemon.stop();
    await until('the end', () => ends > 0);
    stream.cancel();
    expect(ends).toBe(1);
  });
});
