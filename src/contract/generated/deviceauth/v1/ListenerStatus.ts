// Original file: proto/deviceauth/v1/admin.proto

import type { Long } from '@grpc/proto-loader';

export interface ListenerStatus {
  'name'?: (string);
  /**
   * "unix:/run/deviceauthd/mosquitto.sock" or "tcp:127.0.0.1:7443".
   */
  'address'?: (string);
  'operations'?: (string)[];
  'calls'?: (number | string | Long);
  'rejected'?: (number | string | Long);
  'activeCalls'?: (number);
}

export interface ListenerStatus__Output {
  'name': (string);
  /**
   * "unix:/run/deviceauthd/mosquitto.sock" or "tcp:127.0.0.1:7443".
   */
  'address': (string);
  'operations': (string)[];
  'calls': (number);
  'rejected': (number);
  'activeCalls': (number);
}
