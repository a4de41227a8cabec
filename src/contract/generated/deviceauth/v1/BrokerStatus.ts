// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface BrokerStatus {
  /**
   * The listener it calls.
   */
  'listener'?: (string);
  /**
   * The id it chose at its start.
   */
  'brokerInstanceId'?: (string);
  /**
   * What it said of itself; may be empty.
   */
  'caller'?: (string);
  /**
   * Whether its update stream is open.
   */
  'connected'?: (boolean);
  /**
   * Its live sessions.
   */
  'sessions'?: (number);
  /**
   * When connected became what it is.
   */
  'since'?: (number | string | Long);
}

export interface BrokerStatus__Output {
  /**
   * The listener it calls.
   */
  'listener': (string);
  /**
   * The id it chose at its start.
   */
  'brokerInstanceId': (string);
  /**
   * What it said of itself; may be empty.
   */
  'caller': (string);
  /**
   * Whether its update stream is open.
   */
  'connected': (boolean);
  /**
   * Its live sessions.
   */
  'sessions': (number);
  /**
   * When connected became what it is.
   */
  'since': (number);
}
