// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ListenerStatus {
  /**
   * Its key in `listeners` of the configuration.
   */
  'name'?: (string);
  /**
   * "unix:/run/deviceauthd/mosquitto.sock" or "tcp:127.0.0.1:7443".
   */
  'address'?: (string);
  /**
   * Names of DeviceAuth operations its callers may use; empty: none.
   */
  'operations'?: (string)[];
  /**
   * Since the start, refused ones included.
   */
  'calls'?: (number | string | Long);
  /**
   * Calls over its limits, since the start.
   */
  'rejected'?: (number | string | Long);
  /**
   * Open now, streams included.
   */
  'activeCalls'?: (number);
}

export interface ListenerStatus__Output {
  /**
   * Its key in `listeners` of the configuration.
   */
  'name': (string);
  /**
   * "unix:/run/deviceauthd/mosquitto.sock" or "tcp:127.0.0.1:7443".
   */
  'address': (string);
  /**
   * Names of DeviceAuth operations its callers may use; empty: none.
   */
  'operations': (string)[];
  /**
   * Since the start, refused ones included.
   */
  'calls': (number);
  /**
   * Calls over its limits, since the start.
   */
  'rejected': (number);
  /**
   * Open now, streams included.
   */
  'activeCalls': (number);
}
