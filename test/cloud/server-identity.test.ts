import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OpensslServer } from '../support/fake-aws/openssl-server.ts';
import { ask, ConnectionRoom, HOST } from './connection-room.ts';

let room: ConnectionRoom;

beforeEach(async () => {
  room = await ConnectionRoom.open();
});

afterEach(() => room.close());

describe('a server that is not the right one', () => {
  it.each([
    ['other-ca', 'none of the trusted roots has issued'],
    ['other-name', 'for other names'],
    ['expired', "has expired: is this host's clock right?"],
    ['not-yet-valid', 'not valid yet'],
  ] as const)('is told nothing, and its certificate is an alarm (%s)', async (identity, reason) => {
    room.aws.showCertificate(identity);
    const outcome = await room.connection().send(ask());
    expect(outcome).toMatchObject({ trouble: 'misconfigured', message: expect.stringContaining(reason) });
    expect(outcome).toMatchObject({ message: expect.stringContaining(HOST) });
    expect(room.aws.requests.count()).toBe(0);
  });

  it.each(['-tls1_2', '-tls1_3'])(
    'says by an alert that it refuses the certificate of the core (%s)',
    async (version) => {
      const server = await OpensslServer.start(version, room.aws.rootCaPem);
      try {
        const { certificateFile, keyFile } = room.core.files;
        const files = {
          certificateFile,
          keyFile,
          rootCaFile: room.core.write('other.pem', server.certificatePem),
        };
        const outcome = await room.connection({ host: 'localhost', port: server.port, files }).send(ask());
        expect(outcome).toMatchObject({
          trouble: 'misconfigured',
          message: expect.stringMatching(/refuses .*\(unknown ca\)/),
        });
      } finally {
        await server.stop();
      }
    },
  );

  it('says by an alert that it does not speak our protocol', async () => {
    expect(await room.connection({ alpn: 'something' }).send(ask())).toMatchObject({
      trouble: 'misconfigured',
      message: expect.stringContaining('refuses the TLS handshake (no application protocol)'),
    });
  });

  it('is known by its address, where it has no name', async () => {
    const host = '127.0.0.1';
    expect(await room.connection({ host }).send(ask())).toMatchObject({ kind: 'answered' });
    expect(room.aws.requests.connections).toMatchObject([{ sni: undefined }]);
    room.aws.showCertificate('other-name');
    expect(await room.connection({ host }).send(ask())).toMatchObject({ trouble: 'misconfigured' });
  });

  it("is every server that is not Amazon's, where no other roots are given", async () => {
    const { certificateFile, keyFile } = room.core.files;
    const files = { certificateFile, keyFile, rootCaFile: undefined };
    expect(await room.connection({ files }).send(ask())).toMatchObject({ trouble: 'misconfigured' });
  });

  it('is not let through by an environment that turns checks off', async () => {
    process.env['NODE_TLS_REJECT_UNAUTHORIZED'] = '0';
    try {
      room.aws.showCertificate('other-ca');
      expect(await room.connection().send(ask())).toMatchObject({ trouble: 'misconfigured' });
    } finally {
      delete process.env['NODE_TLS_REJECT_UNAUTHORIZED'];
    }
  });
});
