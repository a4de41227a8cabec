import { afterAll, beforeAll, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { ANY_TOPIC, CONNECT, everyThing } from './support/policies.ts';
import { onEveryBroker, Scene, type SceneBroker } from './support/scene.ts';
import { until } from './support/until.ts';

const GROUPS = everyThing(CONNECT, ...ANY_TOPIC);
const maker = new CertificateMaker();
const theirCa = maker.ca('the customer’s device CA');

onEveryBroker('a device that connects a second time', (kind) => {
  let scene: Scene;
  let knowing: SceneBroker;
  beforeAll(async () => {
    scene = await Scene.start(kind, { configuration: { deviceGroups: GROUPS } });
    knowing = await scene.addBroker({ deviceCas: [scene.deviceCaPem, theirCa.pem] });
  });
  afterAll(() => scene[Symbol.asyncDispose]());

  it('takes over: the first connection ends, the second works, one session is left', async () => {
    const enrolled = await scene.enrol('twin');
    const first = await scene.connect(enrolled);
    const [before] = await scene.sessions('twin');
    const second = await scene.connect(enrolled);
    await first.disconnected();
    await until('the new session is left', async () => {
      const [after, ...more] = await scene.sessions('twin');
      return more.length === 0 && after !== undefined && after.tokenPrefix !== before?.tokenPrefix;
    });
    expect(await second.subscribe('x')).toEqual([1]);
    await second.publish('x', 'still here');
    await second.received('x', 'still here');
  });

  it('twenty times one after the other leaves one session each time, at once, though the broker has nothing else to do', async () => {
    const enrolled = await scene.enrol('regular');
    let [before] = await scene.sessions('regular');
    for (let round = 0; round < 20; round++) {
      await scene.connect(enrolled);
      await until(
        `the new session of round ${round} is the only one`,
        async () => {
          const [after, ...more] = await scene.sessions('regular');
          if (more.length > 0 || after === undefined || after.tokenPrefix === before?.tokenPrefix)
            return false;
          before = after;
          return true;
        },
        1_000,
      );
    }
  });

  it('ten times in a row never loses the last connection, nor leaves sessions behind', async () => {
    const enrolled = await scene.enrol('hasty');
    const devices = await Promise.all(
      Array.from({ length: 10 }, () => scene.connect(enrolled).catch(() => undefined)),
    );
    await until(
      'one connection is left',
      () => devices.filter((each) => each?.client.connected).length === 1,
    );
    const last = await scene.connect(enrolled);
    await until('one session is left', async () => (await scene.sessions('hasty')).length === 1);
    expect(await last.subscribe('y')).toEqual([1]);
    await last.publish('y', '1');
    await last.received('y', '1');
  });

  it('may have another certificate by then: its thing’s newer one takes over, and the old one’s revocation is not felt', async () => {
    const old = await scene.enrol('renewed');
    const first = await scene.connect(old);
    const newer = await scene.enrol('renewed');
    const second = await scene.connect(newer);
    await first.disconnected();
    await scene.revoke(old);
    await expect(scene.connect(old)).rejects.toMatchObject({ code: kind.answers.refused });
    expect(await second.subscribe('z')).toEqual([1]);
    await second.publish('z', '1');
    await second.received('z', '1');
    expect(second.drops).toBe(0);
  });

  it('is left alone by whoever tries its client id with a certificate that is refused', async () => {
    const enrolled = await scene.enrol('victim');
    const victim = await scene.connect(enrolled, {}, knowing);
    await victim.subscribe('v');
    const impostor = maker.make({ subject: 'victim', issuer: theirCa });
    const stranger = { certificatePem: impostor.pem, privateKeyPem: impostor.keyPem };
    for (let knock = 0; knock < 5; knock++) {
      const device = scene.device(stranger, { clientId: 'victim' }, knowing);
      await expect(device.connected()).rejects.toMatchObject({ code: kind.answers.refused });
    }
    await victim.publish('v', 'still here');
    await victim.received('v', 'still here');
    expect(victim.drops).toBe(0);
    expect(await scene.sessions('victim')).toMatchObject([
      { certificateId: enrolled.certificateId, held: true },
    ]);
  });
});
