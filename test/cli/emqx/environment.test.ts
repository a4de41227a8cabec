import { describe, expect, it } from 'vitest';
import { overridden } from '../../../src/cli/emqx/environment-file.ts';
import { HoconError, parseHocon } from '../../../src/cli/emqx/hocon.ts';
import { Settings } from '../../../src/cli/emqx/settings.ts';

const FILE = `listeners.tcp.default { enabled = false, bind = 1883 }
authorization { no_match = deny, sources = [{ type = http }] }
authentication = [{ mechanism = scram }]`;

function withEnvironment(...lines: readonly string[]): Settings {
  const tree = parseHocon([{ file: 'emqx.conf', text: FILE }]);
  return new Settings(overridden(tree, lines.join('\n'), 'emqx.env').tree);
}

describe('a variable of EMQX’s environment', () => {
  it('changes one setting and leaves its neighbours', () => {
    const settings = withEnvironment('EMQX_LISTENERS__TCP__DEFAULT__BIND=1884');
    expect(settings.text('listeners.tcp.default.bind')).toBe('1884');
    expect(settings.text('listeners.tcp.default.enabled')).toBe('false');
  });

  it('takes the place of a whole map: what a file says in it is gone', () => {
    const settings = withEnvironment('EMQX_LISTENERS__TCP__DEFAULT={ bind = 1884 }');
    expect(settings.text('listeners.tcp.default.bind')).toBe('1884');
    expect(settings.value('listeners.tcp.default.enabled')).toBeUndefined();
  });

  it('may be a whole root', () => {
    expect(withEnvironment('EMQX_AUTHENTICATION=[]').list('authentication')).toEqual([]);
    expect(withEnvironment('EMQX_AUTHORIZATION={}').value('authorization.no_match')).toBeUndefined();
  });

  it('may have too many underscores', () => {
    expect(withEnvironment('EMQX_AUTHORIZATION____NO_MATCH=allow').text('authorization.no_match')).toBe(
      'allow',
    );
    expect(withEnvironment('EMQX___AUTHORIZATION__NO_MATCH__=allow').text('authorization.no_match')).toBe(
      'allow',
    );
  });

  it('is none unless EMQX_ is in capitals', () => {
    expect(withEnvironment('emqx_AUTHORIZATION__NO_MATCH=allow').text('authorization.no_match')).toBe('deny');
    expect(withEnvironment('EMQX_authorization__No_Match=allow').text('authorization.no_match')).toBe(
      'allow',
    );
  });

  it('counts in the order of the names, wherever it stands', () => {
    const both = ['EMQX_AUTHORIZATION__NO_MATCH=deny', 'EMQX_AUTHORIZATION={ no_match = allow }'];
    expect(withEnvironment(...both).text('authorization.no_match')).toBe('deny');
    expect(withEnvironment(...both.toReversed()).text('authorization.no_match')).toBe('deny');
    const twice = ['EMQX_AUTHORIZATION__NO_MATCH=deny', 'EMQX_AUTHORIZATION__NO_MATCH=allow'];
    expect(withEnvironment(...twice).text('authorization.no_match')).toBe('allow');
  });

  it('changes an element of a list, or adds the next one', () => {
    const changed = withEnvironment('EMQX_AUTHORIZATION__SOURCES__1__TYPE=file');
    expect(changed.list('authorization.sources')?.map((source) => source.text('type'))).toEqual(['file']);
    const added = withEnvironment('EMQX_AUTHORIZATION__SOURCES__2__TYPE=file');
    expect(added.list('authorization.sources')?.map((source) => source.text('type'))).toEqual([
      'http',
      'file',
    ]);
    const first = withEnvironment('EMQX_EXHOOK__SERVERS__1__NAME=x');
    expect(first.list('exhook.servers')?.map((server) => server.text('name'))).toEqual(['x']);
    expect(() => withEnvironment('EMQX_AUTHORIZATION__SOURCES__3__TYPE=file')).toThrow(HoconError);
  });
});
