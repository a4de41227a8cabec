import { describe, expect, it } from 'vitest';
import { NetworkState } from '../../src/cloud/network-state.ts';
import { ManualClock } from '../support/manual-clock.ts';

const open = () => {
  const clock = new ManualClock();
  const faults: unknown[] = [];
  const network = new NetworkState(clock, (error) => faults.push(error));
  const told: string[] = [];
  network.onChange((state) => told.push(state));
  return { clock, network, told, faults };
};

describe('The state of the network', () => {
  it('is unknown until something was asked', () => {
    const { clock, network } = open();
    expect(network.status).toEqual({ state: 'unknown', since: clock.now() });
  });

  it('is up with the first answer, and down after three tries in a row without one', () => {
    const { clock, network, told } = open();
    network.reached();
    clock.advance(1_000);
    network.unreachable();
    network.unreachable();
    network.reached();
    network.unreachable();
    network.unreachable();
    expect(told).toEqual(['up']);
    network.unreachable();
    expect(network.status).toEqual({ state: 'down', since: clock.now() });
    network.unreachable();
    network.reached();
    expect(told).toEqual(['up', 'down', 'up']);
  });

  it('is told to everybody, whatever one listener throws', () => {
    const { faults, network, told } = open();
    const error = new Error('a defect');
    network.onChange(() => {
      throw error;
    });
    const off = network.onChange(() => told.push('second'));
    network.reached();
    expect([told, faults]).toEqual([['up', 'second'], [error]]);
    off();
    for (let times = 0; times < 3; times += 1) network.unreachable();
    expect(told).toEqual(['up', 'second', 'down']);
  });
});
