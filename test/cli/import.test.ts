import { mkdirSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CertificateMaker } from '../support/certificates.ts';
import { DaemonProcess } from './daemon-process.ts';
import { collect } from './launcher.ts';

let daemon: DaemonProcess;
const maker = new CertificateMaker();

beforeAll(async () => {
  daemon = await DaemonProcess.start();
});
afterAll(() => daemon?.stop());

function file(name: string, content: string | Buffer): string {
  const path = daemon.path(name);
  writeFileSync(path, content);
  return path;
}

describe('certificate import of a CSV file', () => {
  it('registers what is right, lists what is wrong by line, and is safe to run again', async () => {
    file('one.pem', maker.make({ subject: 'one' }).pem);
    const two = maker.make({ subject: 'two' }).pem;
    const four = maker.make({ subject: 'four' }).der.toString('base64');
    const csv = [
      '\ufeffCertificate,thing,type,groups,attributes,exclusive,status', // 1
      'one.pem,csv-one,lamp,g1;g2,"a=1;b=x,y",yes,inactive', // 2
      `"${two}",csv-two,,,,,`, // 3 and the lines of the PEM
      '',
      'none.pem,csv-three,,,,,',
      `${four},"bad name",,,,,`,
      'one.pem,csv-one,lamp,g1,oops,,',
      'one.pem,csv-one,lamp,g1,,maybe,',
      'one.pem,csv-one,lamp,g1,,,asleep',
      'one.pem,csv-one,lamp,g1,a=1,b=2,,more',
      ',csv-one',
      `${four},csv-four`,
    ].join('\r\n');
    const lineOfNone = csv.slice(0, csv.indexOf('none.pem')).split('\n').length;
    const path = file('devices.csv', csv);
    const errors = daemon.path('errors.csv');
    const { code, stdout, stderr } = await daemon.ctl([
      ...['certificate', 'import', path, '--create-things', '--errors', errors, '--json'],
    ]);
    expect(code).toBe(1);
    const answer = JSON.parse(stdout) as { failures: { line: number; reason: string; fix?: string }[] };
    expect(answer).toMatchObject({ registered: 3, unchanged: 0, failed: 7, unanswered: 0 });
    expect(answer.failures.map(({ line }) => line)).toEqual(
      [0, 1, 2, 3, 4, 5, 6].map((add) => lineOfNone + add),
    );
    for (const failure of answer.failures) {
      expect(failure).toMatchObject({
        reason: expect.stringMatching(/^[A-Z_]+$/),
        message: expect.any(String),
      });
      expect(stderr).toContain(`line ${failure.line} (`);
      expect(daemon.read('errors.csv')).toContain(`\n${failure.line},`);
    }
    expect(answer.failures[0]?.fix).toContain('relative to the CSV file');
    expect(await daemon.json(['thing', 'show', 'csv-one'])).toMatchObject({
      type: 'lamp',
      groups: ['g1', 'g2'],
      attributes: { a: '1', b: 'x,y' },
      certificates: [{ status: 'INACTIVE', exclusive: true }],
    });
    const again = await daemon.ctl(['certificate', 'import', path, '--create-things', '--json']);
    expect(JSON.parse(again.stdout)).toMatchObject({ registered: 0, unchanged: 3, failed: 7 });
  });

  it('says what to do about things that are missing', async () => {
    const stdin = `certificate,thing\n"${maker.make({ subject: 'lonely' }).pem}",lonely\n`;
    const { code, stdout, stderr } = await daemon.ctl(['certificate', 'import', '-'], { stdin });
    expect(code).toBe(1);
    expect(stdout).toBe('0 certificates registered, 0 unchanged, 1 failed\n');
    expect(stderr).toContain('--create-things');
  });

  it('imports everything before a stray quote, and says that nothing after it was read', async () => {
    const pem = (name: string): string => maker.make({ subject: name }).pem;
    const rows = Array.from({ length: 40 }, (_, index) => `"${pem(`before-${index}`)}",before-${index}`);
    const stdin = ['certificate,thing', ...rows, '"bad"quote,x', `"${pem('after')}",after`].join('\n');
    const { code, stdout } = await daemon.ctl(['certificate', 'import', '-', '--create-things', '--json'], {
      stdin,
    });
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      registered: 40,
      failed: 1,
      failures: [{ message: expect.stringContaining('from here on it is no CSV') }],
    });
    expect((await daemon.ctl(['thing', 'show', 'after'])).code).toBe(1);
  });

  it('does nothing at all with a header it does not understand', async () => {
    const headers: readonly (readonly [string, string])[] = [
      ['certificate,thnig\n', 'did you mean "thing"?'],
      ['thing,type\n', 'no column "certificate"'],
      ['certificate;thing\n', 'separated by commas'],
      ['certificate,certificate\n', 'there twice'],
      ['', 'is empty'],
      ['"certificate', 'no CSV'],
    ];
    for (const [stdin, message] of headers) {
      const { code, stdout, stderr } = await daemon.ctl(['certificate', 'import', '-'], { stdin });
      expect(code, stdin).toBe(2);
      expect(stdout, stdin).toBe('');
      expect(stderr, stdin).toContain(message);
    }
  });

  it('ends with 3 and tells what was confirmed when the daemon dies on the way', async () => {
    const other = await DaemonProcess.start();
    const { child, outcome } = await importing(other, 'dies');
    // Its input stays open and silent: the end of the daemon alone ends it.
    other.signal('SIGKILL');
    const { code, stdout, stderr } = await outcome;
    expect(code).toBe(3);
    expect(stderr).toContain('not reachable');
    expect(JSON.parse(stdout)).toMatchObject({ registered: 1, error: { reason: 'DAEMON_UNREACHABLE' } });
    expect(child.stdin?.writableEnded).toBe(false);
    await other.stop();
  });

  it('stops at Ctrl-C with what was sent confirmed, though its input goes on', async () => {
    const { child, outcome } = await importing(daemon, 'stops');
    child.kill('SIGINT');
    const { code, stdout } = await outcome;
    expect(code).toBe(130);
    expect(JSON.parse(stdout)).toMatchObject({ registered: 1, unanswered: 0 });
  });
});

/** An import whose input stays open after two rows; the first of them is registered. */
async function importing(by: DaemonProcess, name: string) {
  const child = by.spawn(['certificate', 'import', '-', '--create-things', '--json']);
  const outcome = collect(child);
  const row = (thing: string): string => `"${maker.make({ subject: thing }).pem}",${thing}\n`;
  // The parser keeps a row until it sees what follows.
  child.stdin?.write(`certificate,thing\n${row(name)}unfinished,`);
  while ((await by.ctl(['thing', 'show', name])).code !== 0);
  return { child, outcome };
}

describe('certificate import of a directory', () => {
  it('attaches each certificate to the thing of its file name and leaves CAs out', async () => {
    mkdirSync(daemon.path('fleet'));
    file('fleet/dir-1.pem', maker.make({ subject: 'dir-1' }).pem);
    file('fleet/dir-2.crt', maker.make({ subject: 'dir-2' }).der);
    file('fleet/ca.pem', maker.make({ subject: 'ca', isCa: true }).pem);
    file('fleet/junk.pem', 'junk');
    file('fleet/dir-1.key', 'not looked at');
    const args = ['certificate', 'import', daemon.path('fleet'), '--create-things'];
    const { code, stdout } = await daemon.ctl([...args, '--status', 'pending-activation', '--json']);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      registered: 2,
      failed: 1,
      leftOut: 1,
      failures: [{ source: 'junk.pem' }],
    });
    expect(await daemon.json(['thing', 'show', 'dir-2'])).toMatchObject({
      certificates: [{ status: 'PENDING_ACTIVATION' }],
    });
    expect((await daemon.ctl(['thing', 'show', 'ca'])).code).toBe(1);
  });

  it('without certificates is a mistake', async () => {
    mkdirSync(daemon.path('empty'));
    expect(await daemon.ctl(['certificate', 'import', daemon.path('empty')])).toMatchObject({
      code: 2,
      stdout: '',
    });
  });
});
