import { beforeEach, describe, expect, it } from 'vitest';
import { KnownDevicesAlarm } from '../../src/daemon/known-devices-alarm.ts';
import type { AskedEvent } from '../../src/identity/observer.ts';
import { Findings } from '../../src/telemetry/findings.ts';
import { ManualClock } from '../support/manual-clock.ts';

let findings: Findings;
let alarm: KnownDevicesAlarm;

beforeEach(() => {
  findings = new Findings(new ManualClock());
  alarm = new KnownDevicesAlarm(findings);
});

const told = () => findings.list().map(({ severity, code }) => `${severity} ${code}`);
const ALARM = 'ALARM cloud.known-devices-refused';

function answered(certificate: number, outcome: AskedEvent['outcome'], known = true): void {
  const certificateId = `${certificate}`.padStart(64, '0');
  alarm.asked({ about: 'certificate', certificateId, outcome, known, ms: 1 });
}

describe('Devices that were confirmed before', () => {
  it('are an alarm when five in a row are refused', () => {
    for (let device = 1; device <= 4; device += 1) answered(device, 'rejected');
    expect(told()).toEqual([]);
    answered(5, 'rejected');
    expect(told()).toEqual([ALARM]);
    expect(findings.list()[0]?.message).toContain('region, account and endpoint');
  });

  it('are none any more once one is confirmed', () => {
    for (let device = 1; device <= 9; device += 1) answered(device, 'rejected');
    answered(10, 'active');
    expect(told()).toEqual([]);
    for (let device = 1; device <= 4; device += 1) answered(device, 'rejected');
    expect(told()).toEqual([]);
  });

  it('count once each, however often they come back', () => {
    for (let times = 0; times < 20; times += 1) answered(1, 'rejected');
    expect(told()).toEqual([]);
  });
});

describe('Devices whose certificate is confirmed, and refused for the thing', () => {
  const attached = (device: number, outcome: AskedEvent['outcome']): void => {
    const certificateId = `${device}`.padStart(64, '0');
    alarm.asked({ about: 'attachment', certificateId, thingName: `d${device}`, outcome, known: true, ms: 1 });
  };

  it('are an alarm too, until an attachment is confirmed', () => {
    for (let device = 1; device <= 5; device += 1) {
      answered(device, 'active');
      attached(device, 'rejected');
    }
    expect(told()).toEqual([ALARM]);
    answered(6, 'active');
    expect(told()).toEqual([ALARM]);
    attached(6, 'active');
    expect(told()).toEqual([]);
  });

  it('are no alarm when one certificate is refused for many things', () => {
    for (let times = 0; times < 20; times += 1) attached(1, 'rejected');
    expect(told()).toEqual([]);
  });
});

it('whether a name is that of a thing says nothing about devices', () => {
  for (let device = 1; device <= 5; device += 1) {
    answered(device, 'rejected');
    alarm.asked({ about: 'thing', thingName: 'local', outcome: 'active', ms: 1 });
  }
  expect(told()).toEqual([ALARM]);
});

it('strangers that are refused, and answers that could not be had, are no alarm', () => {
  for (let device = 1; device <= 20; device += 1) {
    answered(device, 'rejected', false);
    answered(device, 'unavailable');
  }
  expect(told()).toEqual([]);
});
