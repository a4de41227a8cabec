import { loadContract } from '/work/main/src/contract/index.ts';
import { SystemClock } from '/work/main/src/clock.ts';
import { compileDeviceGroups } from '/work/main/src/policy/device-groups.ts';
import { PolicyEngine } from '/work/main/src/policy/policy-engine.ts';
const codec = loadContract().grantSet;
function topic(first: string, i: number): string {
  const number = String(i).padStart(4, '0');
  const text = `${first}/b${number}/c${number}/d${number}/`;
  return Buffer.from(`${text}${'e'.repeat(36 - text.length)}${number}`).toString();
}
const definitions: any = {}, policies: any = {};
const ops = ['mqtt:connect', 'mqtt:subscribe', 'mqtt:unsubscribe', 'mqtt:other', 'mqtt:publish'];
for (let g = 0; g < 10; g++) {
  definitions['g' + g] = { selectionRule: 'thingName: t*', policyName: 'p' + g };
  policies['p' + g] = {};
  for (let s = 0; s < 20; s++) policies['p' + g]['s' + s] = { operations: ops, resources: [0,1,2,3,4].map((i) => { const n = 100*g+5*s+i; return `mqtt:topic:${topic('n5555', n).slice(0, 20 + (n % 8))}*`; }) };
}
const e = new PolicyEngine({ codec, clock: new SystemClock() });
e.apply(compileDeviceGroups({ definitions, policies }));
const g = e.grantsFor({ thingName: 't1', clientId: 't1', thingType: '', attributes: {}, groups: [] });
const res = Array.from({ length: 1000 }, (_, i) => Buffer.from('mqtt:topic:' + topic('z9876', i)).toString());
for (let r = 0; r < 6; r++) {
  const c = process.threadCpuUsage(); let n = 0; const t=performance.now();
  while (performance.now()-t < 500) { for (const x of res) e.evaluate(g, 'mqtt:publish', x); n += 1000; }
  const d = process.threadCpuUsage(c);
  console.log(Math.round(n / (d.user + d.system) * 1e6));
}
