/**
 * EMQX's MQTT listeners, those that are written and those that exist because nobody said otherwise: `tcp`, `ssl`, `ws` and
 * `wss` each have a `default` on every address.
 */
import type { Value } from './hocon.ts';
import { Settings } from './settings.ts';

export const LISTENER_TYPES = ['tcp', 'ssl', 'ws', 'wss', 'quic'] as const;
export type ListenerType = (typeof LISTENER_TYPES)[number];

export interface Listener {
  readonly type: ListenerType;
  readonly name: string;
  /** As EMQX and deviceauthd name it: "ssl:default". */
  readonly id: string;
  readonly key: string;
  /** Undefined: it is there by default. */
  readonly settings: Settings | undefined;
  readonly enabled: boolean;
  readonly port: number | undefined;
}

export const DEFAULT_PORTS: Readonly<Record<ListenerType, number>> = {
  tcp: 1883,
  ssl: 8883,
  ws: 8083,
  wss: 8084,
  quic: 14_567,
};

export function listenersOf(settings: Settings): readonly Listener[] {
  return LISTENER_TYPES.flatMap((type) => {
    const written = settings.value(`listeners.${type}`);
    const names = written?.kind === 'tree' ? [...written.fields] : [];
    const found = names.flatMap(([name, value]) => listener(type, name, value) ?? []);
    const hasDefault =
      type === 'quic' || names.some(([name, value]) => name === 'default' && isWritten(value));
    return hasDefault ? found : [...found, byDefault(type)];
  });
}

/** `null` is as good as nothing. A listener that was deleted is a word instead of a map. */
function isWritten(value: Value): boolean {
  return value.kind === 'tree' || (value.kind === 'scalar' && value.value === 'marked_for_deletion');
}

function listener(type: ListenerType, name: string, value: Value): Listener | undefined {
  const key = `listeners.${type}.${name}`;
  const settings = Settings.of(value, key);
  if (settings === undefined) return undefined;
  const port =
    portOf(settings.text('bind')) ?? (settings.value('bind') === undefined ? DEFAULT_PORTS[type] : undefined);
  return { type, name, id: `${type}:${name}`, key, settings, enabled: isOn(settings), port };
}

function byDefault(type: ListenerType): Listener {
  const key = `listeners.${type}.default`;
  return {
    type,
    name: 'default',
    id: `${type}:default`,
    key,
    settings: undefined,
    enabled: true,
    port: DEFAULT_PORTS[type],
  };
}

/** Until 5.1 it is `enabled`, then `enable`; both said, one must not hide the other. */
function isOn(settings: Settings): boolean {
  const said = ['enable', 'enabled'].map((key) => settings.flag(key)).filter((flag) => flag !== undefined);
  return said.length === 0 || said.includes(true);
}

/** `8883`, `0.0.0.0:8883`, `[::]:8883`. */
export function portOf(bind: string | undefined): number | undefined {
  const port = Number(/(?:^|:)(\d{1,5})$/.exec(bind ?? '')?.[1]);
  return Number.isInteger(port) ? port : undefined;
}
