/**
 * `npm start`: the daemon, a broker and two devices on this machine, and what they have to do with each other.
 * Does all set-up, reuses what an earlier start left in the directory, and leaves nothing running behind.
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { MqttClient } from 'mqtt';
import { loadContract } from '../src/contract/index.ts';
import { type DemoBroker, requirePort } from './demo/broker.ts';
import { BROKERS, BrokerChoice, type BrokerName } from './demo/choose-broker.ts';
import { accepted, arrival, device, letIn } from './demo/client.ts';
import { writeConfiguration } from './demo/configuration.ts';
import { DemoDaemon } from './demo/daemon.ts';
import { DemoDevices, type Identity } from './demo/devices.ts';
import { type Places, places as placesOf } from './demo/places.ts';
import { Problem, until } from './demo/problem.ts';
import { Running } from './demo/running.ts';

const USAGE = `Usage: npm start -- [--broker BROKER] [--port PORT] [--directory DIRECTORY] [--once]

  --broker BROKER        mosquitto or aedes; else Mosquitto with the plugin if this
                         machine has it, or can build it, and Aedes otherwise
  --port PORT            where the broker listens on 127.0.0.1 (8883)
  --directory DIRECTORY  where everything is kept (var)
  --once                 show, then stop`;

interface Options {
  readonly broker: BrokerName | undefined;
  readonly port: number;
  readonly directory: string;
  readonly once: boolean;
}

const say = (text = ''): void => console.log(text);
const step = (text: string): void => say(`  ${text}`);
const indented = (text: string): string =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`)
    .join('\n');

async function main(): Promise<number> {
  const options = readOptions();
  if (typeof options === 'number') return options;
  const running = new Running();
  const interrupted = new Promise<number>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (running.stopping) process.exit(130);
        resolve(0);
      });
    }
  });
  try {
    const worked = show(options, running);
    const first = await Promise.race([worked.then((went) => ({ went })), interrupted]);
    if (typeof first === 'object') {
      if (options.once) return first.went ? 0 : 1;
      await interrupted;
    } else worked.catch(() => undefined);
    say('\nStopping.');
    return 0;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    console.error(`\n${error.message}\n${error.fix}`);
    return 1;
  } finally {
    await running.stop();
  }
}

/** Or the exit code. */
function readOptions(): Options | number {
  try {
    const { values } = parseArgs({
      options: {
        broker: { type: 'string' },
        port: { type: 'string', default: '8883' },
        directory: { type: 'string', default: 'var' },
        once: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (values.help) {
      say(USAGE);
      return 0;
    }
    const port = Number(values.port);
    const broker = BROKERS.find((name) => name === values.broker);
    if (!Number.isInteger(port) || port < 0 || port > 65_535) {
      console.error(`--port must be a number from 0 to 65535, not ${values.port}`);
    } else if (values.broker !== undefined && broker === undefined) {
      console.error(`--broker must be ${BROKERS.join(' or ')}, not ${values.broker}`);
    } else return { broker, port, directory: values.directory, once: values.once };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${USAGE}`);
  }
  return 2;
}

/** Resolves when all has been shown: whether it went as it should. */
async function show(options: Options, running: Running): Promise<boolean> {
  const root = join(import.meta.dirname, '..');
  process.chdir(root);
  await requirePort(options.port);
  const places = placesOf(root, options.directory);
  const wrote = writeConfiguration(places);

  say('deviceauthd demo\n');
  const choice = await BrokerChoice.make(options.broker, {
    places,
    searchPath: process.env['PATH'] ?? '',
    running,
    building: () => step('plugin    is being built for Mosquitto, once; that takes a minute or two'),
  });
  const daemon = await DemoDaemon.start(places, loadContract(), running);
  daemon.onExit(() => {
    if (!running.stopping)
      say(`\nThe daemon has ended by itself; see ${places.log}. Ctrl-C, then start again.`);
  });
  step(`daemon    running, configuration ${places.configuration}${wrote ? ' (new)' : ''}`);

  const devices = new DemoDevices(daemon.admin, places);
  await devices.ensureCa();
  const sensor = await devices.enrol('sensor-1');
  const display = await devices.enrol('display-1');
  const stranger = await devices.stranger('stranger');
  step(`things    ${[sensor, display].map(described).join(', ')}; certificates in ${places.devices}/`);

  const { broker, line } = await choice.start({
    places,
    port: options.port,
    running,
  });
  broker.onExit(() => {
    if (!running.stopping)
      say(`\n${broker.name} has ended by itself; see ${broker.log}. Ctrl-C, then start again.`);
  });
  step(`broker    ${line}`);
  step(`          mqtts://${broker.host}:${broker.port}, mutual TLS, CA in ${places.devices}/server-ca.pem`);
  if (broker.log !== undefined) step(`          its log is ${broker.log}`);
  say();

  const sensorClient = device(broker, sensor);
  const displayClient = device(broker, display);
  running.add(() => sensorClient.end(true));
  running.add(() => displayClient.end(true));
  const connected = await Promise.all([letIn(sensorClient), letIn(displayClient)]);
  if (connected.includes(false)) {
    throw new Problem(
      `The demo devices were not let in.${broker.log === undefined ? '' : ` The broker's log is ${broker.log}.`}`,
      `Is the policy in ${places.configuration} still the demo's? Remove that file to have it written anew.`,
    );
  }

  const went = [
    await showAllowed(sensorClient, displayClient),
    await showRefused(sensorClient, displayClient, broker, places),
    await showStranger(stranger, broker, daemon),
  ];
  if (!options.once) {
    follow(sensor, sensorClient, running);
    follow(display, displayClient, running);
    sayWhatNext(sensor, places);
  }
  return !went.includes(false);
}

function described(identity: Identity): string {
  return `${identity.name} (${identity.isNew ? 'enrolled' : 'as before'})`;
}

async function showAllowed(sensor: MqttClient, display: MqttClient): Promise<boolean> {
  const topic = 'clients/sensor-1/temperature';
  await display.subscribeAsync('clients/#', { qos: 1 });
  const arrived = arrival(display, topic, '21.5');
  await sensor.publishAsync(topic, '21.5', { qos: 1 });
  const went = await arrived;
  say(`1. sensor-1 publishes 21.5 to ${topic}`);
  say(went ? '   allowed: display-1 received it\n' : '   NOT delivered, though it should have been\n');
  return went;
}

async function showRefused(
  sensor: MqttClient,
  display: MqttClient,
  broker: DemoBroker,
  places: Places,
): Promise<boolean> {
  const topic = 'clients/display-1/temperature';
  let leaked = false;
  display.on('message', (of) => {
    leaked ||= of === topic;
  });
  // What is allowed and sent later arrives later: when it is here, the other would be too.
  const fence = arrival(display, 'clients/sensor-1/fence', 'x');
  await sensor.publishAsync(topic, '99', { qos: 1 });
  await sensor.publishAsync('clients/sensor-1/fence', 'x', { qos: 1 });
  const went = (await fence) && !leaked;
  say(`2. sensor-1 publishes 99 to ${topic}`);
  say(went ? '   refused: nobody received it. Why:' : '   DELIVERED, though it should not have been');
  say(indented(await run(places, explainArguments(topic))));
  await sayLogged(broker, `may not publish to "${topic}"`);
  say();
  return went;
}

async function showStranger(stranger: Identity, broker: DemoBroker, daemon: DemoDaemon): Promise<boolean> {
  const client = device(broker, stranger, { reconnectPeriod: 0 });
  const went = !(await accepted(client));
  client.end(true);
  say('3. a stranger connects with a certificate that nobody registered');
  const refusal = await until(async () => {
    const { refusals } = await daemon.admin.call('ListRefusals', { limit: 50 });
    return refusals.find((each) => each.certificateId === stranger.certificateId);
  }, 2_000);
  say(
    went ? '   refused, and told nothing. The operator sees:' : '   LET IN, though it should not have been',
  );
  if (refusal !== undefined) say(indented(`${refusal.reason}: ${refusal.message}`));
  await sayLogged(broker, `client "${stranger.name}" refused`);
  return went && refusal !== undefined;
}

/** The correlation id in it leads from the broker's log to the daemon's. */
async function sayLogged(broker: DemoBroker, about: string): Promise<void> {
  const line = await broker.logged(about);
  if (line !== undefined) say(`   In the broker's log:\n${indented(line)}`);
}

/** From here on only what changes for a device is told. */
function follow(identity: Identity, client: MqttClient, running: Running): void {
  let last = 'connected';
  const tell = (what: string): void => {
    if (what !== last && !running.stopping)
      say(`${new Date().toLocaleTimeString()}  ${identity.name} ${what}`);
    last = what;
  };
  client.on('connect', () => tell('connected'));
  client.on('error', (error) => tell(`refused: ${error.message}`));
  client.on('close', () => {
    if (last === 'connected') tell('disconnected');
  });
}

function sayWhatNext(sensor: Identity, places: Places): void {
  say('\nAll of it stays up until Ctrl-C. Worth trying in another terminal, in this directory:\n');
  const commands = [
    explainArguments('clients/sensor-1/temperature'),
    ['certificate', 'revoke', sensor.certificateId.slice(0, 16)],
    ['status'],
  ];
  for (const each of commands) {
    const quoted = [...each, ...socketArguments(places)].map((word) =>
      /[^\w./:-]/.test(word) ? `'${word}'` : word,
    );
    say(`  bin/deviceauthctl ${quoted.join(' ')}`);
  }
  say();
}

function explainArguments(topic: string): string[] {
  return [
    'explain',
    '--thing',
    'sensor-1',
    '--operation',
    'mqtt:publish',
    '--resource',
    `mqtt:topic:${topic}`,
  ];
}

/** deviceauthctl finds the socket of the usual directory by itself. */
function socketArguments({ directory, adminSocket }: Places): string[] {
  return directory === 'var' ? [] : ['--socket', adminSocket];
}

async function run(places: Places, args: readonly string[]): Promise<string> {
  const all = [...args, '--socket', places.adminSocket];
  try {
    return (await promisify(execFile)(join(places.root, 'bin', 'deviceauthctl'), all)).stdout;
  } catch (error) {
    // Denied is an exit code too.
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    return stdout || stderr || (error as Error).message;
  }
}

// What was under way when Ctrl-C came may still wait for what has been stopped.
process.exit(await main());
