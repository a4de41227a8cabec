// Original file: proto/deviceauth/v1/device_auth.proto

import type { RequestRule as _deviceauth_v1_RequestRule, RequestRule__Output as _deviceauth_v1_RequestRule__Output } from '../../deviceauth/v1/RequestRule.ts';
import type { DeliveryRule as _deviceauth_v1_DeliveryRule, DeliveryRule__Output as _deviceauth_v1_DeliveryRule__Output } from '../../deviceauth/v1/DeliveryRule.ts';
import type { Grant as _deviceauth_v1_Grant, Grant__Output as _deviceauth_v1_Grant__Output } from '../../deviceauth/v1/Grant.ts';

/**
 * The compiled grants of one source document, shared by every session it applies to. A deny
 * of any set wins over every allow; what nothing allows is denied.
 */
export interface GrantSet {
  /**
   * 1. Another number: everything is denied.
   */
  'format'?: (number);
  /**
   * Always set; see RequestRule.
   */
  'requestRule'?: (_deviceauth_v1_RequestRule);
  /**
   * Always set; see DeliveryRule.
   */
  'deliveryRule'?: (_deviceauth_v1_DeliveryRule);
  /**
   * Sorted by the UTF-8 bytes of effect, operation, resource; no duplicates.
   */
  'grants'?: (_deviceauth_v1_Grant)[];
}

/**
 * The compiled grants of one source document, shared by every session it applies to. A deny
 * of any set wins over every allow; what nothing allows is denied.
 */
export interface GrantSet__Output {
  /**
   * 1. Another number: everything is denied.
   */
  'format': (number);
  /**
   * Always set; see RequestRule.
   */
  'requestRule': (_deviceauth_v1_RequestRule__Output);
  /**
   * Always set; see DeliveryRule.
   */
  'deliveryRule': (_deviceauth_v1_DeliveryRule__Output);
  /**
   * Sorted by the UTF-8 bytes of effect, operation, resource; no duplicates.
   */
  'grants': (_deviceauth_v1_Grant__Output)[];
}
