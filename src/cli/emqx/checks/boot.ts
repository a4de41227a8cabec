/**
 * EMQX's start: it opens its listeners before its authenticators and hooks are there, and lets everybody in until they are. A
 * listener that it leaves shut is opened by deviceauthd, once EMQX asks there.
 */
import type { Finding } from '../finding.ts';
import type { Subject, UsedListener } from '../subject.ts';

const BY_TLS: readonly string[] = ['ssl', 'wss'];

const byTls = ({ listeners }: Subject): readonly UsedListener[] =>
  listeners.filter(({ settings, type }) => BY_TLS.includes(type) && settings !== undefined);

export function openAtStart(subject: Subject): readonly Finding[] {
  if (subject.doors.size === 0) return [];
  const name = subject.broker?.name ?? '<name>';
  return byTls(subject)
    .filter(({ enabled }) => enabled)
    .map(({ id, key, settings }) => ({
      code: 'listener-open-at-start',
      effect: 'weak',
      key: `${key}.enable`,
      value: settings?.text('enable') ?? settings?.text('enabled') ?? null,
      at: settings?.value('enable')?.at ?? settings?.at,
      why: 'EMQX opens it before it asks anybody: for up to some seconds of each start whoever has a certificate of a known CA is connected, under any client id',
      fix: `write \`enable = false\` there, and \`${id}\` in emqx.${name}.listeners of deviceauthd, which opens it as soon as EMQX asks`,
    }));
}

/**
 * EMQX keeps in `cluster.hocon` that it was told to open one, as `enable`: the older name beside it, in emqx.conf, does not outrank
 * that at the next start.
 */
export function shutByOldName(subject: Subject): readonly Finding[] {
  if (subject.version.before(5, 1)) return [];
  return byTls(subject)
    .filter(({ enabled, settings, used }) => !enabled && used && settings?.flag('enable') !== false)
    .map(({ key, settings }) => ({
      code: 'listener-shut-by-old-name',
      effect: 'stranger',
      key: `${key}.enabled`,
      value: 'false',
      at: settings?.value('enabled')?.at ?? settings?.at,
      why: 'once deviceauthd has opened it, EMQX remembers that under another name, `enable`, and opens it at its next start before it asks anybody',
      fix: 'write `enable = false`',
    }));
}

export function neverOpened(subject: Subject): readonly Finding[] {
  const { broker } = subject;
  if (broker === undefined) return [];
  const setting = `emqx.${broker.name}.listeners`;
  const some = byTls(subject).some(({ used }) => used);
  const never = byTls(subject)
    .filter(({ settings, used }) => !used && settings?.value('ssl_options') !== undefined)
    .map(
      ({ id, key, settings }): Finding => ({
        code: 'listener-never-opened',
        effect: some ? 'weak' : 'broken',
        key: `${key}.enable`,
        value: 'false',
        at: settings?.value('enable')?.at ?? settings?.at,
        why: `EMQX leaves it shut, and deviceauthd does not open it: ${id} is not in ${setting} of its configuration`,
        fix: `add ${id} to ${setting}`,
      }),
    );
  const unknown = broker.config.listeners
    .filter((id) => !subject.listeners.some((listener) => listener.id === id))
    .map(
      (id): Finding => ({
        code: 'listener-unknown',
        effect: 'broken',
        key: setting,
        value: id,
        why: 'EMQX has no listener of this name',
        fix: `configure it in emqx.conf, or take it out of ${setting}`,
      }),
    );
  return [...never, ...unknown];
}
