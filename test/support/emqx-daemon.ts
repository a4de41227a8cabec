/** A daemon in this process with one EMQX, `edge`: its ports, and what a test plays EMQX with. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, SystemClock } from '../../src/clock.ts';
import { RunningDaemon } from '../endpoints/support/daemon.ts';
import { CertificateMaker, type TestCertificate } from './certificates.ts';
import { ExHookClient } from './exhook-client.ts';
import { ScriptedVerifier } from './scripted-verifier.ts';

/** Everyone may connect under its own name, publish to `up/<name>` and subscribe to `down/<name>/+`. */
export const POLICY = {
  formatVersion: '2021-03-05',
  definitions: { all: { selectionRule: 'thingName: *', policyName: 'own' } },
  policies: {
    own: {
      s: {
        operations: ['mqtt:connect', 'mqtt:publish', 'mqtt:subscribe'],
        resources: [
          'mqtt:clientId:${iot:Connection.Thing.ThingName}',
          'mqtt:topic:up/${iot:Connection.Thing.ThingName}',
          'mqtt:topicfilter:down/${iot:Connection.Thing.ThingName}/+',
        ],
      },
    },
  },
};

export const PORT_OF_MUTUAL_TLS = 8883;

export interface EmqxDaemonOptions {
  /** Over the plain ports on loopback. */
  readonly broker?: (files: EmqxFiles) => object;
  readonly more?: object;
  readonly clock?: Clock;
}

/** What EMQX's own TLS needs, as files. */
export interface EmqxFiles {
  readonly tls: object;
  readonly write: (name: string, text: string) => string;
}

export class EmqxDaemon {
  readonly maker = new CertificateMaker();
  readonly callerCa = this.maker.ca('callers');
  readonly serverCertificate = this.maker.make({ subject: 'localhost', hosts: ['localhost', '127.0.0.1'] });
  /** EMQX's own. */
  readonly client = this.maker.make({ subject: 'emqx', issuer: this.callerCa });
  readonly verifier: ScriptedVerifier;
  readonly #directory = mkdtempSync(join(tmpdir(), 'emqx-'));
  readonly #clients: ExHookClient[] = [];
  #daemon: RunningDaemon | undefined;

  static async start(options: EmqxDaemonOptions = {}): Promise<EmqxDaemon> {
    const clock = options.clock ?? new SystemClock();
    const running = new EmqxDaemon(clock);
    const write = (name: string, text: string) => running.write(name, text);
    const tls = {
      certificateFile: write('server.pem', running.serverCertificate.pem),
      keyFile: write('server.key', running.serverCertificate.keyPem),
      clientCaFile: write('callers.pem', running.callerCa.pem),
      clientFingerprints: [running.client.id],
    };
    const plain = { host: '127.0.0.1', port: 0, insecureLoopback: true };
    const edge = {
      mutualTlsPorts: [PORT_OF_MUTUAL_TLS],
      exhook: plain,
      ...options.broker?.({ tls, write }),
    };
    try {
      running.#daemon = await RunningDaemon.start(
        { deviceGroups: POLICY, emqx: { edge }, ...options.more },
        running.verifier,
        clock,
      );
    } catch (error) {
      await running.stop();
      throw error;
    }
    return running;
  }

  private constructor(clock: Clock) {
    this.verifier = new ScriptedVerifier({ clock });
  }

  get daemon(): RunningDaemon {
    if (this.#daemon === undefined) throw new Error('it did not start');
    return this.#daemon;
  }

  /** A device that is let in, with a certificate of its own. */
  device(name: string): TestCertificate {
    const made = this.maker.make({
      subject: [
        { type: 'O', value: 'Plant' },
        { type: 'CN', value: name },
      ],
    });
    this.verifier.setCertificate(made.id, 'active');
    this.verifier.attach(made.id, name);
    return made;
  }

  write(name: string, text: string): string {
    const file = join(this.#directory, name);
    writeFileSync(file, text, { mode: 0o600 });
    return file;
  }

  async port(door: 'exhook' | 'http'): Promise<number> {
    const { listeners } = await this.daemon.caller('admin').call('GetStatus', {});
    const found = listeners.find(({ name }) => name === `edge/${door}`)?.address ?? '';
    return Number(found.split(':').at(-1));
  }

  /** One of EMQX's connections. */
  async exhook(tls?: { readonly client?: TestCertificate | undefined }): Promise<ExHookClient> {
    const port = await this.port('exhook');
    const made = await ExHookClient.connect(port, tls && { ca: this.serverCertificate, client: tls.client });
    this.#clients.push(made);
    return made;
  }

  async sessions(): Promise<number> {
    const { sessions } = await this.daemon.caller('admin').call('ListSessions', {});
    return sessions.length;
  }

  /** Reasons and messages, newest first. */
  async refusals(): Promise<readonly string[]> {
    const { refusals } = await this.daemon.caller('admin').call('ListRefusals', {});
    return refusals.map(({ reason, message }) => `${reason}: ${message}`);
  }

  async stop(): Promise<void> {
    for (const client of this.#clients) client.close();
    await this.#daemon?.stop();
    rmSync(this.#directory, { recursive: true, force: true });
  }
}
