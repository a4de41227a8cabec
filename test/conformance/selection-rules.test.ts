import { describe, expect, it } from 'vitest';
import { parseSelectionRule, SelectionRuleError } from '../../src/policy/selection-rule.ts';
import cases from './cda.json' with { type: 'json' };

interface Case {
  readonly id: string;
  readonly rule: string;
  readonly parses?: boolean;
  readonly thingName?: string;
  readonly matches?: boolean;
  readonly parseError?: boolean;
  readonly errorKind?: string;
  readonly note?: string;
}

describe('selection rules of the reference', () => {
  for (const each of cases.selectionRules as readonly Case[]) {
    it(`${each.id}: ${each.rule}${each.note === undefined ? '' : ` (${each.note})`}`, () => {
      if (each.parseError === true) {
        expect(() => parseSelectionRule(each.rule)).toThrow(SelectionRuleError);
        expect(() => parseSelectionRule(each.rule)).toThrow(
          expect.objectContaining({ kind: each.errorKind }) as Error,
        );
        return;
      }
      const rule = parseSelectionRule(each.rule);
      expect(each.parses === true || each.matches !== undefined).toBe(true);
      if (each.matches !== undefined) expect(rule.matches(each.thingName ?? '')).toBe(each.matches);
    });
  }
});
