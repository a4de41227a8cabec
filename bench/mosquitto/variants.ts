/**
 * The ways a broker may be told who may do what, each with one publisher and one subscriber that may use the topics of
 * workload.ts below `a1234`. Rules and statements before the last are about topics below `n5555`.
 */
import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { globSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type MosquittoRelease, pluginFile } from '../../test/e2e/support/mosquitto-broker.ts';
import { largePolicy, type Policies, topic } from '../workload.ts';

export const ALLOWED = 'a1234';
export const FORBIDDEN = 'z9876';
const OTHER = 'n5555';
const RULES = 50;
const PASSWORD = 'correct horse battery staple';

export interface Variant {
  /** Of tables; `none` is the baseline. */
  readonly name: string;
  /** Client ids, and things where there is the daemon. */
  readonly publisher: string;
  readonly subscriber: string;
  readonly password: string | undefined;
  readonly hasRules: boolean;
  /** Lines of the broker's configuration; may write files into the directory. */
  configure(release: MosquittoRelease, directory: string): readonly string[];
}

/** A filter that the topics of workload.ts with this number match. */
function filter(i: number, end: string): string {
  return `${topic(OTHER, i).split('/').slice(0, 3).join('/')}/${end}`;
}

const clients = (name: string) => ({ publisher: `${name}-pub`, subscriber: `${name}-sub` });

export const NONE: Variant = {
  name: 'none',
  ...clients('none'),
  password: undefined,
  hasRules: false,
  configure: () => ['allow_anonymous true'],
};

const ACL_FILE: Variant = {
  name: 'acl_file, 50 rules',
  ...clients('acl'),
  password: undefined,
  hasRules: true,
  configure(_release, directory) {
    const file = join(directory, 'acl');
    const rules = Array.from({ length: RULES - 1 }, (_, i) => `topic readwrite ${filter(i, '#')}`);
    const all = [...rules, `topic readwrite ${ALLOWED}/#`];
    const lines = [this.publisher, this.subscriber].flatMap((user) => [`user ${user}`, ...all]);
    writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o600 });
    return ['allow_anonymous true', `acl_file ${file}`];
  },
};

const DYNAMIC_SECURITY: Variant = {
  name: 'dynamic-security, 50 rules',
  ...clients('dynsec'),
  password: PASSWORD,
  hasRules: true,
  configure(release, directory) {
    const file = join(directory, 'dynamic-security.json');
    // The highest priority is looked at first.
    const rule = (acltype: string, name: string, priority: number) => ({
      acltype,
      topic: name,
      priority,
      allow: true,
    });
    const rules = (acltype: string) => [
      ...Array.from({ length: RULES - 1 }, (_, i) => rule(acltype, filter(i, '#'), RULES - i)),
      rule(acltype, `${ALLOWED}/#`, 0),
    ];
    const acls = [
      ...rules('publishClientSend'),
      ...rules('publishClientReceive'),
      ...rules('subscribePattern'),
    ];
    const client = (username: string) => {
      const salt = randomBytes(12);
      const iterations = 101;
      const password = pbkdf2Sync(PASSWORD, salt, iterations, 64, 'sha512').toString('base64');
      const roles = [{ rolename: 'bench' }];
      return { username, password, salt: salt.toString('base64'), iterations, roles };
    };
    const content = {
      defaultACLAccess: {
        publishClientSend: false,
        publishClientReceive: false,
        subscribe: false,
        unsubscribe: true,
      },
      clients: [client(this.publisher), client(this.subscriber)],
      groups: [],
      roles: [{ rolename: 'bench', acls }],
    };
    writeFileSync(file, JSON.stringify(content), { mode: 0o600 });
    const libraries =
      release.series === '2.0' ? '/usr/lib/*-linux-gnu' : join(dirname(dirname(release.binary)), 'lib');
    const [plugin = 'missing'] = globSync(join(libraries, 'mosquitto_dynamic_security.so'));
    return ['allow_anonymous false', `plugin ${plugin}`, `plugin_opt_config_file ${file}`];
  },
};

/** Things named so are under the policy of that variant. */
const FIFTY = 'fifty';
const LARGE = 'thing';

function ours(name: string, things: string, socket: string): Variant {
  return {
    name,
    ...clients(things),
    password: undefined,
    hasRules: true,
    configure: () => ['allow_anonymous false', `plugin ${pluginFile() ?? ''}`, `plugin_opt_socket ${socket}`],
  };
}

export const OURS_NAME = 'deviceauthd, 50 statements';

/** Ours ask the daemon at this socket, which has `deviceGroups()`. */
export function variants(socket: string): readonly Variant[] {
  return [
    NONE,
    ACL_FILE,
    DYNAMIC_SECURITY,
    ours(OURS_NAME, FIFTY, socket),
    ours('deviceauthd, 10 groups × 20 statements × 5 × 5', LARGE, socket),
  ];
}

/** Both policies: which one a thing is under goes by its name. */
export function deviceGroups(): object {
  const operations = ['mqtt:publish', 'mqtt:subscribe'];
  const fifty: Policies[string] = {};
  for (let i = 0; i < RULES - 1; i += 1) {
    fifty[`statement${i}`] = {
      operations,
      resources: [`mqtt:topic:${filter(i, '*')}`, `mqtt:topicfilter:${filter(i, '*')}`],
    };
  }
  const deciding = [`mqtt:clientId:*`, `mqtt:topic:${ALLOWED}/*`, `mqtt:topicfilter:${ALLOWED}/*`];
  fifty[`statement${RULES - 1}`] = { operations: [...operations, 'mqtt:connect'], resources: deciding };
  // As in decisions.ts; half of the resources are about subscribing, which delivery is decided from.
  const resource = (i: number) =>
    i % 2 === 0
      ? `mqtt:topic:${topic(OTHER, i).slice(0, 20 + (i % 8))}*`
      : `mqtt:topicfilter:${topic(OTHER, i).slice(0, 12)}/+/${i}/*`;
  const large = largePolicy(`thingName: ${LARGE}-*`, resource, deciding);
  return {
    formatVersion: '2021-03-05',
    definitions: {
      ...large.definitions,
      [FIFTY]: { selectionRule: `thingName: ${FIFTY}-*`, policyName: FIFTY },
    },
    policies: { ...large.policies, [FIFTY]: fifty },
  };
}
