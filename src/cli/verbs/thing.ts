/** `thing create|update|show|list|delete`. */
import type { Thing__Output } from '../../contract/generated/deviceauth/v1/Thing.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { printList } from '../paging.ts';
import { write } from '../terminal.ts';
import { day, fields, json, pairs, shortId, time } from '../text.ts';

const UNKNOWN_THING = { NOT_FOUND: '`deviceauthctl thing list` shows the things there are' };

export async function create(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const request = {
    name: args.operand(0),
    type: args.text('type') ?? '',
    attributes: args.pairs('attribute') ?? {},
    groups: [...args.texts('group')],
  };
  const thing = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('CreateThing', request, {
      ALREADY_EXISTS: `change it with \`deviceauthctl thing update ${request.name}\``,
    }),
  );
  return printThing(invocation, thing);
}

export async function update(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const clearAttributes = args.flag('no-attributes');
  const clearGroups = args.flag('no-groups');
  if (clearAttributes && args.has('attribute'))
    throw usage('--attribute and --no-attributes contradict each other');
  if (clearGroups && args.has('group')) throw usage('--group and --no-groups contradict each other');
  const request = {
    name: args.operand(0),
    setType: args.has('type'),
    type: args.text('type') ?? '',
    setAttributes: clearAttributes || args.has('attribute'),
    attributes: args.pairs('attribute') ?? {},
    setGroups: clearGroups || args.has('group'),
    groups: [...args.texts('group')],
  };
  if (!request.setType && !request.setAttributes && !request.setGroups) {
    throw usage('nothing to change', 'give --type, --attribute, --group, --no-attributes or --no-groups');
  }
  const thing = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('UpdateThing', request, UNKNOWN_THING),
  );
  return printThing(invocation, thing);
}

export async function show(invocation: Invocation): Promise<number> {
  const thing = await AdminConnection.use(invocation, (daemon) =>
    daemon.call('GetThing', { name: invocation.args.operand(0) }, UNKNOWN_THING),
  );
  return printThing(invocation, thing);
}

export async function list(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const prefix = args.text('prefix') ?? '';
  const limit = args.count('limit', 1, 10_000_000) ?? Number.POSITIVE_INFINITY;
  await AdminConnection.use(invocation, (daemon) =>
    printList<Thing__Output>(
      invocation,
      {
        field: 'things',
        noun: 'thing',
        head: ['NAME', 'TYPE', 'GROUPS', 'ATTRIBUTES', 'CREATED'],
        row: ({ name, type, groups, attributes, createdAt }) => [
          name,
          type,
          groups.join(', '),
          pairs(attributes),
          day(createdAt),
        ],
        page: async (pageToken, pageSize) => {
          const { things, nextPageToken } = await daemon.call('ListThings', { prefix, pageToken, pageSize });
          return { items: things, nextPageToken };
        },
      },
      limit,
    ),
  );
  return EXIT.ok;
}

export async function remove(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const name = args.operand(0);
  await AdminConnection.use(invocation, (daemon) => daemon.call('DeleteThing', { name }, UNKNOWN_THING));
  await write(
    terminal.stdout,
    invocation.json
      ? json({})
      : `thing ${name} deleted: its certificates are detached and its sessions ended\n`,
  );
  return EXIT.ok;
}

async function printThing({ terminal, json: asJson }: Invocation, thing: Thing__Output): Promise<number> {
  const text = (): string =>
    fields(
      [
        ['Thing', thing.name],
        ['Type', thing.type],
        ['Groups', thing.groups.join(', ')],
        [
          'Attributes',
          Object.entries(thing.attributes)
            .sort(([a], [b]) => (a < b ? -1 : 1))
            .map(([key, value]) => `${key}=${value}`),
        ],
        ['Created', time(thing.createdAt)],
        [
          'Certificates',
          thing.certificates.map(
            ({ certificateId, status, exclusive, notAfter }) =>
              `${shortId(certificateId)}  ${status}${exclusive ? ', exclusive' : ''}, valid until ${time(notAfter)}`,
          ),
        ],
      ],
      terminal.columns,
    );
  await write(terminal.stdout, asJson ? json(thing) : text());
  return EXIT.ok;
}
