/** `certificate server list|rotate`: the certificates that brokers show to devices. */
import type { ListServerCertificatesResponse__Output } from '../../contract/generated/deviceauth/v1/ListServerCertificatesResponse.ts';
import { AdminConnection } from '../admin-connection.ts';
import type { Invocation } from '../command.ts';
import { EXIT } from '../failure.ts';
import { printable, write } from '../terminal.ts';
import { json, shortId, table, time } from '../text.ts';

export async function list(invocation: Invocation): Promise<number> {
  const answer = await AdminConnection.use(invocation, (daemon) => daemon.call('ListServerCertificates', {}));
  return print(invocation, answer);
}

export async function rotate(invocation: Invocation): Promise<number> {
  const name = invocation.args.optionalOperand(0) ?? '';
  const answer = await AdminConnection.use(invocation, (daemon) =>
    daemon.call(
      'RotateServerCertificates',
      { name },
      { NOT_FOUND: '`deviceauthctl certificate server list` shows those there are' },
    ),
  );
  return print(invocation, answer);
}

async function print(
  { terminal, json: asJson }: Invocation,
  answer: ListServerCertificatesResponse__Output,
): Promise<number> {
  if (asJson) {
    await write(terminal.stdout, json(answer));
    return EXIT.ok;
  }
  if (answer.certificates.length === 0) {
    await write(
      terminal.stderr,
      'no server certificates: no broker listens for one, and no sink is configured\n',
    );
    return EXIT.ok;
  }
  const rows = answer.certificates.map((each) => [
    each.name,
    shortId(each.certificateId),
    time(each.notAfter),
    each.rotatesAt === 0 && each.certificateId !== '' ? 'never' : time(each.rotatesAt),
    String(each.subscribers),
    each.key,
    each.hosts.join(', '),
  ]);
  const head = ['NAME', 'CERTIFICATE', 'VALID UNTIL', 'RENEWED', 'LISTENERS', 'KEY', 'HOSTS'];
  await write(terminal.stdout, table(head, rows, terminal.columns));
  for (const { name, problem } of answer.certificates) {
    if (problem !== '') await write(terminal.stderr, `${printable(`${name}: ${problem}`)}\n`);
  }
  return EXIT.ok;
}
