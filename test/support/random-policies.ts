// biome-ignore-all lint/suspicious/noTemplateCurlyInString: policy variables are written so
/** Random grant sets, and random requests that have something to do with them: small alphabets, so that much matches. */
import fc from 'fast-check';
import type { Grant } from '../../src/policy/grants.ts';

const text = (...parts: string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...parts), { maxLength: 4 }).map((some) => some.join(''));

/** Each entry a value and how often it comes. */
const often = (...entries: [number, string][]): fc.Arbitrary<string> =>
  fc.oneof(...entries.map(([weight, value]) => ({ weight, arbitrary: fc.constant(value) })));

const operationPatterns = often(
  [40, 'm:p'],
  [20, 'm:*'],
  [20, '*'],
  [10, 'mqtt:subscribe'],
  [10, 'mqtt:*'],
  [10, 'mqtt:receive'],
  [4, '*:p'],
  [4, 'm:?'],
  [4, 'm:\\*'],
  [1, '${v}'],
  [1, 'a\\'],
);

const names = text('a', 'b', '/', '😀', 'é');

/** Operation and resource. */
export const requests = fc.oneof(
  { weight: 10, arbitrary: names.map((name) => ['m:p', `m:t:${name}`] as const) },
  { weight: 10, arbitrary: names.map((name) => ['mqtt:receive', `mqtt:topic:${name}`] as const) },
  { weight: 3, arbitrary: names.map((name) => ['mqtt:subscribe', `mqtt:topicfilter:${name}`] as const) },
  {
    weight: 2,
    arbitrary: fc.tuple(
      fc.constantFrom('m:p', 'n:p', 'bad', 'm:\0', 'mqtt:receive'),
      text('m', ':', 'a', '\0', '\ud800'),
    ),
  },
);

const resourcePatterns = fc.oneof(
  { weight: 4, arbitrary: text('a', 'b', '/', '*', '*', '?', '${v}', '${x}').map((tail) => `m:t:${tail}`) },
  { weight: 3, arbitrary: text('a', '/', '*', '+', '#', '${v}').map((tail) => `mqtt:topicfilter:${tail}`) },
  { weight: 2, arbitrary: text('a', '/', '*', '${v}').map((tail) => `mqtt:topic:${tail}`) },
  { weight: 2, arbitrary: text('*', 'm', 't', ':', '?', 'a') },
  { weight: 1, arbitrary: text('m', ':', '*', '\\', '${', '\\*') },
);

const wireGrants = fc.array(
  fc.record({
    effect: often([20, 'ALLOW'], [2, 'DENY'], [1, 'EFFECT_UNSPECIFIED']),
    operation: operationPatterns,
    resource: resourcePatterns,
  }),
  { minLength: 1, maxLength: 6 },
);

/** Sets as they go over the wire; some have what no reader knows. */
export const wireSets = fc.array(
  fc.record({
    format: fc.constantFrom(...Array(29).fill(1), 2),
    requestRule: fc.constantFrom('REQUEST_RULE_DEVICE_GROUPS', 'REQUEST_RULE_IOT_POLICY'),
    deliveryRule: fc.constantFrom('DELIVERY_RULE_FROM_SUBSCRIBE', 'DELIVERY_RULE_EXPLICIT'),
    grants: wireGrants,
  }),
  { maxLength: 3 },
);

const letters = ['a', 'b', '/', '/', '$', 'é', '😀'];

export const topics = fc
  .oneof(
    { weight: 8, arbitrary: fc.array(fc.constantFrom(...letters), { minLength: 1, maxLength: 6 }) },
    { weight: 1, arbitrary: fc.constantFrom(['$share'], ['$share', '/', 'a', '/', 'b'], ['$SYS', '/', 'a']) },
  )
  .map((parts) => parts.join(''));

const values = fc.constantFrom('a', 'b', '', '+', '#', 'a/b', '*', '/', '😀', 'a/#');

export const variables = fc.record({ v: values, w: values }).map((record) => new Map(Object.entries(record)));

const pieces = fc.constantFrom(
  ...[
    'a',
    'a',
    'b',
    '/',
    '/',
    '/',
    '+',
    '+',
    '#',
    '*',
    '*',
    '?',
    '$',
    '$share/',
    '${v}',
    '${w}',
    '${x}',
    '\\*',
    'é',
    '😀',
  ],
);

const heads = fc.oneof(
  { weight: 12, arbitrary: fc.constant('mqtt:topicfilter:') },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '',
      '*',
      'mqtt:*',
      'mqtt:topicfilter*',
      '*:',
      'mqtt:?opicfilter:',
      'mqtt:topic:',
      '*r:a',
      '${v}*',
    ),
  },
);

/** Resource patterns that are mostly of filters. */
export const filterPatterns = fc
  .tuple(heads, fc.array(pieces, { maxLength: 7 }))
  .map(([head, tail]) => head + tail.join(''));

const filterGrants = fc.array(
  fc.record({
    effect: fc.constantFrom(...Array(9).fill('ALLOW' as const), 'DENY' as const),
    operation: fc.constantFrom(
      'mqtt:subscribe',
      'mqtt:subscribe',
      'mqtt:subscribe',
      'mqtt:*',
      '*',
      'mqtt:receive',
    ),
    resource: filterPatterns,
  }),
  { minLength: 1, maxLength: 5 },
);

/** Grants of filters, and a topic that often has something to do with them. */
export const deliveries: fc.Arbitrary<{ some: Grant[]; topic: string }> = fc
  .tuple(
    filterGrants,
    topics,
    fc.nat(),
    fc.array(fc.constantFrom('a', 'b', '', 'a/b'), { minLength: 4, maxLength: 4 }),
    fc.boolean(),
  )
  .map(([some, free, which, fill, related]) => {
    const pattern = some[which % some.length]?.resource ?? '';
    let i = 0;
    const topic = pattern
      .replace(/^.*?:.*?:/, '')
      .replace(/\$\{.*?\}|\/?[*#]|[+?]|\\./g, () => fill[i++ % 4] ?? '')
      .replace(/[+#*]/g, '');
    return { some, topic: related && topic !== '' ? topic : free };
  });
