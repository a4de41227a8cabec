import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { status } from '@grpc/grpc-js';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { isSoak } from '../support/runs.ts';
import { BesiegedBroker, PENDING_MAX_MS } from './support/besieged-broker.ts';
import { DaemonProcess } from './support/daemon-process.ts';
import type { Device, Identity } from './support/device.ts';
import { CONNECT, everyThing, OWN } from './support/policies.ts';
import { EPOCH, RogueDaemon, SaidStatus } from './support/rogue-daemon.ts';
import { onMosquitto } from './support/scene.ts';
import { type Answering, forwardTo } from './support/socket-switch.ts';
import { until } from './support/until.ts';

/** Few random cases: each takes a second of siege and recovery, on each broker. */
const CASES = { numRuns: isSoak() ? 100 : process.env['DEVICEAUTHD_SANITIZE'] === '1' ? 2 : 4 };
const CASES_MS = isSoak() ? 15 * 60_000 : 60_000;
const SIEGE_MS = 600;
const KNOCKING = 4;

const PREFACE_ANSWER = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const SETTINGS_ACK = Buffer.from([0, 0, 0, 4, 1, 0, 0, 0, 0]);

function frame(
  type: number,
  flags: number,
  stream: number,
  payload: Uint8Array,
  length = payload.length,
): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(length, 0, 3);
  head[3] = type;
  head[4] = flags;
  head.writeUInt32BE(stream >>> 0, 5);
  return Buffer.concat([head, payload]);
}

/** What stands on the socket in place of a daemon: bytes after pauses of its own, and how it ends. */
interface Script {
  readonly speaksHttp2: boolean;
  readonly pieces: readonly Uint8Array[];
  readonly end: 'hangs' | 'resets' | 'closes' | 'half-closes';
}

const anyFrame = fc
  .record({
    type: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 255 })),
    flags: fc.oneof(fc.constantFrom(0, 1, 4, 5), fc.integer({ min: 0, max: 255 })),
    stream: fc.oneof(fc.constantFrom(0, 1, 3, 5), fc.nat()),
    payload: fc.uint8Array({ maxLength: 64 }),
    lie: fc.option(fc.integer({ min: 0, max: 0xffffff }), { freq: 5 }),
  })
  .map(({ type, flags, stream, payload, lie }) => frame(type, flags, stream, payload, lie ?? payload.length));

/** Headers and a message of gRPC, or nearly, as an answer to the plugin's first calls. */
const nearlyGrpc = fc
  .record({ stream: fc.constantFrom(1, 3), message: fc.uint8Array({ maxLength: 80 }) })
  .map(({ stream, message }) => {
    // `:status: 200` is one byte of HPACK's static table; then a literal field for the content type.
    const contentType = Buffer.from('\x00\x0ccontent-type\x10application/grpc', 'latin1');
    const prefix = Buffer.alloc(5);
    prefix.writeUInt32BE(message.length, 1);
    return Buffer.concat([
      frame(1, 4, stream, Buffer.concat([Buffer.from([0x88]), contentType])),
      frame(0, 0, stream, Buffer.concat([prefix, message])),
    ]);
  });

const script: fc.Arbitrary<Script> = fc.record({
  speaksHttp2: fc.boolean(),
  pieces: fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), anyFrame, nearlyGrpc), { maxLength: 6 }),
  end: fc.constantFrom('hangs', 'resets', 'closes', 'half-closes'),
});

/** Every connection gets the next script. */
function performing(scripts: readonly Script[]): Answering {
  let next = 0;
  return (near) => {
    const { speaksHttp2, pieces, end } = scripts[next++ % scripts.length]!;
    if (speaksHttp2) near.write(Buffer.concat([PREFACE_ANSWER, SETTINGS_ACK]));
    let number = 0;
    // One piece for each that arrives.
    near.on('data', () => {
      const piece = pieces[number++];
      if (piece !== undefined) near.write(piece);
      else finish(near, end);
    });
    if (!speaksHttp2 && pieces.length === 0) finish(near, end);
  };
}

function finish(near: Socket, how: Script['end']): void {
  // A Unix socket is reset by closing it with something unread.
  if (how === 'resets') near.pause().once('readable', () => near.destroy());
  else if (how === 'closes') near.destroy();
  else if (how === 'half-closes') near.end();
}

onMosquitto(
  'in place of the daemon, something else:',
  (kind) => {
    let daemon: DaemonProcess;
    let besieged: BesiegedBroker;
    let enrolled: Map<string, Identity>;
    let inside: Device;
    let good: Answering;

    beforeAll(async () => {
      daemon = await DaemonProcess.start({
        deviceGroups: everyThing(CONNECT, ['mqtt:publish', `mqtt:topic:own/${OWN}`]),
      });
      const ca = await daemon.admin.call('CreateDeviceCa', { name: 'default' });
      good = forwardTo(daemon.brokerSocket);
      besieged = await BesiegedBroker.start(kind, good, [ca.certificatePem]);
      enrolled = new Map();
      for (const thingName of [
        'inside',
        'newcomer',
        ...Array.from({ length: KNOCKING }, (_, n) => `k-${n}`),
      ]) {
        enrolled.set(
          thingName,
          await daemon.admin.call('IssueCertificate', { thingName, createThing: true }),
        );
      }
      inside = await besieged.letIn('inside', enrolled.get('inside'));
      await besieged.isUnharmed();
    });
    afterAll(async () => {
      try {
        await besieged.stop();
      } finally {
        await daemon.stop();
      }
    });

    const heldSessions = async () =>
      (await daemon.admin.call('ListSessions', { pageSize: 1000 })).sessions.filter(
        (session) => session.held,
      );

    /** Nobody was harmed meanwhile; with the daemon in its place again devices get in, and who was in is known to it. */
    async function recovers(): Promise<void> {
      await besieged.isUnharmed();
      expect(await besieged.passes(inside, 'own/inside')).toBe(true);
      expect(await besieged.passes(inside, 'forbidden')).toBe(false);
      besieged.socket.to(good);
      const newcomer = await besieged.letIn('newcomer', enrolled.get('newcomer'));
      expect(await besieged.passes(newcomer, 'own/newcomer')).toBe(true);
      await until('the daemon knows who is in', async () =>
        (await heldSessions()).some((session) => session.thingName === 'inside'),
      );
      await newcomer.end();
      await until('the newcomer’s session is over', async () => (await heldSessions()).length === 1);
      expect(inside.drops).toBe(0);
      await besieged.isUnharmed();
    }

    it(
      'whatever bytes it sends, nobody is let in, nobody waits, and the daemon is welcome again',
      async () => {
        await fc.assert(
          fc.asyncProperty(fc.array(script, { minLength: 1, maxLength: 6 }), async (scripts) => {
            besieged.socket.to(performing(scripts));
            const end = performance.now() + SIEGE_MS;
            const knocks = Array.from({ length: KNOCKING }, async (_, n) => {
              do {
                const knocking = besieged.device(`k-${n}`, enrolled.get(`k-${n}`));
                await expect(knocking.connected()).rejects.toThrow();
              } while (performance.now() < end);
            });
            await Promise.all(knocks);
            await recovers();
          }),
          CASES,
        );
      },
      CASES_MS,
    );

    it.each([
      ['says nothing', () => {}],
      ['floods', (near: Socket) => void near.write(randomBytes(4 * 1024 * 1024))],
      [
        'pings without end',
        (near: Socket) => {
          near.write(Buffer.concat([PREFACE_ANSWER, SETTINGS_ACK]));
          const again = setInterval(() => near.write(frame(6, 0, 0, randomBytes(8))), 1);
          near.on('close', () => clearInterval(again));
        },
      ],
      [
        'accepts every call and answers none',
        (near: Socket) => {
          near.write(Buffer.concat([PREFACE_ANSWER, SETTINGS_ACK]));
          near.resume();
        },
      ],
    ])('if it %s, likewise', async (_what, answering) => {
      besieged.socket.to(answering);
      const knocks = Array.from({ length: KNOCKING }, (_, n) =>
        expect(besieged.device(`k-${n}`, enrolled.get(`k-${n}`)).connected()).rejects.toThrow(),
      );
      await Promise.all(knocks);
      await recovers();
    });

    it('that hangs and stays connected, the daemon is found again behind the same socket', async () => {
      besieged.socket.to((near) => {
        near.write(Buffer.concat([PREFACE_ANSWER, SETTINGS_ACK]));
        near.resume();
      });
      const before = besieged.socket.connections;
      await until('the plugin is connected to it', () => besieged.socket.connections > before);
      besieged.socket.to(good, true);
      // A stream is taken for dead after 15 s.
      await until(
        'a newcomer is let in',
        () =>
          besieged
            .device('newcomer', enrolled.get('newcomer'))
            .connected()
            .then((device) => device.end().then(() => true))
            .catch(() => undefined),
        28_000,
      );
      besieged.socket.cut();
      await recovers();
    }, 60_000);

    it(
      'a man in the middle that flips, drops, delays and cuts',
      async () => {
        const tampering = fc.record({
          rate: fc.constantFrom(0.0005, 0.005, 0.05),
          what: fc.constantFrom('flips', 'drops', 'inserts', 'cuts'),
          choices: fc.infiniteStream(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })),
        });
        await fc.assert(
          fc.asyncProperty(tampering, async ({ rate, what, choices }) => {
            const random = () => choices.next().value as number;
            besieged.socket.to(
              forwardTo(daemon.brokerSocket, (data) => {
                const kept: number[] = [];
                for (const byte of data) {
                  if (random() >= rate) kept.push(byte);
                  else if (what === 'flips') kept.push(byte ^ (1 << Math.floor(random() * 8)));
                  else if (what === 'inserts') kept.push(byte, Math.floor(random() * 256));
                  else if (what === 'cuts') return [Buffer.from(kept)];
                }
                return [Buffer.from(kept)];
              }),
            );
            const end = performance.now() + SIEGE_MS;
            const knocks = Array.from({ length: KNOCKING }, async (_, n) => {
              do {
                // Its certificate is nobody’s; who is enrolled may get through.
                await expect(besieged.device(`k-${n}`).connected()).rejects.toThrow();
                const one = besieged.device(`k-${n}`, enrolled.get(`k-${n}`));
                if ((await one.connected().catch(() => undefined)) === undefined) continue;
                expect(await besieged.passes(one, 'forbidden')).toBe(false);
                await one.end();
              } while (performance.now() < end);
            });
            await Promise.all(knocks);
            await recovers();
          }),
          CASES,
        );
      },
      CASES_MS,
    );
  },
  'one',
);

onMosquitto(
  'a daemon that speaks the contract and says the wrong thing',
  (kind) => {
    let directory: string;
    let rogue: RogueDaemon;
    let besieged: BesiegedBroker;
    let narrow: string;
    let wide: string;
    let number = 0;

    const rules = { requestRule: 'REQUEST_RULE_DEVICE_GROUPS', deliveryRule: 'DELIVERY_RULE_FROM_SUBSCRIBE' };
    const everything = [{ effect: 'ALLOW', operation: '*', resource: '*' }];

    beforeAll(async () => {
      directory = mkdtempSync(join(tmpdir(), 'dar-'));
      rogue = await RogueDaemon.start(join(directory, 'rogue'));
      narrow = rogue.offer({
        format: 1,
        ...rules,
        grants: [
          { effect: 'ALLOW', operation: 'mqtt:connect', resource: 'mqtt:clientId:*' },
          { effect: 'ALLOW', operation: 'mqtt:publish', resource: `mqtt:topic:own/$${'{thing}'}` },
        ],
      });
      wide = rogue.offer({ format: 1, ...rules, grants: everything });
      rogue.grantsOf = () => [narrow];
      besieged = await BesiegedBroker.start(kind, forwardTo(rogue.path));
    });
    afterAll(async () => {
      try {
        await besieged.stop();
      } finally {
        await rogue.stop();
        rmSync(directory, { recursive: true, force: true });
      }
    });
    afterEach(async () => {
      rogue.grantsOf = () => [narrow];
      rogue.answer = (ask) => rogue.honest(ask);
      rogue.answerClientId = () => ({ isFree: true });
      rogue.snapshot = (held) => rogue.honestSnapshot(held);
      await besieged.isUnharmed();
    });

    it('would be believed if it were right', async () => {
      const device = await besieged.letIn('right');
      expect(await besieged.passes(device, 'own/right')).toBe(true);
      expect(await besieged.passes(device, 'forbidden')).toBe(false);
    });

    it.each<[string, typeof rogue.answerClientId]>([
      ['nothing', () => undefined],
      ['neither yes nor no', () => ({})],
      ['that it is not', () => ({ isFree: false })],
      ['that it cannot tell', () => ({ reason: 'VERIFICATION_UNAVAILABLE' })],
      ['a reason that there is not', () => ({ reason: 77 })],
      ['a message that is none', () => Buffer.from([0x08, 0xff, 0xff])],
      ['that it does not know the call', () => new SaidStatus(status.UNIMPLEMENTED, 'what?')],
      ['that the caller may not ask', () => rogue.error('UNAUTHORIZED', status.PERMISSION_DENIED)],
      [
        'to ask later',
        () => rogue.error('LIMIT_EXCEEDED', status.RESOURCE_EXHAUSTED, { seconds: 1, nanos: 0 }),
      ],
    ])(
      'lets no client without a certificate in by answering whether its id is free: %s',
      async (_what, answer) => {
        rogue.answerClientId = answer;
        const clientId = `local-${number++}`;
        for (let time = 0; time < 3; time++)
          await expect(besieged.local(clientId).connected()).rejects.toThrow();
      },
    );

    const set = (change: object) => rogue.offer({ format: 1, ...rules, grants: everything, ...change });
    type Answer = typeof rogue.answer;
    const but =
      (change: object): Answer =>
      (ask) => ({ ...rogue.honest(ask), ...change });
    const withSets =
      (...ids: (() => string)[]): Answer =>
      (ask) => {
        rogue.grantsOf = () => ids.map((id) => id());
        return rogue.honest(ask);
      };
    const wrongAnswers: readonly (readonly [string, Answer])[] = [
      ['nothing', () => undefined],
      [
        'nothing until it is too late',
        async (ask) => {
          await new Promise((resolve) => setTimeout(resolve, 700));
          return rogue.honest(ask);
        },
      ],
      ['no certificate', but({ certificateId: '' })],
      ['another certificate', but({ certificateId: 'ab'.repeat(32) })],
      ['no token', but({ clientDeviceAuthToken: '' })],
      ['a token without end', but({ clientDeviceAuthToken: 'x'.repeat(1_000_000) })],
      [
        'another session’s token',
        (ask) => ({ ...rogue.honest(ask), clientDeviceAuthToken: rogue.tokenOf('right') }),
      ],
      ['no thing', but({ thingName: '' })],
      ['a thing of no possible name', but({ thingName: 'a\nb' })],
      ['a thing name without end', but({ thingName: 'a'.repeat(100_000) })],
      ['no grants', but({ grants: null })],
      ['no grant sets', withSets()],
      ['a set that is nowhere', withSets(() => 'ab'.repeat(32))],
      ['a set id that is none', withSets(() => '../../etc/passwd')],
      [
        'a set whose bytes are another’s',
        withSets(() => {
          rogue.sets.set('cd'.repeat(32), rogue.sets.get(wide)!);
          return 'cd'.repeat(32);
        }),
      ],
      [
        'ten thousand sets',
        (ask) => ({
          ...rogue.honest(ask),
          grants: {
            grantSetIds: Array.from({ length: 10_000 }, () => randomBytes(32).toString('hex')),
            variables: {},
          },
        }),
      ],
      ['a set of a format to come', withSets(() => set({ format: 2 }))],
      ['a set of an unknown rule for requests', withSets(() => set({ requestRule: 77 }))],
      ['a set of an unknown rule for delivery', withSets(() => set({ deliveryRule: 77 }))],
      [
        'a set of an unknown effect',
        withSets(() => set({ grants: [{ effect: 77, operation: '*', resource: '*' }] })),
      ],
      [
        'an unknown effect beside a good set',
        withSets(
          () => narrow,
          () => set({ grants: [{ effect: 77, operation: '*', resource: '*' }] }),
        ),
      ],
      [
        'a set with a pattern that is none',
        withSets(
          () => narrow,
          () => set({ grants: [{ effect: 'ALLOW', operation: '\\', resource: '*' }] }),
        ),
      ],
      [
        'a set of three million grants',
        withSets(() =>
          rogue.offerBytes(
            Buffer.concat([
              rogue.contract.grantSet.serialize({ format: 1, ...rules } as never),
              Buffer.alloc(6_000_000, Buffer.from([0x22, 0])),
            ]),
          ),
        ),
      ],
      ['a lease that is over', but({ leaseMs: 0 })],
      ['a certificate that is over', but({ certificateRemainingMs: 0 })],
      [
        'more variables than there can be',
        but({
          grants: {
            grantSetIds: [],
            variables: Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`v${n}`, 'x'])),
          },
        }),
      ],
      ['bytes that are no message', () => randomBytes(500)],
      [
        'what it should, and after it what does not belong there',
        (ask) => {
          const { responseSerialize } = rogue.contract.deviceAuth.GetClientDeviceAuthToken;
          return Buffer.concat([responseSerialize(rogue.honest(ask)), Buffer.from([0x08, 0xff])]);
        },
      ],
      ['an empty message', () => Buffer.alloc(0)],
      ['more than a message may hold', () => Buffer.alloc(65 * 1024 * 1024)],
      ['a status it made up', () => new SaidStatus(77 as status, 'x\ny\u0000'.repeat(300))],
      [
        'a status with details that are none',
        () => new SaidStatus(status.UNAUTHENTICATED, 'no', randomBytes(900)),
      ],
      [
        'a refusal that says to come back before now',
        () => rogue.error('TOKEN_CACHE_FULL', status.RESOURCE_EXHAUSTED, { seconds: -5, nanos: -1 }),
      ],
      [
        'a refusal that says to come back never',
        () =>
          rogue.error('TOKEN_CACHE_FULL', status.RESOURCE_EXHAUSTED, { seconds: 2 ** 40, nanos: 2 ** 30 }),
      ],
    ];
    it.each(wrongAnswers)('lets nobody in by answering %s', async (_what, answer) => {
      const id = `wrong-${number++}`;
      rogue.answer = answer;
      await besieged.refuses(id);
    });

    it('keeps nobody waiting by naming a set that it never sends', async () => {
      rogue.grantsOf = () => [narrow, 'ee'.repeat(32)];
      const known = rogue.answerGrantSet;
      rogue.answerGrantSet = () => undefined;
      try {
        const from = performance.now();
        await besieged.refuses(`wrong-${number++}`, 1);
        // The call for the set has a deadline of its own, 2 s.
        expect(performance.now() - from).toBeLessThan(PENDING_MAX_MS + 1000);
      } finally {
        rogue.answerGrantSet = known;
      }
    });

    describe('about a device that is in', () => {
      /** What the rogue does, and what that may mean to the device: it goes on, or it does for now nothing. */
      type Act = (device: Device, token: string) => void | Promise<void>;
      const wider =
        (change: object): Act =>
        (_device, token) => {
          rogue.say({
            sessionsChanged: { changes: [{ clientDeviceAuthTokens: [token], grantSetIds: [wide] }] },
            ...change,
          });
        };
      const change = (token: string, grantSetIds: readonly string[], values?: object) => ({
        sessionsChanged: {
          changes: [
            {
              clientDeviceAuthTokens: [token],
              grantSetIds,
              ...(values === undefined ? {} : { variables: [{ values }] }),
            },
          ],
        },
      });
      let fencing: Device;
      beforeAll(async () => {
        fencing = await besieged.letIn('fencing');
      });

      /** Once this returns the plugin has taken all that was said before: it acts on what is said after it of another. */
      async function heard(): Promise<void> {
        const topic = `heard/${number++}`;
        const setId = set({
          grants: [{ effect: 'ALLOW', operation: 'mqtt:publish', resource: `mqtt:topic:${topic}` }],
        });
        await until('what was said has arrived', () => {
          rogue.say(change(rogue.tokenOf('fencing'), [setId]));
          return besieged.passes(fencing, topic);
        });
      }

      /** Says that it does not know the device until it is asked again: the plugin may be between two streams, and not hear it. */
      async function forgotten(device: Device, token: string): Promise<void> {
        const asked = () => rogue.asked.filter((id) => id === device.id).length;
        const before = asked();
        await until('it was asked again', () => {
          rogue.say({ snapshot: { sessions: [], unknownTokens: [token], last: true } });
          return asked() > before;
        });
      }

      it.each<readonly [string, Act]>([
        ['wider grants with a sequence that is past', wider({ sequence: 3 })],
        ['wider grants of another life', wider({ epoch: 'another' })],
        [
          'wider grants in a set that does not hash',
          (_device, token) => {
            const id = 'ef'.repeat(32);
            rogue.say({ grantSetAdded: { grantSetId: id, grantSet: rogue.sets.get(wide) } });
            rogue.sets.set(id, rogue.sets.get(wide)!);
            rogue.say(change(token, [id]));
          },
        ],
        [
          'grants of an unknown effect',
          (_device, token) => {
            rogue.say(change(token, [set({ grants: [{ effect: 77, operation: '*', resource: '*' }] })]));
            rogue.say(change(token, [narrow]));
          },
        ],
        [
          'grants of a format to come',
          (_device, token) => {
            rogue.say(change(token, [set({ format: 2 })]));
            rogue.say(change(token, [narrow]));
          },
        ],
        [
          'more sets than there can be',
          (_device, token) =>
            rogue.say(
              change(
                token,
                Array.from({ length: 5000 }, () => wide),
              ),
            ),
        ],
        [
          'a variable that looks like a pattern',
          (device, token) => {
            rogue.say(change(token, [narrow], { thing: '*' }));
            rogue.say(change(token, [narrow], { thing: device.id }));
          },
        ],
        [
          'more variables than there can be',
          (_device, token) =>
            rogue.say(
              change(
                token,
                [narrow],
                Object.fromEntries(Array.from({ length: 5000 }, (_, n) => [`v${n}`, 'x'])),
              ),
            ),
        ],
        [
          'a snapshot nobody asked for that leaves it out',
          () => rogue.say({ snapshot: { sessions: [], unknownTokens: [], last: true } }),
        ],
        [
          'a snapshot of tokens nobody holds',
          () =>
            rogue.say({
              snapshot: {
                sessions: Array.from({ length: 5000 }, (_, n) => rogue.state(`nobody-${n}`, [wide], 'x')),
                unknownTokens: Array.from({ length: 5000 }, (_, n) => `nobody-${n}`),
                last: true,
              },
            }),
        ],
        [
          'the end of twenty thousand others',
          () =>
            rogue.say({
              sessionsEnded: {
                clientDeviceAuthTokens: Array.from({ length: 20_000 }, (_, n) => `other-${n}`),
                reason: 'END_REASON_REVOKED',
                correlationId: 'x\n'.repeat(100_000),
              },
            }),
        ],
        [
          'a set of no use',
          () =>
            rogue.say({ grantSetAdded: { grantSetId: 'x'.repeat(1_000_000), grantSet: randomBytes(1000) } }),
        ],
        ['events of a kind to come', () => rogue.say({ event: undefined })],
        ['no epoch', () => rogue.say({ epoch: '', heartbeat: { leaseMs: 300_000 } })],
        [
          'a lease of no length, and then a good one',
          () => {
            rogue.say({ heartbeat: { leaseMs: 0 } });
            rogue.say({ heartbeat: { leaseMs: 300_000 } });
          },
        ],
        ['the longest lease there is', () => rogue.say({ heartbeat: { leaseMs: 2 ** 32 - 1 } })],
        [
          'a negative lease, and then a good one',
          () => {
            // As the bytes of a negative int32 would be: SessionUpdate { heartbeat { lease_ms: -1 } }.
            const lease = Buffer.from([0x08, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]);
            const epoch = Buffer.from(EPOCH);
            rogue.say(
              Buffer.concat([
                Buffer.from([0x0a, epoch.length]),
                epoch,
                Buffer.from([0x3a, lease.length]),
                lease,
              ]),
            );
            rogue.say({ heartbeat: { leaseMs: 300_000 } });
          },
        ],
        ['bytes that are no message', () => rogue.say(randomBytes(300))],
        ['more than a message may hold', () => rogue.say(Buffer.alloc(65 * 1024 * 1024))],
        [
          'ten thousand heartbeats',
          () => {
            for (let n = 0; n < 10_000; n++) rogue.say({ heartbeat: { leaseMs: 300_000 } });
          },
        ],
        [
          'an end of the stream with details that are none',
          () => rogue.endStreams(new SaidStatus(status.UNAUTHENTICATED, 'x'.repeat(500), randomBytes(900))),
        ],
        [
          'an end of the stream that reads like a verdict',
          () => rogue.endStreams(rogue.error('INVALID_CREDENTIAL', status.UNAUTHENTICATED)),
        ],
        [
          'that it does not know it, and then a verdict about another certificate',
          (device, token) => {
            rogue.answer = (ask) => ({ ...rogue.honest(ask), certificateId: 'ab'.repeat(32) });
            return forgotten(device, token);
          },
        ],
        [
          'that it does not know it, and then a refusal in a status that is not one',
          (device, token) => {
            rogue.answer = () => rogue.error('INVALID_CREDENTIAL', status.INTERNAL);
            return forgotten(device, token);
          },
        ],
      ])('%s neither widens what it may do nor ends it', async (_what, act) => {
        const id = `in-${number++}`;
        const device = await besieged.letIn(id);
        await rogue.streaming();
        await act(device, rogue.tokenOf(id));
        await heard();
        expect(await besieged.passes(device, 'forbidden')).toBe(false);
        await until('it goes on', () => besieged.passes(device, `own/${id}`));
        expect(await besieged.passes(device, 'forbidden')).toBe(false);
        expect(device.drops).toBe(0);
        await device.end();
      });

      it('the end of it for a reason to come ends it', async () => {
        const device = await besieged.letIn('ended');
        await rogue.streaming();
        rogue.say({ sessionsEnded: { clientDeviceAuthTokens: [rogue.tokenOf('ended')], reason: 77 } });
        await device.disconnected();
      });
    });
  },
  'one',
);
