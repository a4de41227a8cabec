import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandsOf, DemoCheckout, type DemoCheckoutOptions, type DemoRun } from './support/demo-checkout.ts';
import { missing, pluginFile, RELEASES } from './support/mosquitto-broker.ts';
import { until } from './support/until.ts';

const root = join(import.meta.dirname, '../..');
const [debian, built] = RELEASES;
const plugin = pluginFile() ?? '';
const withMosquitto: DemoCheckoutOptions = { mosquitto: debian?.binary ?? '', plugin };
// The sanitized plugin needs a broker that preloads the sanitizers.
const noMosquitto =
  debian === undefined || missing(debian) !== undefined || process.env['DEVICEAUTHD_SANITIZE'] === '1';
const toolsMissing =
  execFileSync('sh', ['scripts/build-plugin', '--missing'], { cwd: root, encoding: 'utf8' }).trim() !== '';

async function threeCommands(run: DemoRun): Promise<string[]> {
  return await until('three commands', () => {
    if (run.child.exitCode !== null) throw new Error(run.output());
    return commandsOf(run);
  });
}

function certificates(checkout: DemoCheckout): string[] {
  return ['sensor-1', 'display-1', 'stranger'].map((name) => checkout.read('var/devices', `${name}.pem`));
}

function showsAll(output: string): void {
  expect(output).toContain('allowed: display-1 received it');
  expect(output).toMatch(/refused: nobody received it[\s\S]*Denied[\s\S]*ownTopics/);
  expect(output).toMatch(/The operator sees:\s+CERTIFICATE_UNKNOWN/);
}

const KINDS = [
  { broker: 'aedes', line: /broker {4}Aedes, as asked/, absent: false },
  {
    broker: 'mosquitto',
    line: /broker {4}Mosquitto 2\.\S+ \(\S+\/mosquitto\) with the plugin var\/build\/mosquitto\/\S+\.so/,
    absent: noMosquitto,
  },
] as const;

for (const { broker, line, absent } of KINDS) {
  describe.skipIf(absent)(`npm start -- --broker ${broker}`, () => {
    let checkout: DemoCheckout;
    beforeAll(() => {
      checkout = new DemoCheckout(broker === 'mosquitto' ? withMosquitto : {});
    });
    afterAll(() => checkout[Symbol.dispose]());
    const start = (...args: string[]) => checkout.start('--broker', broker, ...args);

    it('shows on a fresh directory what is allowed, what is refused and why, and who is refused and why', async () => {
      const run = start('--once');
      expect(await run.finished(), run.output()).toBe(0);
      expect(run.output()).toMatch(line);
      expect(run.output()).toMatch(/sensor-1 \(enrolled\), display-1 \(enrolled\)/);
      showsAll(run.output());
      expect(checkout.processes()).toEqual([]);
    });

    it('reuses at the second start what the first one made', async () => {
      const before = certificates(checkout);
      const run = start('--once');
      expect(await run.finished(), run.output()).toBe(0);
      expect(run.output()).toMatch(/sensor-1 \(as before\), display-1 \(as before\)/);
      expect(certificates(checkout)).toEqual(before);
    });

    it('names a port that is taken, and what to do, and starts nothing', async () => {
      const other = createServer();
      other.listen(0, '127.0.0.1');
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const run = start('--port', `${port}`);
      expect(await run.finished()).toBe(1);
      expect(run.output()).toContain(`Port ${port} on 127.0.0.1 is taken`);
      expect(run.output()).toContain(`--port ${port + 1}`);
      expect(checkout.processes()).toEqual([]);
      other.close();
    });

    it('stays up, tells what happens to its devices, names three commands that work, and leaves nothing at Ctrl-C', async () => {
      const run = start();
      const results: string[] = [];
      for (const command of await threeCommands(run)) {
        const { stdout } = await promisify(execFile)('sh', ['-c', command], { cwd: checkout.directory });
        results.push(stdout);
      }
      expect(results[0]).toMatch(/allowed/i);
      await until('the revoked device is told of', () =>
        /sensor-1 (disconnected|refused)/.test(run.output()),
      );
      run.child.kill('SIGINT');
      expect(await run.finished()).toBe(0);
      expect(checkout.processes()).toEqual([]);
      expect(readdirSync(checkout.path('var/run'))).toEqual([]);
    });

    it('enrols a device anew whose certificate was revoked meanwhile', async () => {
      const [sensor, display] = certificates(checkout);
      const run = start('--once');
      expect(await run.finished(), run.output()).toBe(0);
      expect(run.output()).toMatch(/sensor-1 \(enrolled\), display-1 \(as before\)/);
      expect(certificates(checkout)[0]).not.toBe(sensor);
      expect(certificates(checkout)[1]).toBe(display);
    });

    it('leaves nothing running when it is killed, and starts again afterwards', async () => {
      const run = start();
      await threeCommands(run);
      expect(checkout.processes().length).toBeGreaterThan(1);
      run.child.kill('SIGKILL');
      await until('all has ended', () => checkout.processes().length === 0);
      const next = start('--once');
      expect(await next.finished(), next.output()).toBe(0);
    });

    it('keeps everything in ./var of a checkout, however deep that is', async () => {
      const at = join('deep'.repeat(30), 'checkout');
      using deep = new DemoCheckout({ ...(broker === 'mosquitto' ? withMosquitto : {}), at });
      const run = deep.start('--broker', broker);
      const [explain = ''] = await threeCommands(run);
      const { stdout } = await promisify(execFile)('sh', ['-c', explain], { cwd: deep.directory });
      expect(stdout).toMatch(/allowed/i);
      run.child.kill('SIGINT');
      expect(await run.finished(), run.output()).toBe(0);
      expect(readdirSync(deep.path('var/run'))).toEqual([]);
      expect(readdirSync(deep.path('var/devices'))).toContain('sensor-1.pem');
    });
  });
}

describe.skipIf(noMosquitto)('npm start, where Mosquitto and its plugin are', () => {
  it('uses them unasked, without the system’s folders being on the PATH, and shows the lines of their log', async () => {
    using checkout = new DemoCheckout({ plugin });
    const run = checkout.run(['scripts/start', '--once', '--port', '0'], '/usr/bin:/bin');
    expect(await run.finished(), run.output()).toBe(0);
    expect(run.output()).toMatch(/broker {4}Mosquitto 2\.\S+ \(\/usr\/sbin\/mosquitto\)/);
    expect(run.output()).toContain('its log is var/mosquitto.log');
    showsAll(run.output());
    const lines = run.output().match(/deviceauthd: client .*\(.*correlation [0-9a-f]+\)/g) ?? [];
    expect(lines.map((each) => /"(sensor-1|stranger)"/.exec(each)?.[1])).toEqual(['sensor-1', 'stranger']);
    for (const each of lines) expect(checkout.read('var/mosquitto.log')).toContain(each);
  });

  it('finds its devices again when the broker is another one', async () => {
    using checkout = new DemoCheckout(withMosquitto);
    for (const [broker, devices] of [
      ['aedes', 'enrolled'],
      ['mosquitto', 'as before'],
      ['aedes', 'as before'],
    ] as const) {
      const run = checkout.start('--once', '--broker', broker);
      expect(await run.finished(), run.output()).toBe(0);
      expect(run.output()).toContain(`sensor-1 (${devices}), display-1 (${devices})`);
    }
  });

  it('tells when the broker ends by itself', async () => {
    using checkout = new DemoCheckout(withMosquitto);
    const run = checkout.start();
    await threeCommands(run);
    const broker = checkout.processes().find(({ command }) => command.includes('/mosquitto -c '));
    process.kill(broker!.pid, 'SIGKILL');
    await until('it is told of', () => /Mosquitto 2\S+ has ended by itself/.test(run.output()));
    run.child.kill('SIGINT');
    expect(await run.finished(), run.output()).toBe(0);
    expect(checkout.processes()).toEqual([]);
  });

  it('has patience where the broker puts off every first attempt, as on a slow machine', async () => {
    using checkout = new DemoCheckout({ plugin });
    writeFileSync(
      join(checkout.prefix, 'sbin/mosquitto'),
      `#!/bin/sh\necho plugin_opt_blocking_wait_ms 0 >>"$2"\nexec ${debian?.binary} "$@"\n`,
      { mode: 0o755 },
    );
    const run = checkout.start('--once');
    expect(await run.finished(), run.output()).toBe(0);
    expect(checkout.read('var/mosquitto.log')).toMatch(/client "sensor-1" refused for now/);
    showsAll(run.output());
  });

  it('takes the plugin that is installed beside the broker when none was built here', async () => {
    using checkout = new DemoCheckout({ mosquitto: debian?.binary ?? '' });
    const file = join(checkout.prefix, 'lib/mosquitto/deviceauthd.so');
    mkdirSync(dirname(file), { recursive: true });
    symlinkSync(plugin, file);
    const run = checkout.start('--once');
    expect(await run.finished(), run.output()).toBe(0);
    expect(run.output()).toMatch(
      /broker {4}Mosquitto .* with the plugin \S+\/lib\/mosquitto\/deviceauthd\.so/,
    );
    showsAll(run.output());
  });

  it.skipIf(built === undefined || missing(built) !== undefined)(
    'takes the Mosquitto that was built here when none is installed',
    async () => {
      using checkout = new DemoCheckout({ plugin });
      symlinkSync(join(root, 'var/brokers'), checkout.path('var/brokers'));
      const run = checkout.start('--once');
      expect(await run.finished(), run.output()).toBe(0);
      expect(run.output()).toMatch(
        /broker {4}Mosquitto 2\.1\.\S+ \(var\/brokers\/mosquitto-2\.1\/sbin\/mosquitto\)/,
      );
      showsAll(run.output());
    },
  );

  it('uses Aedes when the plugin does not load, and says so; asked for Mosquitto, it stops', async () => {
    using checkout = new DemoCheckout({
      mosquitto: debian?.binary ?? '',
      plugin: join(root, 'package.json'),
    });
    const run = checkout.start('--once');
    expect(await run.finished(), run.output()).toBe(0);
    expect(run.output()).toMatch(
      /broker {4}Aedes, because Mosquitto ended at its start \(.*plugin.*\); for Mosquitto: .*var\/mosquitto\.log/,
    );
    showsAll(run.output());

    const asked = checkout.start('--once', '--broker', 'mosquitto');
    expect(await asked.finished(), asked.output()).toBe(1);
    expect(asked.output()).toMatch(/Mosquitto cannot be had: Mosquitto ended at its start .*plugin/);
    expect(checkout.processes()).toEqual([]);
  });

  it.skipIf(toolsMissing)('builds the plugin once when that is what is missing, and says so', async () => {
    using checkout = new DemoCheckout({ mosquitto: debian?.binary ?? '' });
    // What takes a minute is compiled already.
    writeFileSync(
      checkout.path('plugins/mosquitto/CMakeLists.txt'),
      [
        'cmake_minimum_required(VERSION 3.18)',
        'project(x NONE)',
        `file(COPY ${plugin} DESTINATION \${CMAKE_BINARY_DIR})`,
        'add_custom_target(deviceauth_mosquitto)',
      ].join('\n'),
    );
    const first = checkout.start('--once');
    expect(await first.finished(), first.output()).toBe(0);
    expect(first.output()).toMatch(/plugin {4}is being built for Mosquitto, once[\s\S]*broker {4}Mosquitto/);
    const second = checkout.start('--once');
    expect(await second.finished(), second.output()).toBe(0);
    expect(second.output()).not.toContain('being built');
    expect(second.output()).toMatch(/broker {4}Mosquitto/);
  });
});

describe('npm start, where Mosquitto or its plugin is missing', () => {
  it('uses Aedes, and says in a line why and what would make it Mosquitto', async () => {
    using checkout = new DemoCheckout({ without: ['cmake'] });
    const run = checkout.start('--once');
    expect(await run.finished(), run.output()).toBe(0);
    expect(run.output()).toMatch(
      /broker {4}Aedes, because there is no mosquitto on this machine; for Mosquitto: (sudo )?apt-get install mosquitto cmake/,
    );
    showsAll(run.output());
  });

  it('names the packages that would build the plugin', async () => {
    using checkout = new DemoCheckout({ mosquitto: '/bin/false', without: ['cmake', 'protoc'] });
    const run = checkout.start('--once');
    expect(await run.finished(), run.output()).toBe(0);
    expect(run.output()).toMatch(
      /broker {4}Aedes, because the plugin for Mosquitto is not built, .*; for Mosquitto: .*apt-get install cmake .*protobuf-compiler/,
    );
    expect(run.output()).not.toContain('being built');
  });

  it('stops with the same line when Mosquitto was asked for, having started nothing', async () => {
    using checkout = new DemoCheckout();
    const run = checkout.start('--broker', 'mosquitto');
    expect(await run.finished(), run.output()).toBe(1);
    expect(run.output()).toMatch(
      /Mosquitto cannot be had: there is no mosquitto on this machine\.\nFor Mosquitto: .*apt-get install mosquitto/,
    );
    expect(existsSync(checkout.path('var/deviceauthd.log'))).toBe(false);
  });

  it.skipIf(toolsMissing)('uses Aedes when the plugin does not build, and says why', async () => {
    using checkout = new DemoCheckout({ mosquitto: '/bin/false' });
    writeFileSync(
      checkout.path('plugins/mosquitto/CMakeLists.txt'),
      'cmake_minimum_required(VERSION 3.18)\nproject(x NONE)\nmessage(FATAL_ERROR "no such luck")\n',
    );
    const run = checkout.start('--once');
    expect(await run.finished(), run.output()).toBe(0);
    expect(run.output()).toMatch(
      /broker {4}Aedes, because the plugin for Mosquitto does not build \(.*no such luck.*\); for Mosquitto: .*build\.log/,
    );
    showsAll(run.output());
  });

  it.skipIf(toolsMissing)('leaves nothing at Ctrl-C while it builds', async () => {
    using checkout = new DemoCheckout({ mosquitto: '/bin/false' });
    writeFileSync(
      checkout.path('plugins/mosquitto/CMakeLists.txt'),
      'cmake_minimum_required(VERSION 3.18)\nproject(x NONE)\nexecute_process(COMMAND sleep 600)\n',
    );
    const run = checkout.start();
    await until('it builds', () => checkout.processes().some(({ command }) => command.startsWith('sleep')));
    run.child.kill('SIGINT');
    expect(await run.finished(), run.output()).toBe(0);
    await until('all has ended', () => checkout.processes().length === 0);
  });
});

describe('the options of npm start', () => {
  it('refuses a broker it does not know, and names those it does', async () => {
    using checkout = new DemoCheckout();
    const run = checkout.start('--broker', 'emqx');
    expect(await run.finished()).toBe(2);
    expect(run.output()).toContain('--broker must be mosquitto or aedes, not emqx');
    expect(existsSync(checkout.path('var'))).toBe(false);
  });

  it('explains itself', async () => {
    using checkout = new DemoCheckout();
    const run = checkout.start('--help');
    expect(await run.finished()).toBe(0);
    for (const option of ['--broker', '--port', '--directory', '--once'])
      expect(run.output()).toContain(option);
  });
});
