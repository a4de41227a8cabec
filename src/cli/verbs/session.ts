/** `session list|revoke`. */
import type { Session__Output } from '../../contract/generated/deviceauth/v1/Session.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { EXIT, usage } from '../failure.ts';
import { printList } from '../paging.ts';
import { write } from '../terminal.ts';
import { json, plural, time } from '../text.ts';
import { idOf } from './certificate.ts';

const FULL_ID_LENGTH = 64;

export async function list(invocation: Invocation): Promise<number> {
  const { args } = invocation;
  const thingName = args.text('thing') ?? '';
  const limit = args.count('limit', 1, 10_000_000) ?? Number.POSITIVE_INFINITY;
  await AdminConnection.use(invocation, (daemon) =>
    printList<Session__Output>(
      invocation,
      {
        field: 'sessions',
        noun: 'session',
        head: ['SESSION', 'THING', 'CLIENT ID', 'LISTENER', 'LAST USED', 'HELD'],
        row: (session) => [
          session.tokenPrefix,
          session.thingName,
          session.clientId,
          session.listener,
          time(session.lastUsedAt),
          session.held ? 'yes' : 'no',
        ],
        page: async (pageToken, pageSize) => {
          const { sessions, nextPageToken } = await daemon.call('ListSessions', {
            thingName,
            pageToken,
            pageSize,
          });
          return { items: sessions, nextPageToken };
        },
      },
      limit,
    ),
  );
  return EXIT.ok;
}

/** Ends the sessions that match everything given. That there are none is no error: they are ended. */
export async function revoke(invocation: Invocation): Promise<number> {
  const { args, terminal } = invocation;
  const tokenPrefix = args.optionalOperand(0) ?? '';
  const thingName = args.text('thing') ?? '';
  const given = args.text('certificate');
  if (tokenPrefix === '' && thingName === '' && given === undefined) {
    throw usage('which sessions?', 'give SESSION (as `session list` shows it), --thing or --certificate');
  }
  const response = await AdminConnection.use(invocation, async (daemon) => {
    let certificateId = given === undefined ? '' : idOf(given);
    if (certificateId !== '' && certificateId.length < FULL_ID_LENGTH) {
      ({ certificateId } = await daemon.call('GetCertificate', { certificateId }));
    }
    return daemon.call('RevokeSessions', { tokenPrefix, thingName, certificateId });
  });
  const text = `${plural(response.revoked, 'session')} revoked\n`;
  await write(terminal.stdout, invocation.json ? json(response) : text);
  return EXIT.ok;
}
