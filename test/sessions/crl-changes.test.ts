import { describe, expect, it } from 'vitest';
import type { IssuedAs } from '../../src/sessions/ports.ts';
import { authenticated, Gate, Room, StepPace } from './room.ts';

/** A CRL of one issuer with these numbers. */
function crl(issuer: string, ...numbers: string[]): (certificate: IssuedAs) => string | undefined {
  return (certificate) =>
    certificate.issuer === issuer && numbers.includes(certificate.serialNumber)
      ? 'CERTIFICATE_REVOKED: listed'
      : undefined;
}

async function roomWith(
  devices: readonly (readonly [name: string, issuer: string, serialNumber: string])[],
  pace?: StepPace,
) {
  const room = new Room(pace === undefined ? {} : { pace });
  const tokens = new Map<string, string>();
  for (const [name, issuer, serialNumber] of devices) {
    room.authenticate = async (id) => authenticated(id, { issuer, serialNumber });
    tokens.set(name, (await room.open(name)).token);
  }
  const alive = (): string[] => [...tokens].filter(([, token]) => room.knows(token)).map(([name]) => name);
  return { room, tokens, alive };
}

describe('another CRL of an issuer', () => {
  it('ends the sessions of the certificates it lists, and no others', async () => {
    const { room, tokens, alive } = await roomWith([
      ['a', 'CN=one', '01'],
      ['b', 'CN=one', '02'],
      ['c', 'CN=two', '01'],
    ]);
    const stream = room.connected([...tokens.values()]);
    await room.service.crlsChanged(crl('CN=one', '01', '07'));
    expect(alive()).toEqual(['b', 'c']);
    expect(stream.of('ended')).toMatchObject([{ reason: 'REVOKED', tokens: [tokens.get('a')] }]);
    expect(room.ends).toMatchObject([{ cause: 'revoked', why: 'certificate: CERTIFICATE_REVOKED: listed' }]);
  });

  it('is gone through in slices, and the newest of several to its end', async () => {
    const pace = new StepPace(2);
    const devices = Array.from({ length: 20 }, (_, n) => [`d${n}`, 'CN=one', `${n}`] as const);
    const { room, alive } = await roomWith(devices, pace);
    const first = room.service.crlsChanged(crl('CN=one', '19'));
    const second = room.service.crlsChanged(crl('CN=one', '0', '10'));
    await pace.finish();
    await Promise.all([first, second]);
    expect(pace.yields).toBeGreaterThan(10);
    expect(alive()).toHaveLength(17);
    expect(alive()).not.toContain('d10');
  });

  it('ends the sessions of a certificate that cannot be held against it, and goes on', async () => {
    const { room, alive } = await roomWith([
      ['a', 'CN=one', '01'],
      ['b', 'CN=one', '02'],
      ['c', 'CN=one', '03'],
    ]);
    await room.service.crlsChanged(({ serialNumber }) => {
      if (serialNumber === '01') throw new Error('a defect');
      return serialNumber === '02' ? 'listed' : undefined;
    });
    expect(alive()).toEqual(['c']);
    expect(room.faults).toHaveLength(1);
  });

  it('has the sessions that are being opened meanwhile decided anew', async () => {
    const room = new Room();
    const gate = new Gate<undefined>();
    room.readThing = () => gate.promise;
    let asked = 0;
    room.authenticate = async (id) => {
      asked += 1;
      return asked === 1
        ? authenticated(id)
        : {
            kind: 'rejected',
            reason: 'CERTIFICATE_REVOKED',
            category: 'CERTIFICATE',
            message: 'listed',
            certificateId: 'C',
          };
    };
    const opening = room.tryOpen('late');
    await room.service.crlsChanged(crl('CN=a CA', 'number of late'));
    gate.open(undefined);
    expect((await opening).kind).toBe('refused');
    expect(room.refusals).toMatchObject([{ reason: 'CERTIFICATE_REVOKED' }]);
  });
});
