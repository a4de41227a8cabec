import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HoconError, parseHocon, type Value } from '../../../src/cli/emqx/hocon.ts';
import { runs } from '../../support/runs.ts';

function plain(value: Value): unknown {
  if (value.kind === 'scalar') return value.value;
  if (value.kind === 'list') return value.items.map(plain);
  return Object.fromEntries([...value.fields].map(([key, field]) => [key, plain(field)]));
}

const read = (text: string, files: Readonly<Record<string, string>> = {}): unknown =>
  plain(
    parseHocon([{ file: '/etc/emqx.conf', text }], (name) =>
      files[name] === undefined ? undefined : { file: `/etc/${name}`, text: files[name] },
    ),
  );

function refusal(text: string): string {
  try {
    read(text);
  } catch (error) {
    if (!(error instanceof HoconError)) throw error;
    return `${error.place.line}:${error.place.column} ${error.message}`;
  }
  return 'taken';
}

describe('the HOCON of EMQX', () => {
  const cases: readonly (readonly [string, string, unknown])[] = [
    ['keys with =, : and {', 'a = 1\nb : 2\nc { d = 3 }', { a: 1, b: 2, c: { d: 3 } }],
    ['a dotted key as a path, a quoted one as a name', 'a.b = 1\n"c.d" = 2', { a: { b: 1 }, 'c.d': 2 }],
    ['comments of both kinds', '## a\na = 1 # b\n// c\nb = "#d" // e', { a: 1, b: '#d' }],
    ['commas, also before a bracket', 'a = [1, 2,], b = { c = 1, }', { a: [1, 2], b: { c: 1 } }],
    ['a list without commas', 'a = [\n{ b = 1 }\n{ b = 2 }\n]', { a: [{ b: 1 }, { b: 2 }] }],
    ['several pairs on a line', 'a = 1 b = true c = "x" d = null', { a: 1, b: true, c: 'x', d: null }],
    ['a document in braces', '{ a = 1 }', { a: 1 }],
    ['an empty document', '## nothing\n', {}],
    [
      'durations, sizes and percentages as text',
      'a = 1m\nb = 16MB\nc = 80%\nd = 1h30m',
      { a: '1m', b: '16MB', c: '80%', d: '1h30m' },
    ],
    [
      'words',
      'a = verify_peer\nb = emqx@host.x\nc = hmac-based',
      { a: 'verify_peer', b: 'emqx@host.x', c: 'hmac-based' },
    ],
    ['numbers with a sign and a fraction', 'a = -1\nb = 0.5\nc = 1.5e3', { a: -1, b: 0.5, c: 1500 }],
    [
      'words that begin as others do',
      'a = trueish\nb = nullable\nincluded = 1',
      { a: 'trueish', b: 'nullable', included: 1 },
    ],
    ['escapes', 'a = "x\\"y\\n\\u0041"', { a: 'x"y\nA' }],
    ['text of several lines as it is', 'a = """x\n "y" \\n"""', { a: 'x\n "y" \\n' }],
    ['text of several lines without its indentation', 'a = """~\n  x\n    y\n  ~"""', { a: 'x\n  y\n' }],
    ['templates in quotes as text', 'a = "${clientid}"', { a: '${clientid}' }],
    ['substitutions, wherever the value stands', 'a = ${b.c}\nb { c = 5s }', { a: '5s', b: { c: '5s' } }],
    ['the last value in a substitution', 'b = 1\na = ${b}\nb = 2', { b: 2, a: 2 }],
    ['an optional substitution of nothing', 'a = 1\na = ${?nothing}\nb = ${?nothing}', { a: 1 }],
    ['text put together', 'dir = "/etc"\na = ${dir}"/certs"', { dir: '/etc', a: '/etc/certs' }],
    ['lists put together', 'a = [1] [2]', { a: [1, 2] }],
    ['maps put together', 'd { x = 1 }\na = ${d} { y = 2 }', { d: { x: 1 }, a: { x: 1, y: 2 } }],
    [
      'maps merged, everything else replaced',
      'a { b = 1, c = [1, 2] }\na { c = [3], d = 4 }',
      { a: { b: 1, c: [3], d: 4 } },
    ],
    ['a value in place of a map', 'a { b = 1 }\na = 2', { a: 2 }],
    [
      'an element of a list changed by its number',
      'a = [{ b = 1 }, { b = 2 }]\na { "2" { c = 3 } }',
      { a: [{ b: 1 }, { b: 2, c: 3 }] },
    ],
    ['a byte order mark', '\ufeffa = 1', { a: 1 }],
    ['lines that end as in Windows', 'a = 1\r\nb = x\r\n', { a: 1, b: 'x' }],
  ];
  it.each(cases)('has %s', (_, text, value) => {
    expect(read(text)).toEqual(value);
  });

  it('includes files where they stand, and what comes after wins', () => {
    const files = { 'x.conf': 'a = 2\nc = ${b}' };
    expect(read('a = 1\ninclude "x.conf"\nb = 3', files)).toEqual({ a: 2, c: 3, b: 3 });
    expect(read('include "x.conf"\na = 1, b = 0', files)).toEqual({ a: 1, c: 0, b: 0 });
    expect(read('m { include "y.conf" }', { 'y.conf': 'k = 1' })).toEqual({ m: { k: 1 } });
  });

  it('goes on without a file that is not there, unless it is required', () => {
    expect(read('include "none.conf"\na = 1')).toEqual({ a: 1 });
    expect(refusal('a = 1\ninclude required("none.conf")')).toContain('2:1 there is no file none.conf');
    expect(read('include required("x.conf")', { 'x.conf': 'a = 1' })).toEqual({ a: 1 });
  });

  it('has later files win over earlier ones', () => {
    const tree = parseHocon([
      { file: 'cluster.hocon', text: 'a { b = 1, c = 1 }' },
      { file: 'emqx.conf', text: 'a { b = 2 }' },
    ]);
    expect(plain(tree)).toEqual({ a: { b: 2, c: 1 } });
    const a = tree.fields.get('a');
    const places = a?.kind === 'tree' ? [...a.fields.values()].map(({ at }) => at.file) : [];
    expect(places).toEqual(['emqx.conf', 'cluster.hocon']);
  });

  it('reads every JSON document as JSON has it', () => {
    const scalar = fc.oneof(
      fc.integer({ min: -1e9, max: 1e9 }),
      fc.boolean(),
      fc.constant(null),
      // A string that ends in a backslash is refused, on purpose.
      fc.string().filter((text) => !text.endsWith('\\')),
    );
    const key = fc.string({ minLength: 1 }).filter((text) => !text.endsWith('\\') && text !== '__proto__');
    const { value } = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        scalar,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value'), { maxKeys: 4 }),
      ),
    }));
    const document = fc.dictionary(key, value, { maxKeys: 5 });
    fc.assert(
      fc.property(document, fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(json, null, indent);
        // Neighbours of a kind that HOCON joins are apart by their comma.
        expect(read(text)).toEqual(JSON.parse(text));
      }),
      runs(),
    );
  });

  it('never ends in anything but a value or a refusal with its place', () => {
    const words = [
      'a',
      '=',
      ':',
      '{',
      '}',
      '[',
      ']',
      ',',
      '"x"',
      '"',
      '"""',
      '${a}',
      '${?b}',
      '1',
      '5s',
      '\n',
      '#',
      ' ',
      'include',
      'required(',
      '.',
      '\\',
      '~',
      'null',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 25 }), (parts) => {
        const outcome = refusal(parts.join(' '));
        expect(outcome).toMatch(/^(taken$|\d+:\d+ .)/);
      }),
      runs(),
    );
  });
});

describe('what is no HOCON of EMQX', () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ['an address without quotes', 'bind = 0.0.0.0:8883', '1:'],
    ['a path without quotes', 'a = 1\nfile = /etc/x', '2:8 unexpected "/"'],
    ['+=', 'a = [1]\na += 2', '2:3 += is not understood by EMQX'],
    ['a string that does not end', 'a = "x\nb = 1', '1:5 a string that does not end'],
    ['an escape that does not exist', 'a = "\\x"', '1:5 a string that does not end, or with an escape'],
    ['a string that ends in a backslash', 'a = "C:\\\\"', '1:5 a string that ends in a backslash'],
    ['a fourth closing quote', 'a = """x""""', '1:5 a quote directly after a string'],
    ['a map that is not closed', 'a {\n  b = 1', 'a { is not closed'],
    ['a list that is not closed', 'a = [1', '1:5 this [ is not closed'],
    ['one bracket too many', 'a = 1 }', '1:7 a key was expected'],
    ['a key without a value', 'a\nb = 1', '1:1 = or : or { was expected after "a"'],
    ['a value that is missing', 'a =', 'a value is missing'],
    ['a substitution of nothing', 'a = 1\nb = ${nothing}', '2:1 there is no nothing'],
    ['a substitution of itself', 'a = ${b}\nb = ${a}', 'stands for itself'],
    [
      'a substitution of a map in two places',
      'a.x = 1\na.y = 2\nb = ${a}',
      '3:1 ${a} stands for what is put together',
    ],
    [
      'an optional one of another one',
      'c = 1\na = ${?c}\nb = ${?a}',
      '3:1 ${a} stands for what is put together',
    ],
    ['a substitution through a text', 'a = 1\na.x = 2\nb = ${a.x}', '3:1 ${a.x} leads through something'],
    ['a comma at the end', 'a = 1,', 'a comma at the end of the file'],
    ['text beside a list', 'a = x [1]', '1:1 values of different kinds'],
    ['a number beside text', 'a = 1 x', '1:7 = or : or { was expected'],
    ['nesting without end', 'a = '.concat('['.repeat(500)), 'nested too deeply'],
    ['maps without end', 'a '.concat('{ a '.repeat(500)), 'nested too deeply'],
  ];
  it.each(cases)('is refused with its place: %s', (_, text, message) => {
    expect(refusal(text)).toContain(message);
  });

  it('is refused when a file includes itself', () => {
    expect(() => read('include "x.conf"', { 'x.conf': 'include "x.conf"' })).toThrow(
      'x.conf includes itself',
    );
  });
});
